"""The OIDC providers of `access.issuers`: from what stands in the file to what Envoy is told."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway.access.roles import ISSUER
from gateway.envoy.topology import Issuer, is_loopback

# It stands in Envoy's formats, in which other characters have a meaning.
_CLAIM = re.compile(r"[A-Za-z0-9._-]+")
_KEYS = ("issuer", "audience", "jwks_url", "jwks_file", "roles_claim", "cameras_claim")


def parse_issuers(value: Any, folder: Path) -> tuple[Issuer, ...]:
    """Return the providers; ValueError with what is wrong. Paths are relative to `folder`."""
    if not isinstance(value, list):
        raise ValueError("give a list")
    found = tuple(_issuer(one, folder) for one in value)
    names = [one.issuer for one in found]
    if len({*names, ISSUER}) <= len(names):
        raise ValueError(f"each issuer is named once, and none {ISSUER!r}")
    return found


def _issuer(value: Any, folder: Path) -> Issuer:
    if not isinstance(value, dict) or not value.keys() <= set(_KEYS):
        raise ValueError(f"each is a mapping of {', '.join(_KEYS)}" + _but(value))
    url, file = (_text(value, key, "") for key in ("jwks_url", "jwks_file"))
    if bool(url) is bool(file):
        raise ValueError("give jwks_url or jwks_file")
    if url and (urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).hostname):
        raise ValueError(f"jwks_url {url!r} is no URL")
    if url and not _is_safe(url):
        raise ValueError("jwks_url must be https: on the way others could put their own keys there")
    if file and not (folder / file).is_file():
        raise ValueError(f"jwks_file {file} cannot be read")
    return Issuer(
        issuer=_text(value, "issuer"),
        audience=_text(value, "audience"),
        jwks_url=url,
        jwks_file=str((folder / file).absolute()) if file else "",
        roles_claim=_claim(value, "roles"),
        cameras_claim=_claim(value, "cameras"),
    )


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return (
        parts.scheme == "https"
        or parts.hostname == "localhost"
        or is_loopback(parts.hostname or "")
    )


def _but(value: Any) -> str:
    unknown = [str(key) for key in value if key not in _KEYS] if isinstance(value, dict) else []
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
