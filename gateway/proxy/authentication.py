"""Who asks: Envoy verifies tokens, and tells on what they say in headers that only it can set.

Nobody is refused here. A request without a valid token has no identity, and whether it needs
one is for its route to say (authorization).
"""

from typing import Any

from gateway.proxy.http_filters import HttpFilter, named, overwrite
from gateway.proxy.topology import Access, Issuer, Topology
from gateway.proxy.type_urls import TYPE
from gateway.vocabulary.roles import ISSUER
from servicekit import callers, readers, scopes, standing

NAME = "envoy.filters.http.jwt_authn"
SUBJECT, ROLES = callers.SUBJECT, readers.ROLES
TOKEN_ID, CAMERAS = standing.ID, scopes.METADATA
# When the token ends, where services are to end its streams then.
ENDS = standing.ENDS
# Which of `access.certificates` it is, where it is one and no token.
CERTIFICATE = "camplane-certificate"
# What clients send of these is dropped, whether anybody is asked who they are or not.
# A server may take an underscore in a header's name for a dash.
OF_IDENTITY = "|".join(
    name.replace("-", "[-_]") for name in (SUBJECT, ROLES, TOKEN_ID, ENDS, CAMERAS, CERTIFICATE)
)
COOKIE = "camplane-token"
# Under this name are the verified claims of our own tokens, in the filter's metadata.
OWN = "camplane"
# Where other cookies wait while ours is taken off. No client can send it.
_KEPT = "x-camplane-cookie"
# A token of our own was made by the clock that it is held against.
_OWN_SKEW_SECONDS = 1
_CACHED = {"jwt_cache_size": 1000}


def authenticate(topology: Topology) -> list[HttpFilter]:
    """Return the filters: what verifies tokens, and what tells of them."""
    return [_verify(topology), _tell(topology.access)] if topology.access.looks else []


def providers(access: Access) -> dict[str, tuple[str, ...]]:
    """Return whose tokens are taken, with the keys that lead to the roles in their claims."""
    of_issuers = {_name(number): one.roles_claim for number, one in enumerate(access.issuers)}
    return {OWN: ("roles",), **of_issuers}


def camera_claims(access: Access) -> dict[str, tuple[str, ...]]:
    """Return whose tokens are taken, with the keys that lead to the cameras in their claims."""
    of_issuers = {_name(number): one.cameras_claim for number, one in enumerate(access.issuers)}
    return {OWN: ("cameras",), **of_issuers}


def key_servers(access: Access) -> dict[str, str]:
    """Return the clusters that keys of providers are fetched from, each with the URL."""
    found = {_name(number): one.jwks_url for number, one in enumerate(access.issuers)}
    return {_keys_cluster(name): url for name, url in found.items() if url}


def claim(provider: str, *keys: str) -> str:
    """Return Envoy's format of a verified claim, which is empty when there is none."""
    return f"%DYNAMIC_METADATA({NAME}:{':'.join((provider, *keys))})%"


def failure(provider: str) -> str:
    """Return where in the metadata it is kept what is wrong with a token of this provider."""
    return f"failure of {provider}"


def _verify(topology: Topology) -> HttpFilter:
    access = topology.access
    of_issuers = {
        _name(number): _of_issuer(_name(number), one, topology)
        for number, one in enumerate(access.issuers)
    }
    keys = {"local_jwks": {"filename": access.public_keys}}
    own = _provider(OWN, ISSUER) | keys | {"clock_skew_seconds": _OWN_SKEW_SECONDS}
    accepted = [{"provider_name": name} for name in (OWN, *of_issuers)]
    return named(
        "jwt_authn",
        f"{TYPE}.filters.http.jwt_authn.v3.JwtAuthentication",
        providers={OWN: own, **of_issuers},
        rules=[
            {
                "match": {"prefix": "/"},
                "requires": {
                    "requires_any": {"requirements": [*accepted, {"allow_missing_or_failed": {}}]}
                },
            }
        ],
    )


def _provider(name: str, issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "payload_in_metadata": name,
        "failed_status_in_metadata": failure(name),
        "require_expiration": True,
        # Not in the query: that stands in logs.
        "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}],
        "from_cookies": [COOKIE],
        "jwt_cache_config": _CACHED,
    }


def _of_issuer(name: str, issuer: Issuer, topology: Topology) -> dict[str, Any]:
    found = _provider(name, issuer.issuer) | {"audiences": [*issuer.audiences]}
    # An old server may look at the same token.
    found["forward"] = topology.old_http is not None
    if issuer.jwks_file:
        return found | {"local_jwks": {"filename": issuer.jwks_file}}
    uri = {"uri": issuer.jwks_url, "cluster": _keys_cluster(name), "timeout": "5s"}
    return found | {"remote_jwks": {"http_uri": uri, "cache_duration": "300s"}}


def _tell(access: Access) -> HttpFilter:
    # A policy that is only tried holds nobody to their cameras, nor to a token's end.
    cameras = camera_claims(access) if access.refuses else {}
    told = [
        overwrite(key, value)
        for provider, roles in providers(access).items()
        for key, value in {
            SUBJECT: claim(provider, "sub"),
            ROLES: claim(provider, *roles),
            TOKEN_ID: claim(provider, "jti"),
            **({CAMERAS: claim(provider, *cameras[provider])} if provider in cameras else {}),
            **({ENDS: claim(provider, "exp")} if access.refuses else {}),
        }.items()
    ]
    return {
        **named(
            "header_mutation",
            f"{TYPE}.filters.http.header_mutation.v3.HeaderMutation",
            mutations={"request_mutations": [*told, *_without_cookie()]},
        ),
        "name": "camplane.identity",
    }


def _without_cookie() -> list[dict[str, Any]]:
    """Take our cookie off, as the verified token itself is; whoever else has cookies keeps them.

    The order counts. A value that is empty adds no header.
    """
    came = "request.headers['cookie']"
    others = f"""re.extract({came}, r"^((?:.*;)?) *{COOKIE}=[^;]*;? *(.*)$", r"\\1 \\2")"""
    kept = f"{came}.contains('{COOKIE}=') ? {others} : {came}"
    return [
        overwrite(_KEPT, f"%CEL({kept})%"),
        {"remove": "cookie"},
        overwrite("cookie", f"%REQ({_KEPT})%"),
        {"remove": _KEPT},
    ]


def _name(number: int) -> str:
    return f"issuer{number}"


def _keys_cluster(provider: str) -> str:
    return f"keys_of_{provider}"
