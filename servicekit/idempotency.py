"""The key of the call that runs: a write with a key happens once, however often it is sent.

A client may give a key. For a request without one the gateway makes a key,
which stays the same when the gateway asks another implementation. Where
answers are kept, each context decides; here is what they are kept by.
"""

import hashlib
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, NamedTuple

from google.protobuf import descriptor_pool
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message

# Metadata. The gateway drops the second from what clients send.
CLIENT_KEY = "idempotency-key"
GATEWAY_KEY = "x-camplane-request-key"
MAX_CHARACTERS = 255
# How long a completed write is remembered. The gateway repeats a request
# within the timeout of its route, half a minute, or not at all.
CLIENT_SECONDS = 24 * 3600
GATEWAY_SECONDS = 120


class KeyInvalidError(Exception):
    """The caller's key is none; the message says what one is."""

    def __init__(self) -> None:
        super().__init__(
            f"Idempotency-Key must be given once, as 1 to {MAX_CHARACTERS} printable ASCII "
            "characters; a new UUID for each write will do"
        )


class KeyReusedError(Exception):
    """The key was given before, with another request."""

    def __init__(self) -> None:
        super().__init__(
            "this Idempotency-Key was used before, for another request; "
            "give each write a key of its own, and repeat a write as it was"
        )


class AlreadyDoneError(Exception):
    """The call that runs was carried out before; `answer` is what was answered."""

    def __init__(self, answer: Any) -> None:
        super().__init__("this write was carried out before")
        self.answer = answer


class Keyed(NamedTuple):
    """The key of a call, and what it is the key of.

    key: at most 263 characters; those of clients and of the gateway never
    meet. digest: of the RPC and its message, 64 hexadecimal digits. seconds:
    how long the call is to be remembered once it is completed.
    """

    key: str
    digest: str
    seconds: int

    @property
    def is_clients(self) -> bool:
        """Did the client give it? It may come again after both services and the gateway fell."""
        return self.seconds == CLIENT_SECONDS

    def require_digest(self, digest: str) -> None:
        """Raise KeyReusedError unless `digest`, kept with the same key, is this call's."""
        if digest != self.digest:
            raise KeyReusedError


_keyed: ContextVar[Keyed | None] = ContextVar("keyed", default=None)
_answer: ContextVar[Any] = ContextVar("answer", default=None)


def current() -> Keyed | None:
    """Return the key of the call that runs; None when it has none, or only reads."""
    return _keyed.get()


def begin(method: str, request: Message, metadata: Iterable[tuple[str, str | bytes]]) -> None:
    """Take the key of the call that begins from its metadata; raises KeyInvalidError."""
    keyed = None
    if found := _key(metadata):
        key, seconds = found
        message = request.SerializeToString(deterministic=True)
        digest = hashlib.sha256(b"%s\0%s" % (method.encode(), message)).hexdigest()
        keyed = Keyed(key, digest, seconds)
    _keyed.set(keyed)
    _answer.set(None)


def keep(answer: Any) -> None:
    """Say what the call that runs answers, for whoever repeats it: before the write it ends with.

    `answer` is a JSON value; None for a call that does not say.
    """
    _answer.set(answer)


def kept() -> Any:
    """Return what the call that runs said that it answers."""
    return _answer.get()


def forget() -> None:
    """Let the call that runs go on without its key: it makes many writes, each for itself."""
    _keyed.set(None)


def has_effect(method: str) -> bool:
    """Does the RPC, such as /camplane.alert.v1.AlertService/CreateRule, change anything?"""
    pool = descriptor_pool.Default()  # type: ignore[no-untyped-call]
    options = pool.FindMethodByName(method[1:].replace("/", ".")).GetOptions()
    return bool(options.idempotency_level != MethodOptions.NO_SIDE_EFFECTS)


def _key(metadata: Iterable[tuple[str, str | bytes]]) -> tuple[str, int] | None:
    """Return the key and how long to remember it; the client's goes before the gateway's."""
    given: list[str] = []
    made = ""
    for name, value in metadata:
        if name == CLIENT_KEY:
            given.append(str(value))
        elif name == GATEWAY_KEY:
            made = str(value)
    if not given:
        return (f"gateway:{made}", GATEWAY_SECONDS) if made else None
    if len(given) > 1 or not _is_valid(given[0]):
        raise KeyInvalidError
    return f"client:{given[0]}", CLIENT_SECONDS


def _is_valid(key: str) -> bool:
    return 0 < len(key) <= MAX_CHARACTERS and key.isascii() and key.isprintable()
