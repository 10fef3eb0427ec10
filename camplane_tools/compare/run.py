"""Asks both sides case by case, and compares what they answer."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence

from camplane_tools.compare.declared import DECLARED, Declared, match
from camplane_tools.compare.differ import differences
from camplane_tools.compare.findings import Comparison, Findings, Found
from camplane_tools.compare.model import Case, Exchange, Given, Request, Spoilt
from camplane_tools.compare.operations import is_read, is_reading, operation_of
from camplane_tools.compare.sides import Side

# Takes how many cases are done.
Progress = Callable[[int], None]

NO_STATE = "needs a state that only a sandbox gives"
WRITES = "would change a system in use (--allow-writes)"
# How often a read that differs is asked again of a state in use.
_AGAIN = 2


class Laid:
    """Brings the state of sides to what each case begins with, where it is not so already."""

    def __init__(self, *sides: Side) -> None:
        self._sides = sides
        self._spoilt = Spoilt.all()

    async def begin(self, given: Given) -> None:
        if self._spoilt == Spoilt() and given.is_fixture:
            return
        spoilt, self._spoilt = self._spoilt, Spoilt(cameras=not given.is_fixture)
        await asyncio.gather(*(side.lay(given, spoilt) for side in self._sides))

    def asked(self, request: Request) -> None:
        """Note what a request may have changed."""
        if not is_read(request):
            self._spoilt.note(request)


class Runner:
    """One run over two sides.

    own_state: both sides begin each case on the same fixture; otherwise they are
    in use, and only reads are asked of them, unless allow_writes. unfit: says why a
    case cannot be asked of them, "" when it can. findings: those of an earlier run,
    to be added to.
    """

    def __init__(
        self,
        old: Side,
        new: Side,
        own_state: bool,
        allow_writes: bool = False,
        findings: Findings | None = None,
        declared: Sequence[Declared] = DECLARED,
        unfit: Callable[[Case], str] = lambda case: "",
    ) -> None:
        self._old, self._new = old, new
        self._own_state = own_state
        self._allow_writes = allow_writes
        self._declared = declared
        self._unfit = unfit
        self.findings = findings or Findings(old.spec.name, new.spec.name, declared)
        self._laid = Laid(old, new)

    async def run(self, cases: Iterable[Case], progress: Progress = lambda done: None) -> Findings:
        """Ask everything; return what was found. Nothing that a side does ends the run."""
        began = time.monotonic()
        for number, case in enumerate(cases, 1):
            if reason := self._reason_to_skip(case):
                self.findings.skip(reason)
            else:
                await self._ask(case)
            progress(number)
        self.findings.seconds += time.monotonic() - began
        return self.findings

    def _reason_to_skip(self, case: Case) -> str:
        if self._own_state:
            return ""
        if not case.given.is_fixture:
            return NO_STATE
        if not self._allow_writes and not is_reading(case):
            return WRITES
        return self._unfit(case)

    async def _ask(self, case: Case) -> None:
        if self._own_state:
            await self._laid.begin(case.given)
        for step, request in enumerate(case.requests, 1):
            compared = await self._compare(case, step, request)
            for _ in range(0 if self._own_state or not is_read(request) else _AGAIN):
                if not compared.undeclared:
                    break
                # Others use these, too: what moved between the two answers is no difference.
                compared = await self._compare(case, step, request)
            self.findings.comparisons.append(compared)
            self._laid.asked(request)

    async def _compare(self, case: Case, step: int, request: Request) -> Comparison:
        old, new = await asyncio.gather(self._old.ask(request), self._new.ask(request))
        exchange, operation = Exchange(request, old, new), operation_of(request)
        kinds = self._old.kind(request), self._new.kind(request)
        found = tuple(
            Found(one, match(self._declared, kinds, operation, exchange, one))
            for one in differences(self._old.see(request, old), self._new.see(request, new))
        )
        return Comparison(case.name, step, operation, kinds, exchange, found)
