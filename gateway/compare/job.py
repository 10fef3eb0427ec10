"""One run of the command, from what was asked for to what was found."""

import contextlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gateway.compare.declared import DECLARED, Declared
from gateway.compare.findings import Findings
from gateway.compare.model import Case, Request
from gateway.compare.operations import is_reading
from gateway.compare.run import Progress, Runner
from gateway.compare.sender import DEFAULT_SECONDS, Sender
from gateway.compare.sides import HttpSide, SideError, Spec
from gateway.compare.state.sandbox import own_environment, sandbox


@dataclass(frozen=True)
class Job:
    """What was asked for.

    live: the URL of a running camplane that reads are asked of, for sides without
    a URL of their own; what writes goes to sandboxes all the same. entries: cameras
    for the sandboxes; None: the fixture. headers: for servers named by URL.
    """

    old: Spec
    new: Spec
    cases: Sequence[Case]
    live: str = ""
    entries: Sequence[Any] | None = None
    allow_writes: bool = False
    seconds: float = DEFAULT_SECONDS
    headers: Mapping[str, str] = field(default_factory=dict)
    declared: Sequence[Declared] = DECLARED


async def compare(job: Job, progress: Progress) -> Findings:
    """Do the job. Raises what gateway.launcher.up.running raises, and SideError."""
    if not job.live:
        return await _asked(job, job.cases, None, progress)
    reads = [case for case in job.cases if _is_for_live(case)]
    rest = [case for case in job.cases if not _is_for_live(case)]
    findings = await _asked(job, reads, None, progress, job.live)
    if rest:
        entries = await _entries_of(job.live, job.seconds) if job.entries is None else job.entries
        sandboxed = replace(job, entries=entries)
        done = len(reads)
        await _asked(sandboxed, rest, findings, lambda number: progress(done + number))
    return findings


def _is_for_live(case: Case) -> bool:
    return is_reading(case) and case.given.is_fixture


async def _asked(
    job: Job,
    cases: Sequence[Case],
    findings: Findings | None,
    progress: Progress,
    live: str = "",
) -> Findings:
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(own_environment())
        old = await stack.enter_async_context(_side(job, job.old, live))
        new = await stack.enter_async_context(_side(job, job.new, live))
        own_state = old.sandbox is not None and new.sandbox is not None
        runner = Runner(old, new, own_state, job.allow_writes, findings, job.declared)
        found = await runner.run(cases, progress)
        for side in (old, new):
            if side.sandbox is not None:
                found.notes += [f"{side.spec.name}: {said}" for said in side.sandbox.told]
        return found


@contextlib.asynccontextmanager
async def _side(job: Job, spec: Spec, live: str) -> AsyncIterator[HttpSide]:
    if url := spec.url or live:
        headers = dict(job.headers) if spec.url else {}
        async with Sender(url, headers, job.seconds) as sender:
            yield HttpSide(spec, sender)
        return
    async with sandbox(job.entries) as state, Sender(state.url, {}, job.seconds) as sender:
        yield HttpSide(spec, sender, state)


async def _entries_of(url: str, seconds: float) -> list[Any]:
    """Return the cameras that a running camplane has."""
    async with Sender(url, {}, seconds) as sender:
        answer = await sender.send(Request("GET", "/api/v1/cameras?force_domain=false"))
    if answer.status != 200:
        raise SideError(f"{url} does not say which cameras there are: {answer.problem}")
    found: list[Any] = json.loads(answer.body)["cameras"]
    return found


def write(path: Path, text: str | bytes) -> None:
    """Write a report, which only its owner may read: it shows answers."""
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(data)
