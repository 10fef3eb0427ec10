"""Passwords, kept as hashes, and the cookie that says who is logged in."""

import hashlib
import hmac
import secrets

from kitchenwatch.config import settings


def hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_digest(password, salt)}"


def matches(password: str, stored: str) -> bool:
    salt, _, digest = stored.partition("$")
    return hmac.compare_digest(_digest(password, bytes.fromhex(salt)), digest)


def signed(username: str) -> str:
    return f"{username}.{_signature(username)}"


def username_of(cookie: str) -> str | None:
    """Return who the cookie was given to; None when it is not ours."""
    username, _, signature = cookie.rpartition(".")
    return username if hmac.compare_digest(signature, _signature(username)) else None


def _digest(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**12, r=8, p=1).hex()


def _signature(username: str) -> str:
    return hmac.new(settings.secret_key.encode(), username.encode(), "sha256").hexdigest()
