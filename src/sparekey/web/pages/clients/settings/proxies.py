"""For the proxy in front of a site, as docs/apps/behind-a-proxy.md has them."""

ROWS = (
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
