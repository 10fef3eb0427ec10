"""Hides credentials in any text: a log line, an error, a whole URL.

When in doubt, more is hidden: a host name that a reader misses can be looked
up, a password that was printed is lost. Hence the rules:

- In a word (what stands between blanks) with a URL in it, everything from
  `://` to the word's *last* `@` is taken as credentials. Real passwords hold
  raw `@`, `:`, `/`, `?` and `#`, whatever the URL standard says. The price:
  `rtsp://host/a@b` reads `rtsp://***@b`. So is `user:pw@` without a URL.
- In a URL, a parameter is shown when its name is known to be harmless (`channel`)
  or its value is too short to be a secret; of all others the value is hidden up to
  the next `&` or blank, in a query or in a path
  (`/user=admin&password=pw&channel=1`). A raw `&` ends it, because it ends the
  parameter for the server too.
- Outside a URL, where any `name=value` may stand, it is hidden when its name ends
  in `password`, `token`, `user` and the like.
- What is a secret by its place: the stream's key in an RTMP path, user and password
  in the paths of stream servers that have them there.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote, unquote_plus

HIDDEN = "***"

# JSON writers may escape each slash, and people write backslashes.
_URL_START = re.compile(r":(?:\\?/|\\){2}")
# Not \S: a password may hold a no-break space.
_WORD = re.compile(r"[^ \t\r\n]+")
_BEFORE_A_USER = re.compile(r".*[/=(\"'<\[{,]", re.DOTALL)

_USERS = "user|usr|user_?name|user_?id|login"
_KEYS = (
    "pass|pas|password|passwd|passphrase|pwd|psw|token|secret|auth|credentials?|signature"
    "|session(?:_?id)?|jwt|psk|otp|(?:api|access|auth|stream)_?(?:key|code)"
)
# Too short, or too common an end, to be looked for but as the whole name.
_WHOLE_NAMES = frozenset({"p", "pw", "u", "key", "sid", "sig", "pin", "code", "cred", "streamid"})
_USER_NAME = re.compile(_USERS, re.IGNORECASE)
_SECRET_PARAMETER = re.compile(rf"(?:{_USERS}|{_KEYS})$", re.IGNORECASE)
_SECRET_FIELD = re.compile(rf"(?:{_KEYS})$", re.IGNORECASE)
# What cameras' URLs choose a picture by.
_HARMLESS = re.compile(
    "audio|bitrate|camera(_?id)?|cam|ch|channel(no)?|chn|chnid|codec|compression|device|duration"
    "|end(time)?|format|fps|framerate|height|index|latency|live|loop|mode|overlay|pkt_size"
    "|profile|proto(col)?|quality|rate|res(olution)?|rotation|rw_timeout|seek|size|speed"
    "|start(time)?|stimeout|stream(profile|type)?|subtype|tcp|timeout|track|transport|type|udp"
    "|unicast|video(codec)?|width",
    re.IGNORECASE,
)
# What stands before a parameter's name, in all the ways in use.
_SEPARATOR = re.compile(r"[\s&?/;,#\"'<>|(]")
# No name is longer; a line without an end is not read again and again.
_LONGEST_NAME = 64
# What is no longer is hidden where it stands, not wherever its letters are.
_SHORT = 3
# A value: whole, and one that is too short to be a secret.
_TOO_SHORT = "(?:[0-9]{1,3}|true|false|on|off|yes|no)"
_IN_TEXT = re.compile(r"[^& \t\r\n]+"), re.compile(rf"{_TOO_SHORT}(?=[& \t\r\n]|$)")
_IN_SOURCE = re.compile(r"[^&]+"), re.compile(rf"{_TOO_SHORT}(?=&|$)")
_Values = tuple[re.Pattern[str], re.Pattern[str]]
_RTMP_KEY = re.compile(r"(rtmp[a-z]*:(?:\\?/){2}[^/\s]+/[^/\s]+/)(\S+)", re.IGNORECASE)
_IN_PATH = re.compile(r"(/(?:live|movie|series|timeshift)/)([^/\s]+)/([^/\s]+)(?=/[^/\s])")

# In the name of a key, wherever it stands: `rtspPassword`, `api_keys`, `auth_header`.
_SECRET_NAME = re.compile(
    r"pass|pwd|psw|token|secret|auth|credential|signature|key|cookie|bearer", re.IGNORECASE
)

# How people mistype the start of a URL: `rtsp:/`, `rtsp//`, `rtsp:`.
_MISTYPED_START = re.compile(r"(?:rtsps?|https?)[:/]+", re.IGNORECASE)


def mask(text: str) -> str:
    """Replace the credentials of every URL inside `text` by `***`."""
    return _WORD.sub(lambda word: _masked_word(word.group()), text)


def mask_url(source: str) -> str:
    """Replace the credentials of `source`, which is one whole URL.

    Unlike in running text, blanks belong to the password here, and a mistyped
    scheme (`rtsp:/user:pw@host`, `user:pw@host`) gives nothing away.
    """
    if _URL_START.search(source):
        masked = _without_userinfo(source)
    else:
        masked = _without_mistyped_userinfo(source)
    return _without_values(_without_secret_places(masked), _IN_SOURCE, in_url=True)


def mask_known(text: str, source: str) -> str:
    """Mask `text`, and in it also the literal password of `source`.

    For text that a library made while it read `source`: the password is hidden
    wherever it stands, as typed, decoded or percent-encoded. One that is very short is
    hidden in its URL alone: a text without its letters would tell nothing.
    """
    if source:
        text = text.replace(source, mask_url(source))
    text = mask(text)
    for pattern in _spellings(source):
        text = pattern.sub(HIDDEN, text)
    return text


def is_secret_field(name: str) -> bool:
    """Is the value of a reply's field of this name a secret?"""
    return bool(_SECRET_FIELD.search(name))


def is_secret_key(name: str) -> bool:
    """May the value of a key of this name be a secret? When in doubt, yes."""
    return bool(_SECRET_NAME.search(name)) or bool(_USER_NAME.fullmatch(name))


def is_harmless_parameter(name: str) -> bool:
    """Is it known to choose a picture alone?"""
    return bool(_HARMLESS.fullmatch(name))


def _masked_word(word: str) -> str:
    if _URL_START.search(word):
        word = _without_secret_places(_without_userinfo(word))
        return _without_values(word, _IN_TEXT, in_url=True)
    word = _without_bare_userinfo(word)
    return _without_values(word, _IN_TEXT, in_url=False) if "=" in word else word


def _without_bare_userinfo(word: str) -> str:
    """Hide `user:pw` before the last `@` of a word without a URL."""
    before, at, after = word.rpartition("@")
    user, colon, _ = before.partition(":")
    if not colon or not after or not (after[0].isalnum() or after[0] == "["):
        return word
    start = _BEFORE_A_USER.match(user)
    kept = start.group() if start else ""
    return kept + HIDDEN + at + after if len(kept) < len(user) else word


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


def _without_secret_places(text: str) -> str:
    return _IN_PATH.sub(rf"\1{HIDDEN}/{HIDDEN}", _RTMP_KEY.sub(rf"\1{HIDDEN}", text))


def _without_values(text: str, values: _Values, in_url: bool) -> str:
    kept, at = [], 0
    for start, end in _hidden(text, values, in_url):
        kept += [text[at:start], HIDDEN]
        at = end
    return "".join((*kept, text[at:]))


def _hidden(text: str, values: _Values, in_url: bool) -> Iterator[tuple[int, int]]:
    """Yield where the values stand that must not be shown.

    What is shown may hold a further parameter (`/channel=1/password=pw`): that is looked at, too.
    """
    at = 0
    while (equals := text.find("=", at)) >= 0:
        name = _SEPARATOR.split(text[max(at, equals - _LONGEST_NAME) : equals])[-1]
        at = equals + 1
        if not name or _is_harmless(unquote(name), in_url):
            continue
        whole, too_short = values
        is_secret = _is_secret(unquote(name))
        if (is_secret or not too_short.match(text, at)) and (found := whole.match(text, at)):
            yield found.span()
            at = found.end()


def _is_secret(name: str) -> bool:
    return bool(_SECRET_PARAMETER.search(name)) or name.lower() in _WHOLE_NAMES


def _is_harmless(name: str, in_url: bool) -> bool:
    return not _is_secret(name) and (not in_url or is_harmless_parameter(name))


@lru_cache(maxsize=1000)
def _spellings(source: str) -> list[re.Pattern[str]]:
    """Return patterns of every way to write the passwords of `source`, longest first."""
    passwords = {(raw, unquote(raw)) for raw in _userinfo_passwords(source)}
    hidden = (source[start:end] for start, end in _hidden(source, _IN_SOURCE, in_url=True))
    passwords |= {(raw, unquote_plus(raw)) for value in hidden for raw in _parts(value)}
    by_place = [key for _, key in _RTMP_KEY.findall(source)]
    by_place += [one for _, *both in _IN_PATH.findall(source) for one in both]
    passwords |= {(raw, unquote(raw)) for value in by_place for raw in _parts(value)}
    passwords = {pair for pair in passwords if len(pair[1]) > _SHORT}
    by_length = sorted(passwords, key=lambda pair: (-len(pair[1]), pair))
    return [re.compile(f"{re.escape(raw)}|{_as_written(decoded)}") for raw, decoded in by_length]


def _parts(value: str) -> set[str]:
    """Return a hidden value, and what of it may be a secret by itself: `r=gate,s=secret`."""
    inner = (part.rpartition("=")[2] for part in re.split("[,;?&]", value))
    return {value, *(part for part in inner if len(part) > _SHORT)}


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
