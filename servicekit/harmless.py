"""What is shown to who reads no secrets: what is known to be harmless, and `***` for the rest.

`servicekit.masking` hides what looks like a secret; that is for readers who know the secrets, and
for logs. A secret that looks like anything else, such as a part of a path, is hidden here alone.
"""

import re
from collections.abc import Callable, Container
from functools import lru_cache
from typing import Any

from servicekit.masking import HIDDEN, is_harmless_parameter, mask, mask_url
from servicekit.named_secrets import without_named_secrets

# Of what the paths of cameras and of stream servers are made.
_WORDS = (
    *("live", "stream", "streams", "streaming", "channels", "channel", "chn", "ch", "cam"),
    *("camera", "video", "audio", "main", "sub", "third", "primary", "secondary", "high", "low"),
    *("h26[45]", "hevc", "mpeg4?", "mp[34]", "mjpe?g", "jpe?g", "png", "av", "image", "img"),
    *("media", "profile", "preview", "snapshot", "snap", "track", "onvif", "axis", "isapi", "psia"),
    *("cgi", "bin", "amp", "cgibin", "realmonitor", "unicast", "multicast", "tcp", "udp", "rtsp"),
    *("rtmp", "hls", "dash", "play", "playback", "index", "playlist", "default", "dev", "api"),
    *("sdp", "m3u8?", "ts", "mpd", "flv", "mkv", "avi", "mov", "webm", "php", "[acstv]\\d"),
)
_WORD = f"(?:{'|'.join(_WORDS)})"
# One part of a path: a number, or words with some. Numbers are those of channels, no longer than
# what is too short for a secret.
_NUMBER = r"\d{1,3}(?!\d)"
_PART = re.compile(
    rf"{_NUMBER}|(?=.*{_WORD})(?:{_WORD}|{_NUMBER})(?:[-_.]?(?:{_WORD}|{_NUMBER})){{0,5}}",
    re.IGNORECASE,
)
_MAX_CHARACTERS, _MAX_DIGITS = 40, 6
_DOTS = frozenset({"", ".", "..", HIDDEN})
_ENDING = re.compile(r"\.(?:sdp|mp4|m3u8?|ts|mpd|flv|mkv|avi|mov|webm|jpe?g|png|cgi|php)", re.I)
# What a parameter that chooses a picture is set to: 640x480, Quality, 2026-11-30T08:00.
_VALUE = re.compile(r"[A-Za-z]{0,10}|[0-9.:xTZ+-]{0,20}")
# Names that tell of a secret, and hold none.
_SECRETS = frozenset(
    {
        *("user", "username", "usr", "login", "password", "passwd", "pass", "passphrase", "pwd"),
        *("pw", "token", "access_token", "key", "api_key", "secret", "auth", "pin", "streamid"),
    }
)
_BETWEEN = re.compile(r"([/\\?#&])")
_START = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,15}:(?:\\?/|\\){2}")
_SLASHES = re.compile(r":(?:\\?/|\\){2}")
_MISTYPED = re.compile(r"(?:rtsps?|https?|v4l2|file):", re.IGNORECASE)
_AUTHORITY = re.compile(r"[^/\\?#]*")
_HOST = re.compile(r"(?:\*{3}@)?(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])?(?::\d{1,5})?")
_ADDRESS = re.compile(r"@(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$")
_TEXT_WORD = re.compile(r"[^ \t\r\n]+")

Show = Callable[[str], str]


@lru_cache(maxsize=1000)  # a log has the same one in many lines
def harmless_url(url: str) -> str:
    """Return of a whole URL, or of what is meant as one, what is known to be harmless."""
    masked = mask_url(url)
    start = _START.search(masked)
    if not start:
        return _harmless_parts(masked)
    authority = _AUTHORITY.match(masked, start.end())
    host, end = (authority.group(), authority.end()) if authority else ("", start.end())
    before = _harmless_parts(masked[: start.start()])
    # A path may hold an @, and a password a slash: what stands behind is not known to be the host.
    is_known = "@" not in _AUTHORITY.sub("", url[start.end() :], count=1) or _ADDRESS.search(host)
    shown = host if is_known and _HOST.fullmatch(host) else HIDDEN
    return f"{before}{start.group()}{shown}{_harmless_parts(masked[end:])}"


def harmless_text(text: str) -> str:
    """Return a text with its URLs as `harmless_url` has them, and without secrets besides."""
    if not _SLASHES.search(text):
        return _harmless_words(text)  # what most lines of a log are
    shown, at = [], 0
    for word in _TEXT_WORD.finditer(text):
        if _SLASHES.search(word.group()):
            shown += [_harmless_words(text[at : word.start()]), _harmless_word(word.group())]
            at = word.end()
    return "".join((*shown, _harmless_words(text[at:])))


def harmless_json(value: Any, known: Container[str], show: Show = harmless_text) -> Any:
    """Return a JSON value with the values of known names alone; `show` is for texts and names."""
    if isinstance(value, dict):
        return {
            show(key) if isinstance(key, str) else key: (
                harmless_json(inner, known, show) if key in known else hidden(inner)
            )
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [harmless_json(inner, known, show) for inner in value]
    return show(value) if isinstance(value, str) else value


def hidden(value: Any) -> Any:
    """Return a mask, but for what can be no secret."""
    return value if value is None or isinstance(value, bool) else HIDDEN


def _harmless_words(text: str) -> str:
    return mask(without_named_secrets(text))


def _harmless_word(word: str) -> str:
    masked, start = _harmless_words(word), _START.search(word)
    if not start or not _START.search(masked):
        return masked
    return _harmless_words(word[: start.start()]) + harmless_url(word[start.start() :])


def _harmless_parts(rest: str) -> str:
    """Return a path with its query, each part of it shown or hidden."""
    return "".join(
        part if place % 2 else _harmless_part(part)
        for place, part in enumerate(_BETWEEN.split(rest))
    )


def _harmless_part(part: str) -> str:
    if part in _DOTS or _is_harmless(part) or _is_masked_host(part) or _MISTYPED.fullmatch(part):
        return part
    name, equals, value = part.partition("=")
    if equals and is_harmless_parameter(name):
        is_shown = _VALUE.fullmatch(value) or _is_harmless(value)
        return f"{name}={value if is_shown else HIDDEN}"
    if equals and name.lower() in _SECRETS:
        return f"{name}={HIDDEN}"
    ending = _ENDING.search(part, max(part.rfind("."), 0))
    return HIDDEN + (ending.group() if ending and ending.end() == len(part) else "")


def _is_harmless(part: str) -> bool:
    digits = sum(letter.isdigit() for letter in part)
    if len(part) > _MAX_CHARACTERS or digits > _MAX_DIGITS:
        return False
    return part.isascii() and _PART.fullmatch(part) is not None


def _is_masked_host(part: str) -> bool:
    """Is it what is left of `user:password@host` without a scheme?"""
    return part.startswith(f"{HIDDEN}@") and _HOST.fullmatch(part) is not None
