"""For programs that keep no secret: of a browser or a phone, and command lines."""

BROWSER = (
    (
        "any",
        "OpenID Connect",
        "",
        """
        Issuer:     @issuer
        Discovery:  @issuer/.well-known/openid-configuration
        Client ID:  @id
        Scopes:     @scopes
        Redirect:   @redirect
        PKCE:       S256
        """,
    ),
    (
        "oidc-client-ts",
        "oidc-client-ts (JavaScript)",
        "",
        """
        const manager = new UserManager({
          authority: '@issuer',
          client_id: '@id',
          redirect_uri: '@redirect',
          scope: '@scopes',
        });
        """,
    ),
    (
        "appauth",
        "AppAuth (Android, iOS)",
        "",
        """
        {
          "discovery_uri": "@issuer/.well-known/openid-configuration",
          "client_id": "@id",
          "redirect_uri": "@redirect",
          "authorization_scope": "@scopes offline_access"
        }
        """,
    ),
)
COMMAND = (
    (
        "curl",
        "curl",
        "",
        """
        # 1. Ask for a code; show the person user_code and verification_uri
        curl -s @issuer/oidc/device \\
          -d client_id=@id \\
          -d scope="@scopes offline_access"

        # 2. Every 5 seconds, until the person has agreed
        curl -s @issuer/oidc/token \\
          -d client_id=@id \\
          -d grant_type=urn:ietf:params:oauth:grant-type:device_code \\
          -d device_code="$DEVICE_CODE"
        """,
    ),
)
