"""What to enter in an app, ready to copy: for well-known apps, and for any that speaks OpenID Connect.

Into lines for a shell go only values that this server made. The well-known apps each have one redirect address, which
follows from the address they are reached at.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from urllib.parse import urlsplit

from sparekey.core.clients import Client, Kind
from sparekey.flows.context import Site
from sparekey.web.pages.clients import own_code

SECRET = "CLIENT-SECRET"
"""Stands where the secret belongs, once that cannot be shown any more."""
ELSEWHERE = "https://app.example.com"
SCOPES = "openid profile email"
_BLANK = re.compile(r"@(?:issuer|id|secret|home|redirect|host|scopes|port)\b")


@dataclass(frozen=True)
class Facts:
    """What is filled in. `home`: where the app is, without path."""

    issuer: str
    id: str
    home: str
    redirect: str
    host: str = ""
    secret: str = field(default=SECRET, repr=False)
    port: int = 8000
    """Of this server, for a proxy on the same machine."""


@dataclass(frozen=True)
class Snippet:
    """One app's settings. `code`: its id on the page; `redirect`: the address it comes back to, where it is known."""

    code: str
    title: str
    text: str = field(repr=False)
    redirect: str = ""


def facts_of(client: Client, site: Site, secret: str = "") -> Facts:
    """The facts of an app, with its secret right after it was made."""
    redirect = client.redirect_uris[0] if client.redirect_uris else ""
    known = next((one for one in (client.homepage, redirect) if one.startswith("http")), ELSEWHERE)
    parts = urlsplit(known)
    home = f"{parts.scheme}://{parts.netloc}"
    back = redirect or f"{home}/callback"
    return Facts(site.link(""), client.id, home, back, client.host, secret or SECRET, site.port)


def snippets(kind: Kind, facts: Facts) -> tuple[Snippet, ...]:
    """What may be copied for an app of this kind."""
    return tuple(
        Snippet(code, title, _filled(text, facts), facts.home + path if path else "")
        for code, title, path, text in _OF_KIND[kind]
    )


def redirects(home: str) -> tuple[tuple[str, str], ...]:
    """Where well-known apps come back to: name and address."""
    return tuple((title, home + path) for _, title, path, _ in _SERVERS if path)


def _filled(text: str, facts: Facts) -> str:
    values: Mapping[str, str] = {
        "@issuer": facts.issuer,
        "@id": facts.id,
        "@secret": facts.secret,
        "@home": facts.home,
        "@redirect": facts.redirect,
        "@host": facts.host,
        "@scopes": SCOPES,
        "@port": str(facts.port),
    }
    return _BLANK.sub(lambda blank: values[blank[0]], dedent(text).strip())


Row = tuple[str, str, str, str]

_ANY: Row = (
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
)
_SERVERS: tuple[Row, ...] = (
    _ANY,
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
_PUBLIC: tuple[Row, ...] = (
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
_COMMAND: tuple[Row, ...] = (
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
_PROXY: tuple[Row, ...] = (
    (
        "caddy",
        "Caddy",
        "",
        """
        @host {
          forward_auth 127.0.0.1:@port {
            uri /forward-auth
            copy_headers Remote-User Remote-Email Remote-Name Remote-Groups Remote-Acr
          }
          reverse_proxy 127.0.0.1:9000
        }
        """,
    ),
    (
        "traefik",
        "Traefik",
        "",
        """
        http:
          middlewares:
            sparekey:
              forwardAuth:
                address: http://127.0.0.1:@port/forward-auth
                authResponseHeaders:
                  - Remote-User
                  - Remote-Email
                  - Remote-Name
                  - Remote-Groups
                  - Remote-Acr
          routers:
            site:
              rule: Host(`@host`)
              middlewares:
                - sparekey
              service: site
          services:
            site:
              loadBalancer:
                servers:
                  - url: http://127.0.0.1:9000
        """,
    ),
    (
        "nginx",
        "nginx",
        "",
        """
        upstream sparekey {
          server 127.0.0.1:@port;
          keepalive 16;
        }
        server {
          listen 443 ssl;
          server_name @host;

          location / {
            auth_request /.sparekey;
            auth_request_set $sparekey_to $upstream_http_location;
            auth_request_set $sparekey_cookie $upstream_http_set_cookie;
            auth_request_set $sparekey_why $upstream_http_sparekey_why;
            error_page 401 = @sparekey;
            error_page 403 = @sparekey_no;
            auth_request_set $person $upstream_http_remote_user;
            auth_request_set $person_email $upstream_http_remote_email;
            auth_request_set $person_name $upstream_http_remote_name;
            auth_request_set $person_groups $upstream_http_remote_groups;
            auth_request_set $person_acr $upstream_http_remote_acr;
            proxy_set_header Remote-User $person;
            proxy_set_header Remote-Email $person_email;
            proxy_set_header Remote-Name $person_name;
            proxy_set_header Remote-Groups $person_groups;
            proxy_set_header Remote-Acr $person_acr;
            proxy_set_header Host $http_host;
            proxy_pass http://127.0.0.1:9000;
          }
          location = /.sparekey {
            internal;
            proxy_pass http://sparekey/forward-auth/nginx;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-Uri $request_uri;
            proxy_set_header X-Forwarded-Method $request_method;
          }
          location @sparekey {
            if ($sparekey_to = "") {
              return 401;
            }
            add_header Set-Cookie $sparekey_cookie always;
            return 303 $sparekey_to;
          }
          location @sparekey_no {
            default_type text/plain;
            return 403 "$sparekey_why\\n";
          }
        }
        """,
    ),
)
_OF_KIND: Mapping[Kind, tuple[Row, ...]] = {
    Kind.SERVER: (*_SERVERS, *own_code.ROWS),
    Kind.PUBLIC: _PUBLIC,
    Kind.COMMAND: _COMMAND,
    Kind.PROXY: _PROXY,
}
