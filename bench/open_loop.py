"""Open-loop load: requests leave at a fixed rate, whether or not the last one was answered.

A latency counts from the moment the request was meant to leave. A server that
stalls for a second so delays all requests of that second, as it would for
users; a closed loop would have sent it fewer.
"""

import asyncio
import itertools
from collections.abc import Callable, Sequence

from bench.http1 import Connections
from bench.load import LoadError


async def open_loop(
    url: str, requests: Sequence[bytes], rate: float, going: Callable[[float], bool]
) -> list[float]:
    """Send `requests` in turn, `rate` a second; return each one's milliseconds.

    going: asked before each request, with the seconds since the first, whether
    to go on. LoadError when an answer is not 2xx, or does not come.
    """
    connections = Connections(url)
    loop = asyncio.get_running_loop()
    began = loop.time()
    asked = []
    try:
        for number in itertools.takewhile(lambda n: going(n / rate), itertools.count()):
            intended = began + number / rate
            if (early := intended - loop.time()) > 0:
                await asyncio.sleep(early)
            send = _latency(connections, requests[number % len(requests)], intended)
            asked.append(asyncio.create_task(send))
        return list(await asyncio.gather(*asked))
    finally:
        for task in asked:
            task.cancel()
        connections.close()


def lasting(seconds: float) -> Callable[[float], bool]:
    """Return a `going` for `open_loop` that ends it after `seconds`."""
    return lambda passed: passed < seconds


async def _latency(connections: Connections, request: bytes, intended: float) -> float:
    """Send `request`, read its answer; return the milliseconds since `intended`."""
    try:
        reply = await connections.ask(request)
    except (OSError, EOFError) as error:
        raise LoadError(f"{_line(request)}: not answered ({error!r})") from error
    if not 200 <= reply.status < 300:
        raise LoadError(f"{_line(request)}: answered {reply.status}")
    return (asyncio.get_running_loop().time() - intended) * 1000


def _line(request: bytes) -> str:
    return request.splitlines()[0].decode()
