"""`camplane compare`: asks two implementations the same, and says where they differ."""

import asyncio
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.progress import Progress

from camplane_tools.compare.declared import DECLARED
from camplane_tools.compare.findings import Findings
from camplane_tools.compare.harmless import harmless
from camplane_tools.compare.job import Job, compare, write
from camplane_tools.compare.model import Case
from camplane_tools.compare.reports.documents import json_document, junit_document
from camplane_tools.compare.reports.page import page
from camplane_tools.compare.reports.terminal import print_findings
from camplane_tools.compare.sides import SideError, parse
from camplane_tools.compare.sources import contracts, openapi, recording
from camplane_tools.compare.sources.declared_file import read_declared
from camplane_tools.compare.sources.generator import Described, generated_cases
from camplane_tools.compare.state.fixture import entries_of
from camplane_tools.compare.suite.builtin import builtin_cases
from gateway.cli.credentials import Credentials
from gateway.cli.output import REFUSED, UNREACHABLE, Terminal, console, fail, note, print_json
from gateway.cli.signals import cancel_when_told
from gateway.launcher.children import ChildFailedError
from gateway.launcher.configuration import ConfigurationError
from gateway.launcher.instance import load
from gateway.launcher.up import UpError


@dataclass(frozen=True)
class Question:
    """What `camplane compare` is asked for: see compare_command.py for each."""

    old: str
    new: str
    recorded: Sequence[Path]
    generate: int
    described: Path | None
    seed: int
    only: str
    live: bool
    cameras: Path | None
    allow_writes: bool
    header_from: Sequence[str]
    declared: Path | None
    timeout: float
    json_file: Path | None
    junit: Path | None
    html: Path | None
    data: Path
    url: str


def compare_both(asked: Question) -> None:
    """Answer it; ends the command with 1 when the two are not equal."""
    try:
        cases, notes = _cases(asked.recorded, asked.generate, asked.described, asked.seed)
        wanted = re.compile(asked.only)
        chosen = [one for one in cases if wanted.search(one.name)]
        if asked.only and not chosen:
            raise ValueError(
                f"--only {asked.only!r} finds none of the {len(cases)} cases; "
                f"one is {cases[0].name!r}"
            )
        job = Job(
            old=parse(asked.old),
            new=parse(asked.new),
            cases=chosen,
            live=_live_url(asked.data, asked.url) if asked.live else "",
            live_headers=_live_headers(asked) if asked.live else {},
            entries=entries_of(asked.cameras) if asked.cameras else None,
            allow_writes=asked.allow_writes,
            seconds=asked.timeout,
            headers=dict(_header(one) for one in asked.header_from),
            declared=[*DECLARED, *(read_declared(asked.declared) if asked.declared else ())],
        )
        if asked.allow_writes and job.is_of_one_sandbox:
            raise ValueError("both sides are one camplane, where their writes would meet")
    except re.error as error:
        fail(f"--only {asked.only!r} is malformed: {error}", 2)
    except ValueError as error:
        fail(str(error), 2)
    findings = _run(job)
    findings.notes += notes
    try:
        _report(findings, asked.json_file, asked.junit, asked.html)
    except OSError as error:
        fail(f"the report {error.filename} cannot be written: {error.strerror}")
    if not findings.is_equal:
        raise typer.Exit(REFUSED)


def _run(job: Job) -> Findings:
    try:
        return asyncio.run(_until_told(job))
    except asyncio.CancelledError:
        fail("stopped before the end", REFUSED)
    except (UpError, ChildFailedError, ConfigurationError, SideError) as error:
        fail(str(error), REFUSED)
    except OSError as error:
        fail(f"{error.strerror}: {error.filename}", REFUSED)


async def _until_told(job: Job) -> Findings:
    """Do the job; a signal ends it in order, so that nothing stays behind."""
    cancel_when_told()
    with Progress(console=Terminal(stderr=True), transient=True) as bar:
        asked = bar.add_task(f"{job.old.name} and {job.new.name}", total=len(job.cases))
        return await compare(job, lambda done: bar.update(asked, completed=done))


def _cases(
    recorded: Sequence[Path], generate: int, described: Path | None, seed: int
) -> tuple[list[Case], list[str]]:
    """Return the cases, and what is to be said of where they come from."""
    if recorded and (generate or described):
        raise ValueError("--from and --generate are two sources; give one")
    if recorded:
        return _recorded(recorded)
    if generate or described:
        operations: Sequence[Described]
        operations = openapi.read(described) if described else contracts.described()
        made = generated_cases(operations, generate or 20 * len(operations), seed)
        return list(map(harmless, made)), []
    return builtin_cases(), []


def _recorded(paths: Sequence[Path]) -> tuple[list[Case], list[str]]:
    cases: list[Case] = []
    notes: list[str] = []
    for path in paths:
        found = recording.read(path)
        cases += map(harmless, found.cases)
        notes += found.problems[:20]
        if len(found.problems) > 20:
            notes.append(f"{path.name}: {len(found.problems) - 20} more could not be used")
        if found.secrets:
            notes.append(f"{path.name}: secrets were removed from {found.secrets} requests")
    return cases, notes


def _live_url(data: Path, url: str) -> str:
    if url:
        return url
    instance = load(data)
    if instance is None:
        fail(f"no camplane runs on {data}; start one, or name a gateway with --url", UNREACHABLE)
    return instance.url


def _live_headers(asked: Question) -> dict[str, str]:
    return Credentials(None if asked.url else asked.data.absolute()).headers()


def _header(text: str) -> tuple[str, str]:
    name, sign, variable = text.partition("=")
    if not sign or not re.fullmatch(r"[A-Za-z0-9-]+", name) or variable not in os.environ:
        raise ValueError(f"--header-from {name}=…: give NAME=VARIABLE, a variable that is set")
    return name, os.environ[variable]


def _report(
    findings: Findings, json_file: Path | None, junit: Path | None, html: Path | None
) -> None:
    document: dict[str, Any] = json_document(findings)
    if json_file == Path("-"):
        print_json(document)
    else:
        print_findings(console, findings)
    if json_file and json_file != Path("-"):
        write(json_file, json.dumps(document, ensure_ascii=False, indent=1))
    if junit:
        write(junit, junit_document(findings))
    if html:
        write(html, page(findings))
        note(f"the page: {html}")
