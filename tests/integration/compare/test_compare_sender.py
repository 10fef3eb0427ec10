"""Whatever a server does, the sender says what it was, and goes on."""

import asyncio
import contextlib
import gzip
import socket
import struct
from collections.abc import AsyncIterator

import pytest

from camplane_tools.compare.model import Answer, Request
from camplane_tools.compare.sender import Sender

GET = Request("GET", "/a/../%2e%2e/b?x=%00")
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


@contextlib.asynccontextmanager
async def server(reply: bytes, pause: float = 0) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Answer each connection with `reply`, byte for byte, and close it; give what was asked."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            await asyncio.sleep(pause)
            writer.write(reply)
            await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", asked


async def ask(
    reply: bytes, request: Request = GET, pause: float = 0, seconds: float = 20.0
) -> Answer:
    async with (
        server(reply, pause) as (url, _),
        Sender(url, {}, seconds=seconds, most_bytes=1024 * 1024) as sender,
    ):
        return await sender.send(request)


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (b"", "breaks off or is no HTTP"),
        (b"SSH-2.0-OpenSSH\r\n", "breaks off or is no HTTP"),
        (HEAD + b"content-length: 100\r\n\r\n{", "breaks off or is no HTTP"),
        (HEAD + b"content-length: x\r\n\r\n{}", "breaks off or is no HTTP"),
        (HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n", "breaks off or is no HTTP"),
        (HEAD + b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}", "content coding"),
        (HEAD + b"content-length: 3000000\r\n\r\n" + bytes(3_000_000), "larger than 1 MiB"),
        (HEAD + b"\r\n" + bytes(3_000_000), "larger than 1 MiB"),
    ],
)
async def test_an_answer_that_is_not_whole_is_told_as_what_it_is(
    reply: bytes, problem: str
) -> None:
    found = await ask(reply)
    assert problem in found.problem
    assert found.body == b""


async def test_a_small_body_that_unpacks_to_a_large_one_is_too_large() -> None:
    packed = gzip.compress(bytes(50_000_000))
    length = f"content-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    found = await ask(HEAD + length + packed)
    assert found.problem == "larger than 1 MiB"


async def test_a_server_that_says_nothing_is_waited_for_so_long_and_no_longer() -> None:
    found = await ask(b"", pause=30, seconds=1.0)
    assert found.problem == "no answer within 1 s"
    assert found.milliseconds < 5000


async def test_a_dead_server_is_said_to_be_dead() -> None:
    async with server(b"") as (url, _):
        pass
    async with Sender(url) as sender:
        assert (await sender.send(GET)).problem == "the connection was refused"


async def test_the_target_goes_out_as_it_is_written() -> None:
    reply = HEAD + b"content-length: 2\r\n\r\n{}"
    async with server(reply) as (url, asked), Sender(f"{url}/base/", {"x-key": "7"}) as sender:
        answer = await sender.send(GET)
    assert (answer.status, answer.body, answer.problem) == (200, b"{}", "")
    assert asked[0].startswith(b"GET /base/a/../%2e%2e/b?x=%00 HTTP/1.1\r\n")
    assert b"x-key: 7" in asked[0].lower()


async def test_a_stream_is_read_for_so_many_events() -> None:
    events = b"data: 1\n\ndata: 2\n\ndata: 3\n\n"
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    found = await ask(head + events, Request("GET", "/s", events=2))
    assert (found.body, found.problem) == (b"data: 1\n\ndata: 2\n\n", "")


@pytest.mark.parametrize(("method", "problem"), [("GET", ""), ("POST", "the connection broke")])
async def test_a_connection_that_was_closed_meanwhile_costs_a_read_nothing(
    method: str, problem: str
) -> None:
    """A server may reset one that is kept just when it is used again; a write may have worked."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        if len(asked) == 1:
            # Closed with a reset.
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
        else:
            writer.write(HEAD + b"content-length: 2\r\n\r\n{}")
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening, Sender(url) as sender:
        answer = await sender.send(Request(method, "/api/v1/cameras"))
    assert answer.problem.startswith(problem)
    assert bool(answer.problem) is bool(problem)
    assert len(asked) == (1 if problem else 2)
