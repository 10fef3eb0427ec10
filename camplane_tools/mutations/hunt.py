"""Plants fault after fault in one sandbox, and asks the suite until it finds each."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from camplane_tools.compare.differ import Difference, Seen
from camplane_tools.compare.findings import Comparison
from camplane_tools.compare.model import Answer, Case, Given, Request, Spoilt
from camplane_tools.compare.run import Laid, Runner
from camplane_tools.compare.sender import Sender
from camplane_tools.compare.sides import HttpSide, parse
from camplane_tools.compare.state.sandbox import Sandbox, sandbox
from camplane_tools.harness.operations import LISTS
from camplane_tools.mutations.mutation import Mutation
from gateway.launcher.children import ChildSpec

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Hunted:
    """What became of a fault. comparison, difference: what found it; None when nothing did."""

    mutation: Mutation
    comparison: Comparison | None
    difference: Difference | None
    asked: int
    seconds: float


class Recorded:
    """The sound side: what legacy answered once, case by case."""

    def __init__(self, side: HttpSide) -> None:
        self.spec, self.kind = side.spec, side.kind
        self._answers: dict[str, list[tuple[Answer, Seen]]] = {}
        self._playing: list[tuple[Answer, Seen]] = []
        self._at = 0

    def keep(self, case: Case, answers: list[tuple[Answer, Seen]]) -> None:
        self._answers[case.name] = answers

    def play(self, case: Case) -> None:
        """Answer the requests of this case next."""
        self._playing, self._at = self._answers[case.name], 0

    async def lay(self, given: Given, spoilt: Spoilt) -> None:
        pass

    async def ask(self, request: Request) -> Answer:
        self._at += 1
        return self._playing[self._at - 1][0]

    def see(self, request: Request, answer: Answer) -> Seen:
        return self._playing[self._at - 1][1]


async def hunt(mutations: Sequence[Mutation], cases: Sequence[Case]) -> AsyncIterator[Hunted]:
    """Give what became of each fault, as soon as it is known. Raises as `sandbox` does."""
    async with sandbox() as state, Sender(state.url) as sender:
        recorded = await _record(HttpSide(parse("legacy"), sender, state), cases)
        planter = _Planter(state, sender)
        for mutation in mutations:
            began = time.monotonic()
            await planter.plant(mutation)
            domain = HttpSide(parse("domain"), sender, state)
            found = await _find(recorded, domain, _ordered(cases, mutation.context))
            yield Hunted(mutation, *found, round(time.monotonic() - began, 1))


async def _record(side: HttpSide, cases: Sequence[Case]) -> Recorded:
    recorded, laid = Recorded(side), Laid(side)
    for case in cases:
        await laid.begin(case.given)
        answers = []
        for request in case.requests:
            answer = await side.ask(request)
            answers.append((answer, side.see(request, answer)))
            laid.asked(request)
        recorded.keep(case, answers)
    return recorded


async def _find(
    recorded: Recorded, domain: HttpSide, cases: Sequence[Case]
) -> tuple[Comparison | None, Difference | None, int]:
    """Ask case by case until one differs."""
    runner = Runner(recorded, domain, own_state=True)
    for case in cases:
        recorded.play(case)
        findings = await runner.run([case])
        for comparison in findings.comparisons[-len(case.requests) :]:
            if comparison.undeclared:
                return comparison, comparison.undeclared[0], len(findings.comparisons)
    return None, None, len(runner.findings.comparisons)


def _ordered(cases: Sequence[Case], context: str) -> list[Case]:
    """Return all the cases, those of the fault's context first."""
    wanted = LISTS[context].rpartition("/")[0] if context == "alert" else LISTS[context]
    return sorted(cases, key=lambda case: not case.requests[0].path.startswith(wanted))


class _Planter:
    """Restarts domain's processes with a fault, and without."""

    def __init__(self, state: Sandbox, sender: Sender) -> None:
        self._children = state.camplane.children
        self._add = state.camplane.add
        self._sender = sender
        self._sound = {context: self._children[f"{context}/domain"].spec for context in LISTS}
        self._planted = ""

    async def plant(self, mutation: Mutation) -> None:
        """Run domain with this fault alone; TimeoutError when it does not answer then."""
        if self._planted and self._planted != mutation.context:
            await self._restart(self._sound[self._planted])
        self._planted = mutation.context
        sound = self._sound[mutation.context]
        environment = {**sound.environment, **mutation.environment}
        await self._restart(replace(sound, environment=environment))

    async def _restart(self, spec: ChildSpec) -> None:
        await self._children[spec.name].stop(STOP_SECONDS)
        child = await self._add(spec)
        context = spec.name.partition("/")[0]
        asked = Request("GET", f"{LISTS[context]}?force_domain=true")
        async with asyncio.timeout(READY_SECONDS):
            while (await self._sender.send(asked)).headers.get("x-camplane-path") != "domain":
                if failure := child.failed():
                    raise failure
                await asyncio.sleep(_LOOK_SECONDS)
        child.serves()
