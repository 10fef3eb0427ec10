"""JSON text keeps its integers, however long, from body to body."""

import pytest
from google.api import httpbody_pb2

from servicekit import json_body


@pytest.mark.parametrize(
    "number",
    [
        0,
        -(2**63) - 1,
        2**63,
        2**64 - 1,
        2**64,
        123456789012345678901234567890,
        -(10**300),
        1.5,
        0.1234567890123456,
    ],
)
def test_numbers_survive_reading_and_writing(number: float) -> None:
    """What is read is exactly what was written, of the same type."""
    body = json_body.write({"n": number})
    read = json_body.read_object(body)
    assert read == {"n": number}
    assert type(read["n"]) is type(number)


def test_an_integer_beyond_every_float_is_refused() -> None:
    """A number that no double can come near is malformed, not a server fault."""
    body = httpbody_pb2.HttpBody(data=b'{"n": ' + b"9" * 5000 + b"}")
    with pytest.raises(json_body.MalformedJsonError):
        json_body.read_object(body)


@pytest.mark.parametrize("inside", [b'"\\u0000"', b"12345678901234567890"])
def test_deep_nesting_never_ends_in_a_recursion_error(inside: bytes) -> None:
    """A body nested as deep as the parser allows is read or refused as malformed."""
    data = b'{"a":' + b"[" * 1020 + inside + b"]" * 1020 + b"}"
    with pytest.raises(json_body.MalformedJsonError):
        json_body.read_object(httpbody_pb2.HttpBody(data=data))
