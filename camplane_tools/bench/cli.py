"""`python -m camplane_tools.bench`: measures, prints, and writes the figures down."""

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from camplane_tools.bench import machine, report
from camplane_tools.bench.results import Findings
from camplane_tools.bench.rounds import Plan
from camplane_tools.bench.sections import SECTIONS
from camplane_tools.harness.errors import HarnessError
from camplane_tools.load.h2load import LoadError, require_generator
from gateway.launcher.children import ChildFailedError
from gateway.launcher.up import UpError

_STARTED = time.monotonic()

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    only: Annotated[
        str, typer.Option(help=f"Sections, separated by commas: {', '.join(SECTIONS)}.")
    ] = "",
    rounds: Annotated[int, typer.Option(min=1, help="How often each side is measured.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long a round loads a side.")] = 1.5,
    quick: Annotated[
        bool, typer.Option("--quick", help="Two short rounds and fewer cameras: a rough picture.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write all figures, raw ones too, as JSON.")
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(help="A Markdown document to put the tables into, where it is marked for it."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 1 when a target is missed.")
    ] = False,
) -> None:
    """Measure camplane on this machine, in a data directory of its own.

    Exit codes: 0 measured, 1 could not be measured (or --strict and a target
    missed), 2 wrong use.
    """
    names = [name.strip() for name in only.split(",")] if only else list(SECTIONS)
    if unknown := [name for name in names if name not in SECTIONS]:
        _fail(f"there is no section {unknown[0]!r}; there are {', '.join(SECTIONS)}", 2)
    plan = Plan(2, 0.5, quick=True) if quick else Plan(rounds, seconds, quick=False)
    try:
        require_generator()
        if write:
            report.require_markers(write, report.begin_of(only))
        described = machine.describe()
        findings = asyncio.run(_measure(names, plan))
    except (
        *(LoadError, HarnessError, ChildFailedError, UpError),
        report.MarkersMissingError,
    ) as error:
        _fail(str(error), 1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        _fail("interrupted; nothing was written", 1)
    report.print_report(described, findings)
    if json_file:
        json_file.write_text(report.as_json(described, findings), "utf-8")
    if write:
        text = report.as_markdown(described, findings)
        report.write_between_markers(write, text, report.begin_of(only))
    if strict and any(not claim.met for one in findings for claim in one.claims):
        raise typer.Exit(1)


async def _measure(names: list[str], plan: Plan) -> list[Findings]:
    """Run the sections one after another; a signal cancels, and everything started is ended."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return [await SECTIONS[name](plan, _say) for name in names]


def _say(sentence: str) -> None:
    sys.stderr.write(f"{time.monotonic() - _STARTED:6.1f} s  {sentence}\n")
    sys.stderr.flush()


def _fail(message: str, code: int) -> None:
    sys.stderr.write(f"error: {message}\n")
    raise typer.Exit(code)


def main() -> None:
    """Run the command line."""
    app()
