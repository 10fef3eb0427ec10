"""`camplane verify routing`: whether requests go where the switches say."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from camplane_tools.harness.errors import HarnessError
from camplane_tools.routing_checks.checks import Check
from camplane_tools.routing_checks.walk import walk
from gateway.cli.output import REFUSED, Terminal, console, fail, print_json, print_table
from gateway.cli.rest import AsJson
from gateway.cli.signals import cancel_when_told


def routing(
    requests: Annotated[
        int, typer.Option(min=20, max=100_000, help="How many for each split that is drawn.")
    ] = 1000,
    quick: Annotated[bool, typer.Option("--quick", help="One start and fewer settings.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold every switch against who answers, on camplanes of its own that are gone afterwards.

    USE_DOMAIN_SERVICE, ROLLOUT_PERCENT and their garbage at start; weights and
    pins while it runs; force_domain; over REST and gRPC. Drawn requests are held
    against the split by an interval, single cameras and rules exactly.

    Exit code 0: all hold; 1: not, or a camplane did not come up.
    """
    try:
        found = asyncio.run(_walk(requests, quick))
    except HarnessError as error:
        fail(str(error), REFUSED)
    except (KeyboardInterrupt, asyncio.CancelledError):
        fail("interrupted", REFUSED)
    failed = [check for check in found if check.problem]
    if as_json:
        print_json({"ok": not failed, "checks": [asdict(check) for check in found]})
    else:
        _print(found)
    if failed:
        raise typer.Exit(REFUSED)


async def _walk(requests: int, quick: bool) -> list[Check]:
    cancel_when_told()
    columns = (TextColumn("routing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    shown_on = Terminal(stderr=True)
    with Progress(
        *columns,
        TextColumn("{task.description}"),
        console=shown_on,
        transient=True,
        disable=not shown_on.is_terminal,
    ) as bar:
        shown = bar.add_task("starting …")

        def progress(done: int, of: int, name: str) -> None:
            bar.update(shown, completed=done, total=of, description=name)

        return await walk(requests, quick, progress)


def _print(found: Sequence[Check]) -> None:
    for under, of_it in groupby(found, key=lambda check: check.under):
        console.print(Text(under, style="bold"))
        print_table(
            ("", "observed", "result"),
            ((f"  {one.name}", one.observed, one.problem or "ok") for one in of_it),
        )
    held = sum(not check.problem for check in found)
    console.print(f"{held} of {len(found)} checks hold")
