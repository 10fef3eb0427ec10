"""Hides camera credentials in any text: a log line, an error, a whole source.

When in doubt, more is hidden: a host name that a reader misses can be looked
up, a password that was printed is lost. Hence the two rules:

- In a word (what stands between blanks) with a URL in it, everything from
  `://` to the word's *last* `@` is taken as credentials. Real passwords hold
  raw `@`, `:`, `/`, `?` and `#`, whatever the URL standard says. The price:
  `rtsp://host/a@b` reads `rtsp://***@b`.
- The value of a parameter whose name ends in `password`, `token`, `user` and
  the like is hidden up to the next `&` or blank, in a query or in a path
  (`/user=admin&password=pw&channel=1`), inside a URL or not. A raw `&` ends
  it, because it ends the parameter for the server too.
"""

import re
from urllib.parse import unquote, unquote_plus

HIDDEN = "***"

# JSON writers may escape each slash.
_URL_START = re.compile(r":(?:\\?/){2}")
# Not \S: a password may hold a no-break space.
_WORD = re.compile(r"[^ \t\r\n]+")

_USERS = "user|usr|user_?name|user_?id|login"
_KEYS = (
    "pass|password|passwd|passphrase|pwd|psw|token|secret|auth|credentials?|signature"
    "|(?:api|access|auth)_?key"
)
_USER_NAME = re.compile(_USERS, re.IGNORECASE)
_PARAMETER_IN_TEXT = re.compile(rf"((?:{_USERS}|{_KEYS})=)[^& \t\r\n]+", re.IGNORECASE)
_PARAMETER_IN_SOURCE = re.compile(rf"((?:{_USERS}|{_KEYS})=)[^&]+", re.IGNORECASE)
_SECRET_FIELD = re.compile(rf"(?:{_KEYS})$", re.IGNORECASE)
_SECRET_PARAMETER = re.compile(rf"(?:{_KEYS})=([^&]+)", re.IGNORECASE)

# In the name of a key, wherever it stands: `rtspPassword`, `api_keys`, `auth_header`.
_SECRET_NAME = re.compile(
    r"pass|pwd|psw|token|secret|auth|credential|signature|key|cookie|bearer", re.IGNORECASE
)

# How people mistype the start of a URL: `rtsp:/`, `rtsp//`, `rtsp:`.
_MISTYPED_START = re.compile(r"(?:rtsps?|https?)[:/]+", re.IGNORECASE)


def mask(text: str) -> str:
    """Replace the credentials of every URL inside `text` by `***`."""
    text = _WORD.sub(lambda word: _without_userinfo(word.group()), text)
    return _PARAMETER_IN_TEXT.sub(_without_value, text)


def mask_source(source: str) -> str:
    """Replace the credentials of `source`, which is one whole camera source.

    Unlike in running text, blanks belong to the password here, and a mistyped
    scheme (`rtsp:/user:pw@host`, `user:pw@host`) gives nothing away.
    """
    if _URL_START.search(source):
        masked = _without_userinfo(source)
    else:
        masked = _without_mistyped_userinfo(source)
    return _PARAMETER_IN_SOURCE.sub(_without_value, masked)


def conceal(field: str, text: str) -> str:
    """Mask the text that stands in a field of a reply: a source as a whole, a password at all."""
    if _SECRET_FIELD.search(field):
        return HIDDEN
    return mask_source(text) if field == "source" else mask(text)


def mask_known(text: str, source: str) -> str:
    """Mask `text`, and in it also the literal password of `source`.

    For text that a library made while it read `source`: the password is hidden
    wherever it stands, as typed, decoded or percent-encoded. A password of one
    letter hides that letter everywhere.
    """
    if source:
        text = text.replace(source, mask_source(source))
    text = mask(text)
    for pattern in _spellings(source):
        text = re.sub(pattern, HIDDEN, text)
    return text


def is_secret_key(name: str) -> bool:
    """May the value of a key of this name be a secret? When in doubt, yes."""
    return bool(_SECRET_NAME.search(name)) or bool(_USER_NAME.fullmatch(name))


def _without_userinfo(word: str) -> str:
    start = _URL_START.search(word)
    if not start:
        return word
    at = word.rfind("@")
    return word if at < start.end() else word[: start.end()] + HIDDEN + word[at:]


def _without_mistyped_userinfo(source: str) -> str:
    before, at, after = source.rpartition("@")
    if ":" not in before:
        return source
    start = _MISTYPED_START.match(before)
    return (start.group() if start else "") + HIDDEN + at + after


def _without_value(parameter: re.Match[str]) -> str:
    return parameter.group(1) + HIDDEN


def _spellings(source: str) -> list[str]:
    """Return patterns of every way to write the passwords of `source`, longest first."""
    passwords = {(raw, unquote(raw)) for raw in _userinfo_passwords(source)}
    passwords |= {(raw, unquote_plus(raw)) for raw in _SECRET_PARAMETER.findall(source)}
    by_length = sorted(passwords, key=lambda pair: (-len(pair[1]), pair))
    return [f"{re.escape(raw)}|{_as_written(decoded)}" for raw, decoded in by_length]


def _userinfo_passwords(source: str) -> set[str]:
    """Return the password as the URL standard reads it, and as `mask` does."""
    start = _URL_START.search(source) or _MISTYPED_START.match(source)
    rest = source[start.end() :] if start else source
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    readings = (text.rpartition("@")[0].partition(":")[2] for text in (authority, rest))
    return {password for password in readings if password}


def _as_written(secret: str) -> str:
    """Return a pattern of `secret` with each character as itself or percent-encoded."""
    return "".join(f"(?:{_character(letter)})" for letter in secret)


def _character(letter: str) -> str:
    encoded = "".join(f"%{byte:02x}" for byte in letter.encode("utf-8", "surrogatepass"))
    plus = r"|\+" if letter == " " else ""
    return f"{re.escape(letter)}|(?i:{encoded}){plus}"
