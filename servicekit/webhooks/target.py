"""Where a webhook, or what stands for one, goes. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

_LONGEST_URL = 2000
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}", re.ASCII)


class Kind(StrEnum):
    """What is at the other end."""

    WEBHOOK = "webhook"
    ALERTMANAGER = "alertmanager"
    APPRISE = "apprise"


@dataclass(frozen=True, slots=True)
class Target:
    """A receiver.

    url: of a webhook, or where an Alertmanager is. secret_env: the variable that holds the
    key a webhook's signature is made with, or apprise's whole address.
    """

    url: str
    secret_env: str = ""
    kind: Kind = Kind.WEBHOOK


def webhook_url(text: str) -> str:
    """Return an http or https URL that holds no credentials; ValueError."""
    allowed = (
        "give an http:// or https:// URL with a host, without a user, password or fragment "
        f"and of up to {_LONGEST_URL} characters; what must stay secret goes by secretEnv"
    )
    if not (text.isascii() and text.isprintable()) or " " in text or len(text) > _LONGEST_URL:
        raise ValueError(allowed)
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # no port, no IPv6 address
        usable = False
    if not usable or "@" in parts.netloc or "#" in text or "\\" in text:
        raise ValueError(allowed)
    return text


def variable_name(text: str) -> str:
    """Return the name of an environment variable; ValueError."""
    if not _VARIABLE.fullmatch(text):
        raise ValueError(
            "give the name of an environment variable, such as CAMPLANE_WEBHOOK_SECRET, "
            "not the secret itself"
        )
    return text


def origin(url: str) -> str:
    """Return what of a URL may be logged: path and query are secrets with many receivers."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
