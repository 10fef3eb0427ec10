"""Open-loop load (gateway.probe.loops) in which a single failure makes it no measurement."""

from collections.abc import Callable, Sequence

from bench.load import LoadError
from gateway.probe.burst import is_success
from gateway.probe.client import Client
from gateway.probe.loops import open_loop


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
