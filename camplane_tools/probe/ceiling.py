"""What the load generator itself can do on this machine, at most."""

import asyncio
import sys

from camplane_tools.load.burst import Burst
from camplane_tools.load.client import http_request
from camplane_tools.load.loading import Load, burst
from gateway.launcher.children import WITH_PARENT

_SECONDS = 0.5


async def ceiling(connections: int) -> Burst:
    """Load a server that does nothing; return what came of it."""
    process = await asyncio.create_subprocess_exec(
        *(*WITH_PARENT, sys.executable, "-m", "camplane_tools.probe.responder"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        port = int(await process.stdout.readline())
        load = Load(f"http://127.0.0.1:{port}", (http_request("GET", "/"),), connections)
        return await burst(load, _SECONDS, {"server": process.pid})
    finally:
        process.kill()
        await process.wait()
