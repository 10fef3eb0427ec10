"""Open-loop load (camplane_tools.load.loops) in which a single failure makes it no measurement."""

from collections.abc import Callable, Sequence

from camplane_tools.load.burst import is_success
from camplane_tools.load.client import Client
from camplane_tools.load.h2load import LoadError
from camplane_tools.load.loops import open_loop


async def latencies(
    url: str, requests: Sequence[bytes], rate: float, going: Callable[[float], bool]
) -> list[float]:
    """Send `requests` in turn, `rate` a second; return each one's milliseconds.

    going: asked before each request, with the seconds since the first, whether
    to go on. LoadError when an answer is not 2xx, or does not come.
    """
    client = Client(url)
    try:
        tally = await open_loop(client, requests, rate, going)
    finally:
        client.close()
    if failed := sorted(code for code in tally.codes if not is_success(code)):
        raise LoadError(f"{requests[0].splitlines()[0].decode()}: answered {', '.join(failed)}")
    return tally.latencies
