"""Runs the demo's RTSP server, and says which cameras there are."""

import asyncio
import contextlib
import logging
import sys
from pathlib import Path
from typing import Any

from gateway.demo import footage

log = logging.getLogger(__name__)

_START_SECONDS = 20.0
_STOP_SECONDS = 3.0
_RESTART_SECONDS = 1.0


class DemoStreamsError(Exception):
    """The demo's RTSP server does not start; the message names its log."""


class DemoStreams:
    """The demo's cameras: two RTSP streams from a server of its own, and a file.

    The server is restarted when it dies, on the port it had.
    """

    def __init__(self) -> None:
        self._server: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self, data_dir: Path) -> list[dict[str, Any]]:
        """Start the RTSP server and return the cameras, ready for cameras.yaml.

        The port is kept in `data_dir`, so that workers which outlived the last
        demo find their streams again; when it is taken, a free one is used.
        Raises: DemoStreamsError. Call it once.
        """
        street, animation, driver = footage.street(), footage.animation(), footage.driver()
        folder = street.parent
        log_file, port_file = data_dir / "demo-rtsp.log", data_dir / "demo-rtsp.port"
        port = await asyncio.to_thread(_kept_port, port_file)
        try:
            port = await self._serve(folder, port, log_file)
        except DemoStreamsError:
            if not port:
                raise
            port = await self._serve(folder, 0, log_file)
        await asyncio.to_thread(port_file.write_text, f"{port}\n")
        self._watch = asyncio.create_task(self._keep_serving(folder, port, log_file))
        # The server asks for no credentials and ignores these. They are here to
        # be looked for: no log, reply or process list may show them.
        base = f"rtsp://viewer:demo-password@127.0.0.1:{port}"
        return [
            _camera("demo-street", "Street", f"{base}/{street.name}?play_count=0"),
            _camera("demo-animation", "Animation", f"{base}/{animation.name}?play_count=0"),
            _camera("demo-file", "Driver, from a file", str(driver)),
        ]

    async def stop(self) -> None:
        """End the RTSP server. Idempotent."""
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        if self._server:
            await _end(self._server)
            self._server = None

    async def _serve(self, folder: Path, port: int, log_file: Path) -> int:
        """Start the server and return its port, once it listens."""
        with await asyncio.to_thread(log_file.open, "ab") as output:
            server = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "gateway.demo.rtsp_server", str(folder), str(port)),
                # The server ends when this pipe does, even if this process is killed.
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=output,
                # Ctrl-C is for this process, which then ends the server in order.
                start_new_session=True,
            )
        self._server = server
        assert server.stdout is not None
        try:
            line = await asyncio.wait_for(server.stdout.readline(), _START_SECONDS)
        except TimeoutError:
            line = b""
        if not line:
            await _end(server)
            raise DemoStreamsError(f"the demo's RTSP server does not start; see {log_file}")
        return int(line)

    async def _keep_serving(self, folder: Path, port: int, log_file: Path) -> None:
        while self._server:
            code = await self._server.wait()
            log.warning("the demo's RTSP server ended with code %s; starting it again", code)
            await asyncio.sleep(_RESTART_SECONDS)
            try:
                await self._serve(folder, port, log_file)
            except DemoStreamsError as error:
                log.warning("%s", error)


def _camera(camera_id: str, name: str, source: str) -> dict[str, Any]:
    return {
        "id": camera_id,
        "name": name,
        "source": source,
        "active": True,
        "auto_start": True,
    }


def _kept_port(file: Path) -> int:
    """Return the last demo's port; 0, any free one, when there is none to be read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        port = int(file.read_text())
    except (FileNotFoundError, ValueError):
        return 0
    return port if 0 < port < 65536 else 0


async def _end(server: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        server.terminate()
    try:
        await asyncio.wait_for(server.wait(), _STOP_SECONDS)
    except TimeoutError:
        server.kill()
        await server.wait()
