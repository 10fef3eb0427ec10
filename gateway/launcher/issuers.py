"""The OIDC providers of `access.issuers`: from what stands in the file to what Envoy is told."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway.proxy.topology import ACCESS_TOKEN, ID_TOKEN, Issuer, Login, is_loopback
from gateway.vocabulary.roles import ISSUER

# It stands in Envoy's formats, in which other characters have a meaning.
_CLAIM = re.compile(r"[A-Za-z0-9._-]+")
_KEYS = ("issuer", "audience", "jwks_url", "jwks_file", "roles_claim", "cameras_claim", "login")
_KEYS_OF_LOGIN = (
    *("client_id", "client_secret_env", "client_secret_file"),
    *("authorization_endpoint", "token_endpoint", "scopes", "token"),
)
# RFC 6749, 3.3.
_SCOPE = re.compile(r"[!#-\[\]-~]+")


def parse_issuers(value: Any, folder: Path) -> tuple[Issuer, ...]:
    """Return the providers; ValueError with what is wrong. Paths are relative to `folder`."""
    if not isinstance(value, list):
        raise ValueError("give a list")
    found = tuple(_issuer(one, folder) for one in value)
    names = [one.issuer for one in found]
    if len({*names, ISSUER}) <= len(names):
        raise ValueError(f"each issuer is named once, and none {ISSUER!r}")
    if sum(one.login is not None for one in found) > 1:
        raise ValueError("the page logs in at one provider: give one of them a login")
    return found


def _issuer(value: Any, folder: Path) -> Issuer:
    _require_mapping("each", value, _KEYS)
    url, file = (_text(value, key, "") for key in ("jwks_url", "jwks_file"))
    if bool(url) is bool(file):
        raise ValueError("give jwks_url or jwks_file")
    if url:
        _require_safe("jwks_url", url)
    if file and not (folder / file).is_file():
        raise ValueError(f"jwks_file {file} cannot be read")
    return Issuer(
        issuer=_text(value, "issuer"),
        audience=_text(value, "audience"),
        jwks_url=url,
        jwks_file=str((folder / file).absolute()) if file else "",
        roles_claim=_claim(value, "roles"),
        cameras_claim=_claim(value, "cameras"),
        login=_login(value["login"], folder) if "login" in value else None,
    )


def _login(value: Any, folder: Path) -> Login:
    _require_mapping("login", value, _KEYS_OF_LOGIN)
    variable, file = (_text(value, f"client_secret_{one}", "") for one in ("env", "file"))
    if bool(variable) is bool(file):
        raise ValueError("login: give client_secret_env or client_secret_file")
    authorization, token = (_text(value, f"{one}_endpoint") for one in ("authorization", "token"))
    _require_safe("login.authorization_endpoint", authorization)
    _require_safe("login.token_endpoint", token)
    kind = _text(value, "token", ID_TOKEN)
    if kind not in (ID_TOKEN, ACCESS_TOKEN):
        raise ValueError(f"login.token is {ID_TOKEN} or {ACCESS_TOKEN}")
    return Login(
        client_id=_text(value, "client_id"),
        authorization_endpoint=authorization,
        token_endpoint=token,
        secret_env=variable,
        secret_file=str((folder / file).absolute()) if file else "",
        scopes=_scopes(value.get("scopes", ["openid"])),
        token=kind,
    )


def _scopes(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or "openid" not in value:
        raise ValueError("login.scopes is a list, with openid in it")
    if not all(isinstance(one, str) and _SCOPE.fullmatch(one) for one in value):
        raise ValueError("login.scopes holds texts without blanks")
    return tuple(value)


def _require_mapping(name: str, value: Any, keys: tuple[str, ...]) -> None:
    if not isinstance(value, dict) or not value.keys() <= set(keys):
        raise ValueError(f"{name} is a mapping of {', '.join(keys)}" + _but(value, keys))


def _require_safe(key: str, url: str) -> None:
    """Raise ValueError unless nobody on the way can put something of their own there."""
    if urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).hostname:
        raise ValueError(f"{key} {url!r} is no URL")
    if not _is_safe(url):
        raise ValueError(f"{key} must be https: on the way others could put their own there")


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return (
        parts.scheme == "https"
        or parts.hostname == "localhost"
        or is_loopback(parts.hostname or "")
    )


def _but(value: Any, keys: tuple[str, ...]) -> str:
    unknown = [str(key) for key in value if key not in keys] if isinstance(value, dict) else []
    return f", not {', '.join(unknown)}" if unknown else ""


def _text(value: dict[str, Any], key: str, default: str | None = None) -> str:
    found = value.get(key, default)
    if not isinstance(found, str) or (not found and default is None):
        raise ValueError(f"{key} must be a text")
    return found


def _claim(issuer: dict[str, Any], of: str) -> tuple[str, ...]:
    """Return the keys that lead to the roles, or the cameras: one, or one within another."""
    value = issuer.get(f"{of}_claim", of)
    keys = value if isinstance(value, list) else [value]
    if not keys or not all(isinstance(key, str) and _CLAIM.fullmatch(key) for key in keys):
        raise ValueError(
            f"{of}_claim must be a name of letters, digits, `.`, `_` and `-`, or a list of "
            "names, one within the other"
        )
    return tuple(keys)
