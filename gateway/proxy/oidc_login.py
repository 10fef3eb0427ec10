"""The page's login at an OIDC provider: Envoy's oauth2 filter, on the page's own paths alone.

The filter sends the browser to the provider and exchanges the code that it brings back (with
PKCE). What it keeps goes to LOGIN only; there the token becomes the page's cookie, as if it was
typed in (login_routes), and it is verified at each request like any other (authentication).
"""

from pathlib import Path
from urllib.parse import urlsplit

from gateway.proxy.http_filters import HttpFilter, named, off
from gateway.proxy.secret_files import secret_file, write_secret
from gateway.proxy.targets import turned_on
from gateway.proxy.topology import ID_TOKEN, Access, Login, Topology
from gateway.proxy.type_urls import TYPE

LOGIN, CALLBACK = "/ui/oidc", "/ui/oidc/callback"
ENABLED = turned_on("envoy.filters.http.oauth2")
_CLUSTER = "tokens_of_login"
# The files of the client's secret, and of the filter's own cookies'.
_CLIENT, _COOKIES = "oidc-client", "oidc-cookies"
# The filter's own cookies. None but LOGIN and what is below it gets them.
_ID, _ACCESS = "camplane-oidc-id", "camplane-oidc-access"
_NAMES = {
    "id_token": _ID,
    "bearer_token": _ACCESS,
    "refresh_token": "camplane-oidc-refresh",
    "oauth_hmac": "camplane-oidc-hmac",
    "oauth_expires": "camplane-oidc-expires",
    "oauth_nonce": "camplane-oidc-nonce",
    "code_verifier": "camplane-oidc-verifier",
}
KEPT = tuple(_NAMES[name] for name in _NAMES if name not in ("oauth_nonce", "code_verifier"))
# Strict ones would not come along when the provider sends the browser back.
_COOKIE = {"same_site": "LAX", "path": LOGIN}
_ORIGIN = "%REQ(x-forwarded-proto)%://%REQ(:authority)%"


def oidc_login(topology: Topology, folder: Path) -> list[HttpFilter]:
    """Return the filter, which LOGIN and CALLBACK turn on; none without such a login."""
    login = topology.access.login
    if login is None:
        return []
    config = {
        "token_endpoint": {"uri": login.token_endpoint, "cluster": _CLUSTER, "timeout": "5s"},
        "authorization_endpoint": login.authorization_endpoint,
        "redirect_uri": f"{_ORIGIN}{CALLBACK}",
        "original_request_uri": _ORIGIN,
        "redirect_path_matcher": {"path": {"exact": CALLBACK}},
        # Nothing leads there: /ui/logout takes the cookies back.
        "signout_path": {"path": {"exact": f"{LOGIN}/signout"}},
        "auth_scopes": list(login.scopes),
        "credentials": {
            "client_id": login.client_id,
            "token_secret": secret_file(folder, _CLIENT),
            "hmac_secret": secret_file(folder, _COOKIES),
            "cookie_names": _NAMES,
        },
        "cookie_configs": {f"{name}_cookie_config": _COOKIE for name in _NAMES},
        # The other token is of no use, and a cookie holds some 4,000 characters.
        "disable_access_token_set_cookie": login.token == ID_TOKEN,
        "disable_id_token_set_cookie": login.token != ID_TOKEN,
        "stat_prefix": "login",
    }
    return [off(named("oauth2", f"{TYPE}.filters.http.oauth2.v3.OAuth2", config=config))]


def token_server(access: Access) -> dict[str, str]:
    """Return the cluster that tokens are asked for at, with the URL; nothing without a login."""
    login = access.login
    return {} if login is None else {_CLUSTER: login.token_endpoint}


def issued(login: Login) -> str:
    """Return Envoy's format of the token that the provider gave, in an answer at LOGIN.

    The filter leaves the cookies in any order, and the page's own is taken out from among them.
    """
    name = _ID if login.token == ID_TOKEN else _ACCESS
    cookies = "request.headers['cookie']"
    return f"""%CEL(re.extract({cookies}, r"^(.*;)? *{name}=([^;]*).*$", r"\\2"))%"""


def write_secrets(folder: Path, of_client: str, of_cookies: bytes) -> None:
    """Let Envoy have the secrets. Atomic."""
    write_secret(folder, _CLIENT, "generic_secret", secret=of_client)
    write_secret(folder, _COOKIES, "generic_secret", secret=of_cookies.hex())


def host_of(issuer: str) -> str:
    """Return how the page calls a provider: its host."""
    return urlsplit(issuer).hostname or issuer
