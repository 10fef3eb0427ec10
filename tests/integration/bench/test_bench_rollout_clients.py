"""The clients that watch shifts: what is lost, what fails and who moves back is counted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from camplane_tools.bench.rollout.clients import Clients

CAMERAS = [f"gate-{n}" for n in range(16)]
SECONDS = 20


@contextlib.asynccontextmanager
async def server(answer: Callable[[str], bytes]) -> AsyncIterator[str]:
    """Serve what `answer` gives for a request line; nothing closes the connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                if "content-length: " in head:
                    await reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))
                if not (reply := answer(head.splitlines()[0])):
                    break
                writer.write(reply)
                await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


def reply(path: str, status: int = 200) -> bytes:
    return f"HTTP/1.1 {status} x\r\nx-camplane-path: {path}\r\ncontent-length: 0\r\n\r\n".encode()


async def test_a_camera_on_legacy_after_domain_has_moved_back() -> None:
    """Only on an ascent, and only those of a request for it: lists may fall anywhere."""
    side = "domain"

    def answer(line: str) -> bytes:
        return reply(side if "gate-3/status" in line else "legacy")

    async with asyncio.timeout(SECONDS), server(answer) as url:
        clients = Clients(url, CAMERAS)
        async with clients.asking():
            clients.ascend()
            await clients.answered(500)
            assert clients.moved_back == 0
            clients.descend()
            side = "legacy"
            await clients.answered(1000)
            assert clients.moved_back == 0
            side = "domain"
            clients.ascend()
            await clients.answered(1500)
            side = "legacy"
            await clients.answered(2000)
        assert (clients.moved_back, clients.lost, clients.errors) == (1, 0, 0)


async def test_what_is_lost_and_what_fails_is_counted_and_the_load_goes_on() -> None:
    def answer(line: str) -> bytes:
        if "gate-3/" in line:
            return b""
        return reply("domain", 503 if "gate-4/" in line else 200)

    async with asyncio.timeout(SECONDS), server(answer) as url:
        clients = Clients(url, CAMERAS)
        async with clients.asking():
            await clients.answered(1000)
        assert clients.lost > 10
        assert clients.errors > 10
        assert clients.requests >= 1000


async def test_at_a_fixed_rate_there_are_no_more_requests_than_that() -> None:
    async with asyncio.timeout(SECONDS), server(lambda line: reply("legacy")) as url:
        clients = Clients(url, CAMERAS)
        clients.rate = 200.0
        began = asyncio.get_running_loop().time()
        async with clients.asking():
            await clients.answered(100)
        assert asyncio.get_running_loop().time() - began > 0.4
