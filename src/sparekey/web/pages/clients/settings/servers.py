"""For apps with a server of their own: what any of them needs, and well-known ones with their settings."""

ROWS = (
    (
        "any",
        "OpenID Connect",
        "",
        """
        Issuer:         @issuer
        Discovery:      @issuer/.well-known/openid-configuration
        Client ID:      @id
        Client secret:  @secret
        Scopes:         @scopes
        Redirect:       @redirect

        Without discovery:
        Authorization:  @issuer/oidc/authorize
        Token:          @issuer/oidc/token
        User info:      @issuer/oidc/userinfo
        Keys:           @issuer/oidc/jwks
        Signing out:    @issuer/oidc/logout
        """,
    ),
    (
        "nextcloud",
        "Nextcloud",
        "/apps/user_oidc/code",
        """
        occ app:install user_oidc
        occ user_oidc:provider Sparekey \\
          --clientid="@id" \\
          --clientsecret="@secret" \\
          --discoveryuri="@issuer/.well-known/openid-configuration" \\
          --scope="@scopes" \\
          --mapping-uid=preferred_username \\
          --unique-uid=0
        """,
    ),
    (
        "forgejo",
        "Forgejo",
        "/user/oauth2/Sparekey/callback",
        """
        forgejo admin auth add-oauth \\
          --name Sparekey \\
          --provider openidConnect \\
          --key "@id" \\
          --secret "@secret" \\
          --auto-discover-url "@issuer/.well-known/openid-configuration" \\
          --scopes "profile email"
        """,
    ),
    (
        "mattermost",
        "Mattermost",
        "/signup/openid/complete",
        """
        "OpenIdSettings": {
          "Enable": true,
          "Id": "@id",
          "Secret": "@secret",
          "Scope": "@scopes",
          "DiscoveryEndpoint": "@issuer/.well-known/openid-configuration",
          "ButtonText": "Sparekey"
        }
        """,
    ),
    (
        "bookstack",
        "BookStack",
        "/oidc/callback",
        """
        AUTH_METHOD=oidc
        OIDC_NAME=Sparekey
        OIDC_DISPLAY_NAME_CLAIMS=name
        OIDC_CLIENT_ID=@id
        OIDC_CLIENT_SECRET=@secret
        OIDC_ISSUER=@issuer
        OIDC_ISSUER_DISCOVER=true
        OIDC_END_SESSION_ENDPOINT=true
        """,
    ),
    (
        "grafana",
        "Grafana",
        "/login/generic_oauth",
        """
        [auth.generic_oauth]
        enabled = true
        name = Sparekey
        client_id = @id
        client_secret = @secret
        scopes = @scopes roles
        auth_url = @issuer/oidc/authorize
        token_url = @issuer/oidc/token
        api_url = @issuer/oidc/userinfo
        use_pkce = true
        login_attribute_path = preferred_username
        role_attribute_path = contains(roles[*], 'owner') && 'Admin' || 'Viewer'
        """,
    ),
    (
        "apache",
        "Apache (mod_auth_openidc)",
        "/oidc/callback",
        """
        OIDCProviderMetadataURL @issuer/.well-known/openid-configuration
        OIDCClientID @id
        OIDCClientSecret @secret
        OIDCProviderTokenEndpointAuth client_secret_basic
        OIDCRedirectURI @home/oidc/callback
        OIDCCryptoPassphrase long-random-text-of-your-own
        OIDCScope "@scopes offline_access"
        OIDCPKCEMethod S256
        OIDCRemoteUserClaim preferred_username
        OIDCUserInfoRefreshInterval 600
        <Location />
          AuthType openid-connect
          Require valid-user
          RequestHeader set Remote-User expr=%{REMOTE_USER}
        </Location>
        """,
    ),
    (
        "oauth2-proxy",
        "oauth2-proxy",
        "/oauth2/callback",
        """
        provider = "oidc"
        oidc_issuer_url = "@issuer"
        client_id = "@id"
        client_secret = "@secret"
        redirect_url = "@home/oauth2/callback"
        scope = "@scopes"
        code_challenge_method = "S256"
        email_domains = ["*"]
        cookie_secret_file = "/etc/oauth2-proxy/cookie-secret"
        upstreams = ["http://127.0.0.1:8080"]
        """,
    ),
)
