"""`python -m camplane_tools.demos.monolith.cost`: the cost of standing before an old server.

Each measured in turn, round by round: what is passed through, against the old server asked
directly, and against an Envoy that does nothing else; and what domain answers behind the
internal listener, against the same of a camplane whose old side is its own legacy, which has
none. It takes two minutes.
"""

import argparse
import contextlib
import itertools
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from camplane_tools.demos.monolith.bare_envoy import bare_envoy
from camplane_tools.demos.monolith.deployment import running
from camplane_tools.harness.api import Api
from camplane_tools.harness.camplane import raised
from camplane_tools.harness.demonstration import NotAsPromisedError, Tell, demonstrate
from camplane_tools.load.burst import Burst
from camplane_tools.load.client import http_request
from camplane_tools.load.loading import Load, burst
from camplane_tools.probe.rounds import in_turn
from camplane_tools.probe.statistics import Estimate, median_estimate, paired_ratio

# One that is the old server's own, and one that domain answers.
_PASSED, _ANSWERED = "/api/v1/system/info", "/api/v1/cameras/hall/status"
_CONNECTIONS = (8, 64)
_ENVOY = "envoy"
_ALL_TO_DOMAIN = {"USE_DOMAIN_SERVICE": "true"}


def main() -> None:
    """Measure; print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m camplane_tools.demos.monolith.cost", description=__doc__
    )
    parser.add_argument("--rounds", type=int, default=15, help="of each measurement")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each round of each")
    arguments = parser.parse_args()
    measure = partial(_measured, rounds=arguments.rounds, seconds=arguments.seconds)
    print("\n".join(demonstrate("cost-", measure)))  # noqa: T201


async def _measured(folder: Path, tell: Tell, rounds: int, seconds: float) -> list[str]:
    async with contextlib.AsyncExitStack() as stack:
        deployment = await stack.enter_async_context(running(folder, _ALL_TO_DOMAIN))
        own = await stack.enter_async_context(raised(folder / "own", _ALL_TO_DOMAIN))
        before_old, old = deployment.camplane.url, deployment.old.url
        await _all_answer(before_old, own.url)
        tell("what is passed through, 1 connection")
        bare = await stack.enter_async_context(bare_envoy(folder / "bare", deployment.old.address))
        directly, barely = _Loaded(old, 0), _Loaded(bare.url, bare.pid)
        behind = _Loaded(before_old, deployment.camplane.pid("envoy"))
        three = (directly, barely, behind)
        lines = _passed_through(*await _in_turn(three, _PASSED, 1, rounds, seconds))
        for connections in _CONNECTIONS:
            tell(f"what domain answers, {connections} connections")
            both = (_Loaded(own.url, own.pid("envoy")), behind)
            mine, his = await _in_turn(both, _ANSWERED, connections, rounds, seconds)
            lines.append(_in_requests(mine, his, connections))
        return lines


@dataclass(frozen=True)
class _Loaded:
    """Who is loaded. envoy: the pid of the Envoy in front of it, 0 for none."""

    url: str
    envoy: int

    def measure(self, path: str, connections: int) -> Callable[[float], Awaitable[Burst]]:
        request = http_request("GET", path, b"", urlsplit(self.url).netloc)
        load = Load(self.url, (request,), connections)
        pids = {_ENVOY: self.envoy} if self.envoy else {}
        return lambda seconds: burst(load, seconds, pids)


async def _all_answer(*urls: str) -> None:
    """Raise unless domain answers everywhere."""
    for url in urls:
        api = Api(lambda url=url: url)  # type: ignore[misc]
        try:
            answer = await api.ask("", "GET", _ANSWERED.removeprefix("/api/v1"))
        finally:
            await api.close()
        if (answer.status, answer.path) != (200, "domain"):
            raise NotAsPromisedError(f"{url}: {answer.status}, answered by {answer.path}")


async def _in_turn(
    loaded: Sequence[_Loaded], path: str, connections: int, rounds: int, seconds: float
) -> list[Sequence[Burst]]:
    """Return what `rounds` rounds measured of the same request, of each in turn."""
    measures = {one.url: one.measure(path, connections) for one in loaded}
    found = await in_turn(measures, rounds, seconds)
    for single in itertools.chain(*found.values()):
        if single.failed:
            raise NotAsPromisedError(f"{path}: {dict(single.failed)}")
    return [found[one.url] for one in loaded]


def _passed_through(
    direct: Sequence[Burst], bare: Sequence[Burst], passed: Sequence[Burst]
) -> list[str]:
    ways = {"an Envoy that does nothing else": bare, "camplane": passed}
    lines = [f"passed through: p50 {statistics.median(_p50s(direct)):.2f} ms directly"]
    for way, bursts in ways.items():
        more = f"{_interval(_more(bursts, direct), 'ms more')}"
        lines.append(
            f"  through {way}: {statistics.median(_p50s(bursts)):.2f} ms, {more};"
            f" {_micros(bursts):.0f} µs of Envoy's CPU"
        )
    own = _interval(_more(passed, bare), "ms")
    return [*lines, f"  of which camplane's own: {own}"]


def _more(bursts: Sequence[Burst], than: Sequence[Burst]) -> Estimate:
    """Return by how many milliseconds the p50 is larger, round by round."""
    pairs = zip(_p50s(bursts), _p50s(than), strict=True)
    return median_estimate([one - other for one, other in pairs])


def _p50s(bursts: Sequence[Burst]) -> list[float]:
    return [statistics.median(one.latencies) for one in bursts]


def _in_requests(own: Sequence[Burst], before_old: Sequence[Burst], connections: int) -> str:
    ratio = paired_ratio([one.rate for one in before_old], [one.rate for one in own])
    rates = [statistics.median([one.rate for one in side]) for side in (own, before_old)]
    return (
        f"answered by domain, {connections} connections: {rates[0]:,.0f} requests/s with our own"
        f" legacy as the old side, {rates[1]:,.0f} before an HTTP server:"
        f" {_interval(ratio, 'times')}; {_micros(own):.0f} and {_micros(before_old):.0f} µs of"
        " Envoy's CPU"
    )


def _micros(bursts: Sequence[Burst]) -> float:
    return statistics.median(one.cpu_micros(_ENVOY) for one in bursts)


def _interval(estimate: Estimate, unit: str) -> str:
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f}) {unit}"


if __name__ == "__main__":
    main()
