"""Takes secrets out of requests and texts before they are written or shown. Pure.

When in doubt, more is hidden: what a reader misses can be asked again, a
password that was written is lost.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

# No mask of a service: that would be refused where it is written (servicekit.written_back).
HIDDEN = "(hidden)"

# Dropped from requests and answers alike.
SECRET_HEADERS = frozenset(
    {
        *("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"),
        *("x-auth-token", "x-csrf-token", "x-amz-security-token"),
    }
)
_KEY = re.compile(
    r"(?i)(pass(word|wd|phrase)?|pwd|psw|secret|token|credentials?|authorization|cookie"
    r"|(api|access|auth|private|signing)[_-]?key)s?$"
)
_USERINFO = re.compile(r"(:(?:\\?/){2})[^\s\"']*@")
_PARAMETER = re.compile(
    r"(?i)((?:pass|password|passwd|pwd|psw|secret|token|auth|signature|credentials?"
    r"|(?:api|access|auth)_?key|user|usr|username|login)=)[^&\s\"']+"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")


def hidden_text(text: str) -> str:
    """Return the text without credentials of URLs, secret parameters and tokens."""
    text = _USERINFO.sub(rf"\1{HIDDEN}@", text)
    text = _PARAMETER.sub(rf"\1{HIDDEN}", text)
    return _BEARER.sub(rf"\1 {HIDDEN}", text)


def hidden_value(value: Any, key: str = "") -> Any:
    """Return a JSON value without secrets: by the names of keys, and within texts."""
    if isinstance(value, dict):
        return {
            hidden_text(name): hidden_value(item, name if isinstance(name, str) else "")
            for name, item in value.items()
        }
    # A null or a truth value is no secret, and its type is worth keeping.
    if _KEY.search(key) and value is not None and not isinstance(value, bool):
        return HIDDEN
    if isinstance(value, list):
        return [hidden_value(item) for item in value]
    return hidden_text(value) if isinstance(value, str) else value


def hidden_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that are no secret, the rest without what is one in their values."""
    return {
        name: hidden_text(value)
        for name, value in headers.items()
        if name.lower() not in SECRET_HEADERS and not _KEY.search(name)
    }


def hidden_body(data: bytes) -> bytes:
    """Return a body without secrets; what is neither JSON nor text stays as it is."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    try:
        value = json.loads(text)
        clean = hidden_value(value)
    except (ValueError, RecursionError):
        return hidden_text(text).encode()
    # Unchanged, byte for byte, unless something is taken out.
    return data if clean == value else json.dumps(clean, ensure_ascii=False).encode()
