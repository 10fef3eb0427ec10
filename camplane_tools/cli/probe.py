"""`camplane probe`: how fast each path answers, and what it costs, measured in turn."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from camplane_tools.cli import probe_views
from camplane_tools.cli.probe_views import Probed
from camplane_tools.harness.errors import HarnessError
from camplane_tools.load.loading import ProbeError
from camplane_tools.probe.ceiling import ceiling
from camplane_tools.probe.chart import chart
from camplane_tools.probe.endpoints import endpoints
from camplane_tools.probe.fresh import furnished
from camplane_tools.probe.probe import memories, probe, steps
from camplane_tools.probe.targets import (
    EXTERNAL,
    MAX_IN_FLIGHT,
    MAX_RATE,
    Contender,
    Plan,
    TargetError,
    check_url,
)
from gateway.cli.credentials import Credentials
from gateway.cli.output import (
    REFUSED,
    UNREACHABLE,
    Terminal,
    console,
    fail,
    print_json,
    print_table,
)
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Url
from gateway.cli.signals import cancel_when_told
from gateway.launcher.instance import load
from gateway.vocabulary.split import DOMAIN, LEGACY

LAUNCHER = "launcher"


class Mode(StrEnum):
    """How it is loaded."""

    CLOSED = "closed"
    OPEN = "open"


def probe_command(
    data: Data = DEFAULT_DATA,
    url: Url = "",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start a camplane for it, with cameras and rules.")
    ] = False,
    paths: Annotated[str, typer.Option(help="Who is measured, the first against the others.")] = (
        f"{LEGACY},{DOMAIN}"
    ),
    against: Annotated[
        str, typer.Option(help="A server that is measured too, such as http://127.0.0.1:8000.")
    ] = "",
    endpoint: Annotated[
        list[str] | None,
        typer.Option(
            help="status, rules, rule, activate, rule-update, or a path to GET; several times."
        ),
    ] = None,
    mode: Annotated[
        Mode, typer.Option(help="As fast as answers come, or at a fixed rate.")
    ] = Mode.CLOSED,
    connections: Annotated[
        int, typer.Option(min=1, max=MAX_IN_FLIGHT, help="How many are kept open.")
    ] = 8,
    rate: Annotated[
        float, typer.Option(min=1, max=MAX_RATE, help="Requests a second, of an open loop.")
    ] = 200.0,
    seconds: Annotated[
        float, typer.Option(min=0.1, max=60, help="How long a round loads each.")
    ] = 1.0,
    rounds: Annotated[int, typer.Option(min=1, max=30, help="How often each is loaded.")] = 5,
    writes: Annotated[
        bool,
        typer.Option("--writes", help="Write too, to a camera and a rule made for it and removed."),
    ] = False,
    load_other_machines: Annotated[
        bool,
        typer.Option("--load-other-machines", help="The targets are elsewhere, and may be loaded."),
    ] = False,
    chart_file: Annotated[
        Path | None, typer.Option("--chart", help="Draw the latencies into this SVG.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a running camplane: legacy against domain, in interleaved rounds.

    Requests a second, percentiles, failures by code, the CPU and memory of every
    process, and ratios with a 95 % interval. In an open loop latencies count from
    when a request was meant to leave. Nothing is changed without --writes.

    Exit codes: 0 measured, 1 could not be, 2 wrong use, 3 no camplane answers.
    """
    try:
        plan = Plan(connections, seconds, rounds, rate if mode is Mode.OPEN else None)
        sides = _sides(paths)
        other = check_url(against, load_other_machines) if against else ""
        if fresh and url:
            raise TargetError("--fresh starts a camplane of its own; leave out --url")
        own = check_url(url, load_other_machines) if url else ""
        if chart_file and not chart_file.absolute().parent.is_dir():
            raise TargetError(f"--chart {chart_file}: there is no such folder")
        probed = asyncio.run(
            _probe(_Asked(data, own, fresh, sides, other, endpoint or [], writes), plan)
        )
    except TargetError as error:
        fail(str(error), 2)
    except (ProbeError, HarnessError) as error:
        fail(str(error), REFUSED)
    except (KeyboardInterrupt, asyncio.CancelledError):
        fail("interrupted", REFUSED)
    if chart_file:
        try:
            chart_file.write_text(chart(probe_views.title(plan), probed.measured), "utf-8")
        except OSError as error:
            fail(f"--chart {chart_file}: {error.strerror}", REFUSED)
    if as_json:
        print_json(probe_views.as_json(probed))
    else:
        _print(probed)
    if any(not one.requests or one.p50 is None for s in probed.summaries for one in s.figures):
        raise typer.Exit(REFUSED)


@dataclass(frozen=True)
class _Asked:
    data: Path
    url: str
    fresh: bool
    sides: tuple[str, ...]
    against: str
    endpoints: list[str]
    writes: bool


async def _probe(asked: _Asked, plan: Plan) -> Probed:
    cancel_when_told()
    async with contextlib.AsyncExitStack() as stack:
        url, processes = await stack.enter_async_context(_gateway(asked))
        credentials = Credentials(None if asked.url or asked.fresh else asked.data.absolute())
        contenders = [
            Contender(side, url, processes, credentials.headers()) for side in asked.sides
        ]
        if asked.against:
            contenders.append(Contender(EXTERNAL, asked.against))
        found = await stack.enter_async_context(
            endpoints(url, asked.endpoints, asked.writes, credentials)
        )
        if not found:
            raise TargetError("there is nothing to ask for")
        with _bar() as bar:
            shown = bar.add_task("the load generator", total=steps(contenders, found, plan))
            top = await ceiling(plan.connections)

            def done(name: str) -> None:
                bar.update(shown, advance=1, description=name)

            measured = await probe(contenders, found, plan, done)
        return Probed(plan, contenders, measured, memories(contenders), top)


@contextlib.asynccontextmanager
async def _gateway(asked: _Asked) -> AsyncIterator[tuple[str, Mapping[str, int]]]:
    """Give the gateway's address, and the pids of its processes where they are known."""
    if asked.url:
        yield asked.url, {}
    elif asked.fresh:
        async with furnished() as camplane:
            yield camplane.url, camplane.pids
    else:
        instance = load(asked.data.absolute())
        if instance is None:
            fail(
                f"no camplane runs on {asked.data}; start one with `camplane up`, name a gateway"
                " with --url, or let --fresh start one",
                UNREACHABLE,
            )
        yield instance.url, {**instance.processes, LAUNCHER: instance.pid}


def _sides(paths: str) -> tuple[str, ...]:
    sides = tuple(path.strip() for path in paths.split(","))
    if not set(sides) <= {LEGACY, DOMAIN} or len(set(sides)) != len(sides):
        raise TargetError(f"--paths {paths}: give legacy, domain, or both with a comma")
    return sides


def _bar() -> Progress:
    columns = (TextColumn("probing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    shown_on = Terminal(stderr=True)
    return Progress(
        *columns,
        TextColumn("{task.description}"),
        console=shown_on,
        transient=True,
        disable=not shown_on.is_terminal,
    )


def _print(probed: Probed) -> None:
    console.print(probe_views.title(probed.plan))
    print_table(probe_views.FIGURES, probe_views.figure_rows(probed.summaries))
    if ratios := probe_views.ratio_rows(probed.summaries):
        console.print()
        print_table(probe_views.RATIOS, ratios)
    if rows := probe_views.process_rows(probed):
        console.print()
        print_table(probe_views.process_columns(probed), rows)
    console.print()
    for one in probe_views.notes(probed):
        console.print(one, soft_wrap=True)
