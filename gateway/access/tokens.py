"""camplane's own tokens: what they say, and how long they hold. Pure but for signing."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.access.keys import ALGORITHM
from gateway.vocabulary.roles import ISSUER, ROLES

# Globs of the cameras that a token is for (servicekit.globs).
ALL_CAMERAS = ("*",)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([1-9][0-9]{0,6})([smhd])")
# It travels in a header, and stands in the log of decisions.
_SUBJECT = re.compile(r"[!-~]([ -~]{0,126}[!-~])?")
# They travel in a header. Others than ASCII may lose their way there.
_GLOB = re.compile(r"[ -~]{1,200}")
MAX_GLOBS = 100
LONGEST_SECONDS = 10 * 366 * 86400


class InvalidTokenRequestError(ValueError):
    """A token cannot be made like this; the text says what to give."""


@dataclass(frozen=True)
class Token:
    """What is kept of a token. The times are seconds since 1970; revoked is 0 if it is not."""

    id: str
    subject: str
    roles: tuple[str, ...]
    made: float
    expires: float
    revoked: float = 0.0
    cameras: tuple[str, ...] = ALL_CAMERAS

    def state(self, now: float) -> str:
        """Return valid, revoked or expired."""
        if self.revoked:
            return "revoked"
        return "valid" if now < self.expires else "expired"


def new_token(
    subject: str,
    roles: Sequence[str],
    seconds: int,
    now: float,
    cameras: Sequence[str] = ALL_CAMERAS,
) -> Token:
    """Return a token of a new id; InvalidTokenRequestError when it cannot be."""
    if not _SUBJECT.fullmatch(subject):
        raise InvalidTokenRequestError("a name has 1 to 128 printable ASCII characters")
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        raise InvalidTokenRequestError(f"roles are {', '.join(ROLES)}; give one or more of them")
    if seconds > LONGEST_SECONDS:
        raise InvalidTokenRequestError("a token lasts ten years at most")
    if not 0 < len(cameras) <= MAX_GLOBS or not all(map(_GLOB.fullmatch, cameras)):
        raise InvalidTokenRequestError(
            f"cameras are 1 to {MAX_GLOBS} globs of printable ASCII, such as 'hall-*': `*` is any "
            "text, `?` any character, other ones included"
        )
    return Token(
        id=secrets.token_hex(8),
        subject=subject,
        roles=tuple(role for role in ROLES if role in roles),
        made=int(now),
        expires=int(now) + seconds,
        cameras=ALL_CAMERAS if "*" in cameras else tuple(dict.fromkeys(cameras)),
    )


def seconds_of(duration: str) -> int:
    """Return the seconds of "90d", "12h", "30m" or "20s"."""
    found = _DURATION.fullmatch(duration)
    if not found:
        raise InvalidTokenRequestError(f"{duration!r} is no time: give one such as 90d, 12h, 30m")
    return int(found[1]) * _UNITS[found[2]]


def signed(token: Token, key: ECKey) -> str:
    """Return the token itself, as it is shown once and sent with each request."""
    claims = {
        "iss": ISSUER,
        "sub": token.subject,
        "jti": token.id,
        "iat": int(token.made),
        "exp": int(token.expires),
        "roles": list(token.roles),
        "cameras": list(token.cameras),
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key)
