"""Answers are read whole, in whatever pieces they come, and nothing else is taken for one."""

import pytest

from camplane_tools.load.answers import AnswerReader, MalformedAnswerError

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Camplane-Path: domain\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n"
    b"4;a=b\r\nwiki\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"
)
TRAILERS = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\na: b\r\n\r\n"
EMPTY = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"
CONTINUED = b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN


@pytest.mark.parametrize(
    ("data", "status", "keeps_open"),
    [
        (PLAIN, 200, True),
        (CHUNKED, 404, True),
        (TRAILERS, 200, True),
        (EMPTY, 204, False),
        (CONTINUED, 200, True),
        (PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"), 200, False),
        (PLAIN.replace(b"X-Camplane-Path: domain", b"Connection: Close"), 200, False),
    ],
)
@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_an_answer_is_whole_with_its_last_byte(
    data: bytes, status: int, keeps_open: bool, piece: int
) -> None:
    reader = AnswerReader()
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    for one in pieces[:-1]:
        assert reader.feed(one) is None
    answer = reader.feed(pieces[-1])
    assert answer is not None
    assert (answer.status, answer.keeps_open) == (status, keeps_open)
    assert reader.end() is None or status == 204


def test_names_of_headers_are_lower_case() -> None:
    answer = AnswerReader().feed(PLAIN)
    assert answer is not None
    assert answer.headers["x-camplane-path"] == "domain"


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    reader = AnswerReader()
    assert reader.feed(b"HTTP/1.1 200 OK\r\n\r\nsome") is None
    assert reader.feed(b"more") is None
    answer = reader.end()
    assert answer is not None
    assert not answer.keeps_open


def test_a_part_is_no_answer_when_the_connection_ends() -> None:
    for data in (PLAIN[:-1], CHUNKED[:-3], PLAIN[:20], b""):
        reader = AnswerReader()
        assert reader.feed(data) is None
        assert reader.end() is None


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhello\r\n",
        PLAIN + b"HTTP/1.1 200 OK",
        b"x" * 70_000,
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        AnswerReader().feed(data)
