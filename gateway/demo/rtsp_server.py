"""`python -m gateway.demo.rtsp_server FOLDER PORT`: serves the films in a folder by RTSP.

On 127.0.0.1 only; port 0 takes a free one. Prints the port on standard output
once it listens, and exits when its standard input ends, so that it never
outlives whoever started it.
"""

import asyncio
import logging
import os
import socket
import sys

from aio_rtsp_toolkit.server import RtspServer

from servicekit.logs import log_to_stderr

_HOST = "127.0.0.1"
# Between finding a free port and listening on it, another process may take it.
_PORT_TRIES = 5


async def serve(folder: str, port: int) -> None:
    """Serve until standard input ends.

    Raises: OSError when `port` is taken.
    """
    print(await _listen(folder, port), flush=True)  # noqa: T201
    # Whatever the library prints from now on goes to the log.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    # Without waiting for the clients, which may never leave.
    os._exit(0)


async def _listen(folder: str, port: int) -> int:
    tries = 1 if port else _PORT_TRIES
    while True:
        chosen = port or _free_port()
        server = RtspServer(folder, _HOST, chosen)
        # Its information is a line for each loop of each film.
        server.logger = logging.getLogger("rtsp_server")
        try:
            await server.start()
        except OSError:
            tries -= 1
            if not tries:
                raise
        else:
            return chosen


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    log_to_stderr(logging.WARNING)
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
