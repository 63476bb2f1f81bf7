"""For an app of somebody's own: how two libraries that are tried here are told about it. The rest is in the docs."""

ROWS = (
    (
        "authlib",
        "Python (Authlib)",
        "",
        """
        sparekey = OAuth().register(
            "sparekey",
            server_metadata_url="@issuer/.well-known/openid-configuration",
            client_id="@id",
            client_secret="@secret",
            client_kwargs={
                "scope": "@scopes offline_access",
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic",
            },
        )
        """,
    ),
    (
        "openid-client",
        "Node.js (openid-client)",
        "",
        """
        const proof = client.ClientSecretBasic('@secret')
        const app = await client.discovery(new URL('@issuer'), '@id', undefined, proof)
        """,
    ),
)
