"""`python -m camplane_tools.probe.responder`: answers at once, whatever is asked.

What the load generator gets from it is the most that it can measure. It writes
its port, and ends with its standard input.
"""

import asyncio
import sys
from typing import cast

import uvloop

_BODY = b"{" + b" " * 126 + b"}"
_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n"
_ANSWER = _HEAD.format(len(_BODY)).encode() + _BODY


class _Answering(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are, without the class

    def data_received(self, data: bytes) -> None:
        self._transport.write(_ANSWER)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Answering, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(_serve())
