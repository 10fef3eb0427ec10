"""One run of the command, from what was asked for to what was found."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from camplane_tools.compare import old_side
from camplane_tools.compare.declared import DECLARED, Declared
from camplane_tools.compare.findings import Findings
from camplane_tools.compare.model import Case, Request
from camplane_tools.compare.normalise import OF_TWO_WORLDS, OF_USE, RULES, Rule
from camplane_tools.compare.operations import is_reading
from camplane_tools.compare.run import Progress, Runner
from camplane_tools.compare.sender import DEFAULT_SECONDS, Sender
from camplane_tools.compare.sides import HttpSide, SideError, Spec
from camplane_tools.compare.state import seed as seeds
from camplane_tools.compare.state.sandbox import sandbox
from camplane_tools.compare.state.seed import Seed
from gateway.vocabulary import tools


@dataclass(frozen=True)
class Job:
    """What was asked for.

    live: the URL of a running camplane that reads are asked of, for sides without
    a URL of their own; what writes goes to sandboxes all the same. entries: cameras
    for the sandboxes; None: those of the server that they are held against, or the
    fixture where there is none. headers: for servers named by URL;
    live_headers: for that camplane.
    """

    old: Spec
    new: Spec
    cases: Sequence[Case]
    live: str = ""
    entries: Sequence[Any] | None = None
    allow_writes: bool = False
    seconds: float = DEFAULT_SECONDS
    headers: Mapping[str, str] = field(default_factory=dict)
    live_headers: Mapping[str, str] = field(default_factory=dict)
    declared: Sequence[Declared] = DECLARED

    @property
    def is_of_one_sandbox(self) -> bool:
        """Are both sides asked of one server, whose state they share?"""
        return bool(self.old.url) and self.old.url == self.new.url


async def compare(job: Job, progress: Progress) -> Findings:
    """Do the job. Raises what gateway.launcher.up.running raises, and SideError."""
    if not job.live:
        return await _asked(job, job.cases, None, progress)
    reads = [case for case in job.cases if _is_for_live(case)]
    rest = [case for case in job.cases if not _is_for_live(case)]
    findings = await _asked(job, reads, None, progress, job.live)
    if rest:
        done = len(reads)
        seed = await _seed(job, job.live, {**tools.named("compare"), **job.live_headers})
        await _asked(job, rest, findings, lambda number: progress(done + number), seed=seed)
    return findings


def _is_for_live(case: Case) -> bool:
    return is_reading(case) and case.given.is_fixture


async def _asked(
    job: Job,
    cases: Sequence[Case],
    findings: Findings | None,
    progress: Progress,
    live: str = "",
    seed: Seed | None = None,
) -> Findings:
    urls = job.old.url or live, job.new.url or live
    is_mixed = any(urls) and not all(urls)  # a server in use against a sandbox
    if is_mixed and seed is None:
        asked = job.old if urls[0] else job.new
        seed = await _seed(job, "".join(urls), {**asked.headers, **job.headers})
    elif seed is None and job.entries is not None:
        seed = Seed(job.entries)
    async with contextlib.AsyncExitStack() as stack:
        rules = _rules(urls)
        old = await stack.enter_async_context(_side(job, job.old, urls[0], rules, seed))
        new = await stack.enter_async_context(_side(job, job.new, urls[1], rules, seed))
        runner = Runner(
            old,
            new,
            own_state=not any(urls),
            allow_writes=job.allow_writes,
            findings=findings,
            declared=job.declared,
            unfit=seed.only_there if is_mixed and seed else lambda case: "",
        )
        found = await runner.run(cases, progress)
        for side in (old, new):
            if side.sandbox is not None:
                found.notes += [f"{side.spec.name}: {said}" for said in side.sandbox.told]
        return found


def _rules(urls: tuple[str, str]) -> tuple[Rule, ...]:
    """Return what may differ by chance between sides in use at these addresses; "" is a sandbox."""
    if not any(urls):
        return RULES
    return (*OF_USE, *(OF_TWO_WORLDS if urls[0] != urls[1] else ()), *RULES)


@contextlib.asynccontextmanager
async def _side(
    job: Job, spec: Spec, url: str, rules: tuple[Rule, ...], seed: Seed | None
) -> AsyncIterator[HttpSide]:
    if not url:
        async with sandbox(seed) as state, Sender(state.url, {}, job.seconds) as sender:
            yield HttpSide(spec, sender, state, rules=rules)
        return
    rule_ids = frozenset(row["id"] for row in seed.rules) if seed else frozenset[int]()
    given = job.headers if spec.url else job.live_headers
    async with Sender(url, {**spec.headers, **given}, job.seconds) as sender:
        kind = spec.kind(await _is_before_monolith(sender))
        yield HttpSide(spec, sender, kind=kind, rules=rules, given_ids=rule_ids)


async def _is_before_monolith(sender: Sender) -> bool:
    """Is a monolith the old side of this camplane? Of another server it does not matter."""
    answer = await sender.send(Request("GET", old_side.question()))
    return old_side.is_monolith(answer.status, answer.body)


async def _seed(job: Job, url: str, headers: Mapping[str, str]) -> Seed:
    """Return what the server at `url` has, with other cameras where they are given."""
    async with Sender(url, dict(headers), job.seconds) as sender:
        found = await seeds.read(sender)
    if found is None and job.entries is None:
        raise SideError(f"{url} does not say which cameras there are; give them with --cameras")
    found = found or Seed(())
    return found if job.entries is None else replace(found, cameras=job.entries)


def write(path: Path, text: str | bytes) -> None:
    """Write a report, which only its owner may read: it shows answers."""
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(data)
