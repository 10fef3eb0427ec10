"""What is sent to a webhook, how it is signed, and when it is tried again. Pure."""

import hashlib
import hmac
from urllib.parse import urlsplit

SIGNATURE_HEADER, DELIVERY_HEADER = "X-Camplane-Signature", "X-Camplane-Delivery"
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 300.0
GIVEN_UP_AFTER_SECONDS = 24 * 3600.0


def signature(key: str, body: bytes, now: int) -> str:
    """Return the value of the signature header: HMAC-SHA256 of "now.body", and when it was made.

    now: Unix time. A receiver that refuses old ones cannot be sent what somebody recorded.
    """
    secret = key.encode(errors="surrogateescape")  # as the environment had it
    digest = hmac.new(secret, b"%d." % now + body, hashlib.sha256)
    return f"t={now},v1={digest.hexdigest()}"


def headers(seq: int, body: bytes, key: str, now: int) -> dict[str, str]:
    """Return the headers of one attempt; unsigned without a key."""
    found = {
        "Content-Type": "application/json",
        "User-Agent": "camplane",
        DELIVERY_HEADER: str(seq),
    }
    if key:
        found[SIGNATURE_HEADER] = signature(key, body, now)
    return found


def pause_seconds(failures: int, chance: float) -> float:
    """Return how long to wait after that many failures in a row, twice as long each time.

    chance: from 0 to 1, so that receivers that were down are not met by all at once.
    """
    longest = min(SHORTEST_PAUSE_SECONDS * 2.0 ** min(failures, 60), LONGEST_PAUSE_SECONDS)
    return longest * (1 + chance) / 2


def is_due(next_at: float, now: float) -> bool:
    """Is it time for the next try? Also when it is further away than any pause: a clock was put."""
    return not now < next_at <= now + LONGEST_PAUSE_SECONDS


def origin(url: str) -> str:
    """Return what of a URL may be logged: path and query are secrets with many receivers."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
