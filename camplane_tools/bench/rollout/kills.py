"""A controller that is killed at once: how soon its successor leads, and what moved meanwhile."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from camplane_tools.bench.deployment import Deployment, DeploymentError
from camplane_tools.harness.rollouts import Decided, RolloutApi
from camplane_tools.harness.waiting import until
from gateway.proxy.topology_file import read_topology
from gateway.rollout.router import FileRouter
from gateway.vocabulary.split import CONTEXTS

# Each pair is killed at once, one context in each phase. A pair a line is one camplane's:
# the launcher's wait doubles with each end, and from the third on it would be measured.
PHASES = (
    ({"alert": "idle", "camera": "waiting"}, {"alert": "running", "camera": "gate"}),
    ({"alert": "paused", "camera": "aborting"}, {"alert": "aborted", "camera": "completed"}),
)
_LEADS_SECONDS = 60.0
_LOOK_SECONDS = 0.005
_BY_HAND = 20
_PLAN = """
apiVersion: camplane/v1
kind: Rollout
metadata: {{name: bench}}
spec:
  context: {context}
  after: [{after}]
  steps:
    - {{setWeight: 10, minDwell: 1h, minRequests: 500}}
    - pause: {{}}
    - {{setWeight: 20, minDwell: 1h, minRequests: 500}}
    - {{setWeight: 30, minDwell: 1h, minRequests: 500}}
    - {{setWeight: 40, minDwell: 1h, minRequests: 500}}
    - {{setWeight: 50, minDwell: 1h, minRequests: 500}}
"""


@dataclass(frozen=True)
class Resumed:
    """One kill. phases: by context. seconds: until the next controller led.

    moved: weights that the routes had meanwhile and that no decision explains,
    by context. kept: is each rollout in the phase and at the step, begun when it
    was? One that is taken back step by step may have gone on.
    """

    phases: Mapping[str, str]
    seconds: float
    moved: Mapping[str, int]
    kept: Mapping[str, bool]


async def kill_controller(camplane: Deployment, phases: Mapping[str, str]) -> Resumed:
    """Bring each context into its phase, kill the control process, and see it come back.

    DeploymentError, NotInTimeError when it does not.
    """
    rollouts = camplane.rollouts
    for context, phase in phases.items():
        await _bring(rollouts, context, phase)
    led = await rollouts.leader()
    before = {context: await rollouts.state(context) for context in phases}
    if led is None or any(before[context]["phase"] != phases[context] for context in phases):
        raise DeploymentError(f"the rollouts are not in the phases {dict(phases)}")

    async def leads() -> bool:
        now = await rollouts.leader()
        return now is not None and now.leads and now.token > led.token

    with _watched(camplane.camplane.place.envoy) as seen:
        began = time.perf_counter()
        os.kill(camplane.side.services["control"], signal.SIGKILL)
        await until("the next controller leads", _LEADS_SECONDS, leads)
        seconds = time.perf_counter() - began
    after = {context: await rollouts.state(context) for context in phases}
    decisions = await rollouts.decisions(led.decisions)
    return Resumed(
        phases,
        seconds,
        {one: unexplained(one, int(before[one]["weight"]), seen, decisions) for one in phases},
        {
            one: after[one]["phase"] in ("aborting", "aborted")
            if phases[one] == "aborting"
            else all(after[one][f] == before[one][f] for f in ("phase", "step_since", "steps"))
            for one in phases
        },
    )


async def _bring(rollouts: RolloutApi, context: str, phase: str) -> None:
    """Bring a context from any phase into this one, by what operators may do."""
    await rollouts.command(context, "abort")
    await rollouts.set_weight(context, _BY_HAND if phase == "idle" else 0)
    if phase == "idle":
        return
    after = next(one for one in CONTEXTS if one != context) if phase == "waiting" else ""
    await rollouts.command(context, "start", plan=_PLAN.format(context=context, after=after))
    if phase != "waiting":
        await rollouts.until_phase(context, "running")
    for verb, fields in _COMMANDS[phase]:
        await rollouts.command(context, verb, **fields)
    await rollouts.until_phase(context, phase)


_COMMANDS: Mapping[str, Sequence[tuple[str, Mapping[str, bool]]]] = {
    "waiting": (),
    "running": (),
    "gate": (("promote", {}),),
    "paused": (("pause", {}),),
    "aborting": (("promote", {"full": True}), ("abort", {"gradual": True})),
    "aborted": (("abort", {}),),
    "completed": (("promote", {"full": True}), ("promote", {})),
}


@dataclass(frozen=True, slots=True)
class Weights:
    """What the routes said, and when that was first seen, Unix time."""

    at: float
    weights: Mapping[str, int]


@contextlib.contextmanager
def _watched(directory: Path) -> Iterator[list[Weights]]:
    """Look at the routes again and again; give what they said, one entry a change."""
    over = threading.Event()
    seen: list[Weights] = []
    router = FileRouter(read_topology(directory), directory)

    def look() -> None:
        while not over.wait(_LOOK_SECONDS):
            routing = router.read()
            weights = {context: routing.split.domain(context) for context in CONTEXTS}
            if not seen or seen[-1].weights != weights:
                seen.append(Weights(time.time(), weights))

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        try:
            yield seen
        finally:
            over.set()
        looking.result()  # routes that could not be read were not seen


def unexplained(
    context: str, before: int, seen: Sequence[Weights], decisions: Sequence[Decided]
) -> int:
    """Return how many weights of a context differ from what was last decided then."""
    moved = 0
    for one in seen:
        decided = [d.to_weight for d in decisions if d.context == context and d.at <= one.at]
        moved += one.weights[context] not in (before, *decided)
    return moved
