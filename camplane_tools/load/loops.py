"""The two ways to load: as fast as answers come, and at a fixed rate whether or not they come.

In the open loop a latency counts from the moment the request was meant to
leave. A server that stalls for a second so delays all requests of that second,
as it would for users; a closed loop would have sent it fewer.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence

from camplane_tools.load.burst import Tally
from camplane_tools.load.client import ANSWER_SECONDS, Client, NoAnswerError

FALLBACK = "x-camplane-fallback"
# Before the next try where nobody answers: a closed loop would count refusals at full speed.
_PAUSE_SECONDS = 0.05
# uvloop's own clock stands still within a millisecond.
_now = time.perf_counter


async def open_loop(
    client: Client, requests: Sequence[bytes], rate: float, going: Callable[[float], bool]
) -> Tally:
    """Send `requests` in turn, `rate` a second.

    going: asked before each request, with the seconds since the first, whether
    to go on. Returns when all are answered, or given up.
    """
    tally = Tally()
    began = _now()
    async with asyncio.TaskGroup() as asked:
        for number in itertools.takewhile(lambda n: going(n / rate), itertools.count()):
            intended = began + number / rate
            # Also when behind: the answers must get to run.
            await asyncio.sleep(max(intended - _now(), 0))
            tally.late_ms = max(tally.late_ms, (_now() - intended) * 1000)
            request = requests[number % len(requests)]
            asked.create_task(_one(client, request, intended, tally))
    return tally


async def closed_loop(
    client: Client, requests: Sequence[bytes], connections: int, seconds: float
) -> Tally:
    """Keep `connections` requests in flight for `seconds`: each is followed by the next.

    Returns when the last ones are answered, or given up.
    """
    tally = Tally()
    end = _now() + seconds

    async def keep_asking(first: int) -> None:
        for number in itertools.count(first):
            began = _now()
            if began >= end:
                return
            if not await _one(client, requests[number % len(requests)], began, tally):
                await asyncio.sleep(_PAUSE_SECONDS)

    await asyncio.gather(*map(keep_asking, range(connections)))
    return tally


async def _one(client: Client, request: bytes, since: float, tally: Tally) -> bool:
    """Ask once, and count it; did an answer come?"""
    try:
        answer = await client.ask(request, ANSWER_SECONDS)
    except NoAnswerError as error:
        tally.count(str(error), 0.0)
        return False
    code = str(answer.status)
    if FALLBACK in answer.headers:
        # The other path rescued it: no success of the one that is measured.
        code += " as a fallback"
    tally.count(code, (_now() - since) * 1000)
    return True


def lasting(seconds: float) -> Callable[[float], bool]:
    """Return a `going` for `open_loop` that ends it after `seconds`."""
    return lambda passed: passed < seconds
