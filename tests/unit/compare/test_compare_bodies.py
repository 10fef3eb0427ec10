"""What a body is read as."""

import struct

import pytest

from camplane_tools.compare.body import Body, read
from camplane_tools.compare.model import Answer


def body(content: bytes, media_type: str = "application/json") -> Body:
    return read(Answer(200, {"content-type": media_type}, content))


def test_numbers_keep_their_types_and_objects_their_order() -> None:
    found = body(b'{"b":1,"a":1.0,"c":12345678901234567890}').value
    assert list(found) == ["b", "a", "c"]
    assert [type(value) for value in found.values()] == [int, float, int]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html>", "not JSON"),
        (b'{"a":1', "not JSON"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":1,"a":2}', "twice"),
        (b'"\xff"', "not UTF-8 at byte 1"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 10_000, "not JSON"),
    ],
)
def test_json_that_is_none_is_said_to_be_broken(content: bytes, said: str) -> None:
    found = body(content)
    assert found.kind == "broken"
    assert said in found.value


def test_blanks_between_tokens_are_seen_and_within_strings_are_not() -> None:
    assert body(b'{"a b": "c, d"}').loose
    assert not body(b'{"a b":"c, d\\" : "}\n').loose


def test_pictures_are_their_format_and_size() -> None:
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 120, 160) + bytes(12)
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab" + frame + b"\xff\xd9"
    found = body(jpeg, "image/jpeg").value
    assert found == {"format": "jpeg", "width": 160, "height": 120, "whole": True}
    png = b"\x89PNG\r\n\x1a\n" + bytes(8) + struct.pack(">II", 3, 4)
    assert body(png, "image/png").value == {"format": "png", "width": 3, "height": 4}
    assert body(b"\xff\xd8\xff", "image/jpeg").value["width"] == 0


def test_events_are_their_fields_and_comments_none() -> None:
    found = body(b": hello\n\nid: 1-2\ndata: a: b\n\nid: 3", "text/event-stream")
    assert found == Body("events", [{"id": "1-2", "data": "a: b"}])


def test_no_body_is_empty_and_an_unknown_type_is_bytes() -> None:
    assert body(b"") == Body("empty")
    assert body(b"\xff\x00", "application/octet-stream") == Body("bytes", 2)
    assert body(b"\xff", "text/plain").kind == "broken"
