"""`camplane compare`: asks two implementations the same, and says where they differ."""

import asyncio
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

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
from camplane_tools.compare.sender import DEFAULT_SECONDS
from camplane_tools.compare.sides import SideError, parse
from camplane_tools.compare.sources import contracts, openapi, recording
from camplane_tools.compare.sources.declared_file import read_declared
from camplane_tools.compare.sources.generator import Described, generated_cases
from camplane_tools.compare.state.fixture import entries_of
from camplane_tools.compare.suite.builtin import builtin_cases
from gateway.cli.credentials import Credentials
from gateway.cli.output import REFUSED, UNREACHABLE, Terminal, console, fail, note, print_json
from gateway.cli.rest import DEFAULT_DATA, Data, Url
from gateway.cli.signals import cancel_when_told
from gateway.launcher.children import ChildFailedError
from gateway.launcher.configuration import ConfigurationError
from gateway.launcher.instance import load
from gateway.launcher.up import UpError


def compare_command(
    old: Annotated[
        str, typer.Option(help="legacy, domain, http://host:port, or legacy@, domain@ such a URL.")
    ] = "legacy",
    new: Annotated[str, typer.Option(help="The other side, as --old.")] = "domain",
    recorded: Annotated[
        list[Path] | None,
        typer.Option("--from", help="Ask what a HAR file or JSON lines hold, not the suite."),
    ] = None,
    generate: Annotated[
        int, typer.Option(min=0, max=100_000, help="Ask so many generated requests, not the suite.")
    ] = 0,
    described: Annotated[
        Path | None, typer.Option("--openapi", help="Generate from this description (OpenAPI 3).")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed generates the same requests.")] = 1,
    only: Annotated[str, typer.Option(help="Cases whose name this regular expression finds.")] = "",
    live: Annotated[
        bool, typer.Option("--live", help="Ask reads of the camplane that runs on --data or --url.")
    ] = False,
    cameras: Annotated[
        Path | None, typer.Option(help="Sandboxes begin with the cameras of this cameras.yaml.")
    ] = None,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Change servers named by URL. This is real.")
    ] = False,
    header_from: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME=VARIABLE: a header for servers named by URL, from the environment."
        ),
    ] = None,
    declared: Annotated[
        Path | None, typer.Option(help="A file of differences that are meant, see docs/compare.md.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, max=600, help="Seconds for one answer.")
    ] = DEFAULT_SECONDS,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write JSON; - prints it.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit's XML.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write one HTML page.")] = None,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Ask two implementations the same, and say where their answers differ.

    Without options: the built-in suite, on legacy and domain, each on a state of
    its own that the command makes and removes. Exit code 0: equal, 1: not.
    """
    try:
        cases, notes = _cases(recorded or [], generate, described, seed)
        wanted = re.compile(only)
        chosen = [one for one in cases if wanted.search(one.name)]
        if only and not chosen:
            raise ValueError(
                f"--only {only!r} finds none of the {len(cases)} cases; one is {cases[0].name!r}"
            )
        job = Job(
            old=parse(old),
            new=parse(new),
            cases=chosen,
            live=_live_url(data, url) if live else "",
            live_headers=Credentials(None if url else data.absolute()).headers() if live else {},
            entries=entries_of(cameras) if cameras else None,
            allow_writes=allow_writes,
            seconds=timeout,
            headers=dict(_header(one) for one in header_from or ()),
            declared=[*DECLARED, *(read_declared(declared) if declared else ())],
        )
        if allow_writes and job.is_of_one_sandbox:
            raise ValueError("both sides are one camplane, where their writes would meet")
    except re.error as error:
        fail(f"--only {only!r} is malformed: {error}", 2)
    except ValueError as error:
        fail(str(error), 2)
    findings = _run(job)
    findings.notes += notes
    try:
        _report(findings, json_file, junit, html)
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
