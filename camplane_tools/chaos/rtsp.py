"""RTSP servers on one port, one after the other: one that serves a film, and some that do not."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from gateway.demo import footage

HOST = "127.0.0.1"
_CSEQ = re.compile(rb"CSeq: *(\d+)", re.IGNORECASE)


class RtspServer:
    """The demo's server, on a port that it keeps when it is started again."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._port = 0
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """The address of its film; with a password, which must be seen nowhere."""
        return f"rtsp://chaos:chaos-secret@{HOST}:{self._port}/{footage.street().name}"

    async def start(self) -> None:
        """Return when it listens."""
        folder = str(footage.street().parent)
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "gateway.demo.rtsp_server", folder, str(self._port)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        self._port = int(await self._process.stdout.readline())

    def freeze(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    async def kill(self) -> None:
        """End it, which ends its connections."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    @contextlib.asynccontextmanager
    async def replaced(self, reply: Callable[[bytes], bytes]) -> AsyncIterator[None]:
        """Let a server that answers each request with `reply` stand in its place."""

        writers: list[asyncio.StreamWriter] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            with contextlib.suppress(OSError):
                while request := await reader.read(65536):
                    writer.write(reply(request))
                    await writer.drain()
            writer.close()

        await self.kill()
        server = await asyncio.start_server(serve, HOST, self._port)
        try:
            yield
        finally:
            server.close()
            for writer in writers:
                writer.close()
            await self.start()


def asks_for_a_password(request: bytes) -> bytes:
    """Answer as a camera does that knows no such password."""
    found = _CSEQ.search(request)
    cseq = found[1] if found else b"1"
    if request.startswith(b"OPTIONS"):
        return b"RTSP/1.0 200 OK\r\nCSeq: " + cseq + b"\r\nPublic: DESCRIBE\r\n\r\n"
    return (
        b"RTSP/1.0 401 Unauthorized\r\nCSeq: " + cseq + b"\r\n"
        b'WWW-Authenticate: Basic realm="camera"\r\nContent-Length: 0\r\n\r\n'
    )
