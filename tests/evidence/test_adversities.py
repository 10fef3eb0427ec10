"""Each row of the table, on a real camplane: what a rollout makes of what is done to it."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from camplane_tools.demos.rollouts import Rollouts
from camplane_tools.harness.api import Api
from camplane_tools.harness.camplane import Camplane
from camplane_tools.harness.waiting import until
from gateway.demo import footage
from tests.evidence import streams
from tests.evidence.adversities import TABLE, Adversity, Expected
from tests.evidence.clients import Clients

PLAN = """
apiVersion: camplane/v1
kind: Rollout
metadata: {name: evidence}
spec:
  context: camera
  steps:
    - {setWeight: 50, minDwell: 1s, minRequests: 60}
    - {setWeight: 100, minDwell: 1s, minRequests: 60}
  analysis:
    errorRate: {target: 1, abort: 5}
    successRate: {abort: 95}
    latency: {percentile: 95, maxIncrease: 50, minDifference: 500ms}
    fallback: {max: 5}
    %s
  blastRadius: {maxWeightIncrease: 50, maxFailures: 50}
"""
# Nothing may hold a good domain up for longer.
STALLS_SECONDS = 60.0
# Without what is done, a plan passes its first step within three seconds.
WATCHED_SECONDS = 8.0
LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 60.0
FIRST = 50
# What `make test` runs: each outcome, by the client, by domain and by control.
SHORT = (
    "hung for the impatient",
    "failures repeated",
    "strangers at the door",
    "forced requests alone",
    "fast and wrong",
    "controller killed",
)


@dataclass
class Place:
    """A running camplane with cameras."""

    camplane: Camplane
    api: Api
    rollouts: Rollouts


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """One camplane for all rows: each begins with everything at legacy."""
    folder = tmp_path_factory.mktemp("e")
    camplane = Camplane(folder / "data", folder / "up.log", streams.FAULT.environment)
    await camplane.up()
    api = Api(lambda: camplane.url)
    clients = Clients(camplane.url, str(footage.driver()))
    await clients.prepare()
    await clients.close()
    try:
        yield Place(camplane, api, Rollouts(api, lambda: None, print, STALLS_SECONDS))
    finally:
        await api.close()
        await camplane.down()


def _marks(row: Adversity) -> Sequence[pytest.MarkDecorator]:
    return () if row.name in SHORT else (pytest.mark.long,)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row.name, marks=_marks(row)) for row in TABLE]
)
async def test_a_plan_comes_to_what_the_table_expects(place: Place, row: Adversity) -> None:
    """A bad domain never gets more, and nothing that strangers do holds a good one up."""
    await _at_legacy(place)
    clients = Clients(place.camplane.url, str(footage.driver()))
    try:
        async with clients.at_work():
            if row.late:
                await place.rollouts.start("camera", PLAN % row.criteria)
                await place.rollouts.until_weight("camera", FIRST)
            async with row.begins(place.camplane, clients):
                if not row.late:
                    await place.rollouts.start("camera", PLAN % row.criteria)
                await _comes_to(place, row)
            print(f"{row.name}: {dict(clients.counts)}")
    finally:
        await clients.close()


async def _at_legacy(place: Place) -> None:
    """Return when all runs, no plan is under way and legacy has everything."""
    await until("camplane is well", PATIENCE_SECONDS, lambda: _is_well(place))
    if (await place.rollouts.now("camera"))["phase"] in ("running", "paused"):
        body = {"author": "test", "reason": "the next row"}
        await place.api.ask("", "POST", "/rollouts/camera/abort", body)
    await place.rollouts.set_weight("camera", 0)
    await place.rollouts.wait("camera", "0 %", lambda rollout: rollout["weight_in_force"] == 0)


async def _is_well(place: Place) -> bool:
    answer = await place.api.ask("", "GET", "/monitoring/health")
    led = await place.api.ask("", "GET", "/rollouts")
    return (
        (answer.status, led.status) == (200, 200)
        and answer.json["status"] == "healthy"
        and bool(led.json["controller"]["leads"])
    )


async def _comes_to(place: Place, row: Adversity) -> None:
    if row.expected in (Expected.PASSES, Expected.FAILS):
        wanted = "completed" if row.expected is Expected.PASSES else "aborted"

        def ended(rollout: dict[str, Any]) -> bool:
            return rollout["phase"] in ("completed", "aborted")

        rollout = await place.rollouts.wait("camera", f"{row.name}: {wanted}", ended)
        assert rollout["phase"] == wanted, rollout["reason"]
        assert re.search(row.says, rollout["reason"]), rollout["reason"]
        weight = 100 if row.expected is Expected.PASSES else 0
        assert rollout["weight"] == weight
        await place.rollouts.wait(
            "camera", f"{weight} %", lambda rollout: rollout["weight_in_force"] == weight
        )
        return
    seen = []
    over = time.monotonic() + WATCHED_SECONDS
    while time.monotonic() < over:
        rollout = await place.rollouts.now("camera")
        if rollout["phase"]:  # a controller that starts again says nothing for a moment
            seen.append(rollout)
        await asyncio.sleep(LOOK_SECONDS)
    assert seen
    assert max(one["weight"] for one in seen) <= FIRST
    said = " ".join(f"{one['reason']} {one.get('next')}" for one in seen[-5:])
    assert re.search(row.says, said), said
    if row.expected is Expected.WAITS:
        assert {one["phase"] for one in seen} <= {"waiting", "running"}, said
