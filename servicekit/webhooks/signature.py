"""How a webhook is named and signed: the headers of Standard Webhooks. Pure."""

import base64
import binascii
import hashlib
import hmac

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
# How receivers' libraries have keys: base64 behind this.
_ENCODED = "whsec_"


class KeyUnusableError(Exception):
    """A key cannot be read; the text says why and holds none of it."""


def headers(message_id: str, body: bytes, key: str, now: int) -> dict[str, str]:
    """Return the headers of one attempt; unsigned without a key.

    message_id: the same at every attempt; now: Unix time. Raises KeyUnusableError.
    """
    found = {
        "Content-Type": "application/json",
        "User-Agent": "camplane",
        ID: message_id,
        TIMESTAMP: str(now),
    }
    if key:
        found[SIGNATURE] = signature(message_id, body, key, now)
    return found


def signature(message_id: str, body: bytes, key: str, now: int) -> str:
    """Return the HMAC-SHA256 of "id.time.body", as the header has it.

    The time is in it: a receiver that refuses old ones cannot be sent what somebody recorded.
    """
    signed = b"%s.%d." % (message_id.encode(), now) + body
    digest = hmac.new(_secret(key), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _secret(key: str) -> bytes:
    if not key.startswith(_ENCODED):
        return key.encode(errors="surrogateescape")  # as the environment had it
    try:
        return base64.b64decode(key.removeprefix(_ENCODED), validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyUnusableError(f"what stands behind {_ENCODED} must be base64") from error
