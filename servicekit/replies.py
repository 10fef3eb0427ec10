"""What a call answered, in a form in which two implementations' answers are compared.

The gateway mirrors reads: the other path gets a copy of the request (a shadow),
and its answer is thrown away. Both services note what they answered on their
spans, and who reads the spans compares.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import grpc
import orjson
from google.api import httpbody_pb2
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from servicekit.idempotency import GATEWAY_KEY

# Metadata that the gateway adds and takes from no client: on a request that is
# mirrored, its copies included; and on a copy, for which path it is.
MIRRORED = "x-camplane-mirrored"
SHADOW = "x-camplane-shadow"
# A copy for the path that did not answer; for the one that did.
CROSS, SELF = "cross", "self"
# The part of the call that answers the client.
ANSWER = "answer"

WHOLE_BYTES = 8 << 10
# Beyond it a reply is not compared: to take it apart would cost more than it tells.
MAX_BYTES = 1 << 20
MAX_FIELDS = 100
_HTTP_BODY = httpbody_pb2.HttpBody.DESCRIPTOR.full_name

# Takes the name of the field that a text stands in, and the text; returns what may be told of it.
Conceal = Callable[[str, str], str]


def nothing_concealed(field: str, text: str) -> str:
    """Return the text: the default of a context without secrets."""
    return text


class Role(NamedTuple):
    """Which part in a comparison a call has.

    part: ANSWER, CROSS or SELF; key: of the request, the same for all its parts,
    and known to nobody else.
    """

    part: str
    key: str

    @property
    def is_shadow(self) -> bool:
        """Is the call a copy, its answer thrown away?"""
        return self.part != ANSWER

    @property
    def pair(self) -> str:
        """What the parts of one request have in common, and that does not give the key away."""
        return _digest(self.key, b"pair")


class Note(NamedTuple):
    """What was answered, as it stands on the span.

    digest: of all of it, keyed, so that nobody finds a concealed text by trying;
    text: JSON; of a reply that is too long, a digest of each field (whole is False).
    """

    digest: str
    text: str
    whole: bool


def role(metadata: Iterable[tuple[str, str | bytes]]) -> Role | None:
    """Return the part that a call has in a comparison, None when it has none."""
    mirrored, part, key = False, ANSWER, ""
    for name, value in metadata:
        if name == MIRRORED:
            mirrored = True
        elif name == SHADOW and value in (CROSS, SELF):
            part = str(value)
        elif name == GATEWAY_KEY:
            key = str(value)
    return Role(part, key) if mirrored and key else None


def note(reply: Message, key: str, conceal: Conceal) -> Note | None:
    """Return a reply's note; None when it is too large. May take some milliseconds."""
    if reply.ByteSize() > MAX_BYTES:
        return None
    value = _plain(reply)
    digest = _digest(key, _canonical(value))
    text = _canonical(_concealed("", value, conceal))
    if len(text) <= WHOLE_BYTES:
        return Note(digest, text.decode(), whole=True)
    fields = value.items() if isinstance(value, dict) else [("", value)]
    parts = {name: _digest(key, _canonical(part)) for name, part in sorted(fields)[:MAX_FIELDS]}
    return Note(digest, _canonical(parts).decode(), whole=False)


def note_refusal(code: grpc.StatusCode, reason: str, key: str) -> Note:
    """Return the note of an error: its code and reason. Its text is for people."""
    text = _canonical({"(code)": code.name, "(reason)": reason})
    return Note(_digest(key, text), text.decode(), whole=True)


def _plain(reply: Message) -> Any:
    """Return a reply as JSON values; a JSON body as what it says."""
    for field, value in reply.ListFields():
        if field.message_type and field.message_type.full_name == _HTTP_BODY:
            try:
                return orjson.loads(value.data)
            except ValueError:
                return {"content_type": value.content_type, "data": _digest("", value.data)}
    return MessageToDict(reply, preserving_proto_field_name=True)


def _concealed(field: str, value: Any, conceal: Conceal) -> Any:
    if isinstance(value, str):
        return conceal(field, value)
    if isinstance(value, dict):
        return {name: _concealed(name, one, conceal) for name, one in value.items()}
    if isinstance(value, list):
        return [_concealed(field, one, conceal) for one in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = str(value)  # a password may be a number
        told = conceal(field, text)
        return value if told == text else told
    return value


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


def _digest(key: str, data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16, key=key.encode()[:64]).hexdigest()
