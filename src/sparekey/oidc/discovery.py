"""What this server tells of itself (OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2)."""

from sparekey.core.clients import ALGORITHMS as SIGNING
from sparekey.core.people import Language
from sparekey.oidc import acr, dpop
from sparekey.oidc.claims import ABOUT_PEOPLE, SCOPES
from sparekey.oidc.client_proof import LOGINS
from sparekey.oidc.jose import ALGORITHMS
from sparekey.oidc.request import DISPLAYS, Prompt

GRANT_TYPES = ("authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code")
_ABOUT_SIGN_IN = (
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "sid",
    "recovered_at",
)


def document(issuer: str, *, can_register: bool = False) -> dict[str, object]:
    """The metadata of the provider whose endpoints begin with `issuer`."""
    told: dict[str, object] = {
        "issuer": issuer,
        **{name: issuer + path for name, path in _ENDPOINTS.items()},
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "acr_values_supported": list(acr.VALUES),
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": list(SIGNING),
        "token_endpoint_auth_methods_supported": list(LOGINS),
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": [one for one in LOGINS if one != "none"],
        "introspection_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": list(LOGINS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "display_values_supported": list(DISPLAYS),
        "prompt_values_supported": [one.value for one in Prompt],
        "claim_types_supported": ["normal"],
        "claims_supported": [*_ABOUT_SIGN_IN, *ABOUT_PEOPLE],
        "ui_locales_supported": [one.value for one in Language],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "require_request_uri_registration": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }
    if can_register:
        told["registration_endpoint"] = f"{issuer}/oidc/register"
    return told


_ENDPOINTS = {
    "authorization_endpoint": "/oidc/authorize",
    "token_endpoint": "/oidc/token",
    "userinfo_endpoint": "/oidc/userinfo",
    "jwks_uri": "/oidc/jwks",
    "introspection_endpoint": "/oidc/introspect",
    "revocation_endpoint": "/oidc/revoke",
    "pushed_authorization_request_endpoint": "/oidc/par",
    "device_authorization_endpoint": "/oidc/device",
    "end_session_endpoint": "/oidc/logout",
}
