"""Which tokens Envoy refuses, though they are signed and not expired."""

from collections.abc import Sequence
from pathlib import Path

from gateway.access.tokens import Token
from gateway.proxy.revocation import write_revoked

# Envoy's clock may be behind ours by so much.
_GRACE_SECONDS = 60


def tell_envoy(folder: Path, tokens: Sequence[Token], refuses: bool, now: float) -> str:
    """Write Envoy's file of revoked tokens; return its version."""
    return write_revoked(folder, still_revoked(tokens, now), refuses)


def still_revoked(tokens: Sequence[Token], now: float) -> list[str]:
    """Return the ids of revoked tokens that would hold otherwise."""
    return [one.id for one in tokens if one.revoked and now < one.expires + _GRACE_SECONDS]
