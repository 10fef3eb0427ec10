"""Weights pushed under load: how soon each is in force, and whether anyone notices."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from camplane_tools.bench.deployment import Deployment, DeploymentError
from camplane_tools.bench.rollout.cameras import probe_between, status_of
from camplane_tools.bench.rollout.clients import Clients
from camplane_tools.harness.rollouts import RolloutApi
from gateway.proxy.targets import PATH

CONTEXT = "camera"
# Of the requests that the machine can answer at all.
_SHARE_OF_RATE = 0.5
_FULL_RATE_SECONDS = 2.0
_PROBE_SECONDS = 0.002
ASCENT = tuple(range(10, 101, 10))
_IN_FORCE_SECONDS = 30.0


@dataclass
class Shifts:
    """What came of it.

    push_ms: from sending each weight to the first answer that it alone explains.
    decision_ms: from the decision, as the log has it, to the same. ups: how many
    of them gave domain more. rate: requests a second. moved_back: cameras, on the way up.
    """

    push_ms: list[float] = field(default_factory=list)
    decision_ms: list[float] = field(default_factory=list)
    ups: int = 0
    rate: float = 0.0
    requests: int = 0
    lost: int = 0
    errors: int = 0
    moved_back: int = 0
    seconds: float = 0.0


async def shift(
    camplane: Deployment, cameras: Sequence[str], ascents: int, requests_each: int
) -> Shifts:
    """Go up in steps of ten, ten of them each time, and back at once; `ascents` times.

    requests_each: how many there are, at least, from each shift to the next. They come
    half as fast as they could, so that a shift is measured and not the queue before it.
    DeploymentError when a weight does not take effect.
    """
    rollouts = camplane.rollouts
    await rollouts.set_weight(CONTEXT, 0)
    known = await rollouts.leader()
    clients = Clients(camplane.side.url, cameras)
    found = Shifts()
    in_force: list[float] = []
    began = time.perf_counter()
    async with clients.asking():
        await asyncio.sleep(_FULL_RATE_SECONDS)
        found.rate = clients.requests / _FULL_RATE_SECONDS * _SHARE_OF_RATE
        clients.rate = found.rate
        for _ in range(ascents):
            await clients.answered(clients.requests + requests_each)
            clients.ascend()
            for before, weight in zip((0, *ASCENT), ASCENT, strict=False):
                probe = probe_between(cameras, before, weight)
                in_force.append(await _push(rollouts, clients, weight, probe, found))
                found.ups += 1
                await clients.answered(clients.requests + requests_each)
            clients.descend()
            in_force.append(await _push(rollouts, clients, 0, cameras[0], found))
    found.seconds = time.perf_counter() - began
    found.requests, found.lost, found.errors = clients.requests, clients.lost, clients.errors
    found.moved_back = clients.moved_back
    decisions = await rollouts.decisions(known.decisions if known else 0)
    found.decision_ms = [
        (effect - one.at) * 1000 for one, effect in zip(decisions, in_force, strict=True)
    ]
    return found


async def _push(
    rollouts: RolloutApi, clients: Clients, weight: int, probe: str, found: Shifts
) -> float:
    """Set the weight; return when, in Unix time, the probe was first answered as it says."""
    expected = "domain" if weight else "legacy"
    request = status_of(probe)
    began = time.perf_counter()
    push = asyncio.create_task(rollouts.set_weight(CONTEXT, weight))
    try:
        while True:
            answer = await clients.ask(request)
            if answer is not None and answer.headers.get(PATH) == expected:
                in_force = time.time()
                found.push_ms.append((time.perf_counter() - began) * 1000)
                break
            if time.perf_counter() - began > _IN_FORCE_SECONDS:
                raise DeploymentError(f"{weight} % for {CONTEXT} is not in force")
            await asyncio.sleep(_PROBE_SECONDS)
    finally:
        await asyncio.gather(push, return_exceptions=True)
    push.result()
    return in_force
