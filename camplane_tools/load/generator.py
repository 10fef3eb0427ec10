"""`python -m camplane_tools.load.generator`: makes the load, in a process of its own.

So its CPU time is told apart from everybody else's, and nothing else waits for
its event loop. It reads one line of JSON (`Load` as `camplane_tools.load.loading`
writes it), connects, writes "ready", loads after a line that says go, and writes
"done", one line of JSON with what it counted, and the latencies as doubles.
"""

import asyncio
import base64
import json
import selectors
import sys
import time
from array import array
from typing import Any

import uvloop

from camplane_tools.load.burst import Tally
from camplane_tools.load.client import Client, NoAnswerError
from camplane_tools.load.loops import closed_loop, lasting, open_loop


def main() -> None:
    """Load once, as standard input says."""
    said = json.loads(sys.stdin.readline())
    with asyncio.Runner(loop_factory=_loop(said["rate"])) as runner:
        client = runner.run(_connected(said))
        _say("ready")
        if not sys.stdin.readline():
            return  # nobody waits for it any more
        cpu, began = time.process_time(), time.perf_counter()
        tally = runner.run(_loaded(client, said))
        counted = {
            "seconds": time.perf_counter() - began,
            "cpu": time.process_time() - cpu,
            "codes": tally.codes,
            "late_ms": tally.late_ms,
            "latencies": len(tally.latencies),
        }
        _say("done")
        _say(json.dumps(counted))
        sys.stdout.buffer.write(array("d", tally.latencies).tobytes())
        sys.stdout.buffer.flush()


def _loop(rate: float | None):  # type: ignore[no-untyped-def]
    if rate is None:
        return uvloop.new_event_loop
    # epoll waits whole milliseconds, so that requests would leave up to one late.
    return lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())


async def _connected(said: dict[str, Any]) -> Client:
    """Return a client whose connections are open, and were used once."""
    client = Client(said["url"], said["connections"])
    first = base64.b64decode(said["requests"][0])

    async def once() -> None:
        try:
            await client.ask(first)
        except NoAnswerError:
            return  # it will be counted when it counts

    await asyncio.gather(*(once() for _ in range(said["connections"])))
    return client


async def _loaded(client: Client, said: dict[str, Any]) -> Tally:
    requests = [base64.b64decode(one) for one in said["requests"]]
    try:
        if said["rate"] is None:
            return await closed_loop(client, requests, said["connections"], said["seconds"])
        return await open_loop(client, requests, said["rate"], lasting(said["seconds"]))
    finally:
        client.close()


def _say(line: str) -> None:
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
