"""Loads contenders in interleaved rounds, endpoint by endpoint."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from camplane_tools.load.burst import Burst, is_success
from camplane_tools.load.client import Client, NoAnswerError
from camplane_tools.load.loading import ProbeError, burst
from camplane_tools.load.processes import Memory, memory
from camplane_tools.probe.rounds import Measure, in_turn
from camplane_tools.probe.targets import EXTERNAL, Contender, Endpoint, Plan

_PATH = "x-camplane-path"


@dataclass(frozen=True)
class Measured:
    """What came of one endpoint: a burst a round of each contender, in the same order."""

    endpoint: Endpoint
    bursts: Mapping[str, Sequence[Burst]]


def steps(contenders: Sequence[Contender], endpoints: Sequence[Endpoint], plan: Plan) -> int:
    """Return how many measurements `probe` makes, those thrown away too."""
    return len(contenders) * len(endpoints) * (plan.rounds + 1)


async def probe(
    contenders: Sequence[Contender],
    endpoints: Sequence[Endpoint],
    plan: Plan,
    done: Callable[[str], None],
) -> list[Measured]:
    """Measure each endpoint; done is told, after each measurement, of which endpoint.

    ProbeError when one contender does not answer, or another than the one meant
    does: nothing is loaded then.
    """
    for endpoint in endpoints:
        for contender in contenders:
            await _require_answer(contender, endpoint)
    found = []
    for endpoint in endpoints:
        bursts = await in_turn(
            {one.name: _measure(one, endpoint, plan) for one in contenders},
            plan.rounds,
            plan.seconds,
            lambda name=endpoint.name: done(name),  # type: ignore[misc]
        )
        found.append(Measured(endpoint, bursts))
    return found


def memories(contenders: Sequence[Contender]) -> dict[str, Memory]:
    """Return the memory of every process now; one that has ended is left out."""
    found = {}
    for contender in contenders:
        for name, pid in contender.processes.items():
            try:
                found[name] = memory(pid)
            except ProcessLookupError:
                continue
    return found


def _measure(contender: Contender, endpoint: Endpoint, plan: Plan) -> Measure[Burst]:
    load = plan.load(contender, endpoint)
    return lambda seconds: burst(load, seconds, contender.processes)


async def _require_answer(contender: Contender, endpoint: Endpoint) -> None:
    client = Client(contender.url)
    what = f"{contender.name}, {endpoint.name}"
    try:
        answer = await client.ask(contender.request(endpoint))
    except NoAnswerError as error:
        raise ProbeError(f"{what}: {contender.url} does not answer ({error})") from error
    finally:
        client.close()
    if not is_success(str(answer.status)):
        raise ProbeError(f"{what}: answered {answer.status}; an error is not worth measuring")
    who = answer.headers.get(_PATH, contender.name)
    if contender.name != EXTERNAL and who != contender.name:
        raise ProbeError(f"{what}: {who} answers in its place; `camplane status` says how it is")
