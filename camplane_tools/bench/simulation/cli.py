"""`python -m camplane_tools.bench.simulation`: simulates, prints, and writes the table down."""

import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from camplane_tools.bench import report
from camplane_tools.bench.simulation.days import aborted
from camplane_tools.bench.simulation.findings import findings
from camplane_tools.bench.simulation.run import STEPS, Outcome, Scenario, roll_out
from camplane_tools.bench.simulation.scenarios import SCENARIOS

BEGIN = "<!-- make simulate writes from here -->"
# Runs that one process takes at a time.
_BATCH = 5

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def simulate(
    runs: Annotated[int, typer.Option(min=5, help="Rollouts of each scenario.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that share the work.")] = (
        os.cpu_count() or 1
    ),
    scenarios: Annotated[
        list[str] | None,
        typer.Option("--scenario", help="Only scenarios whose name has this; may be repeated."),
    ] = None,
    write: Annotated[
        Path | None, typer.Option(help="A Markdown document to put the table into.")
    ] = None,
) -> None:
    """Roll out in simulated scenarios, good and bad ones, judged by the real judgement.

    Exit codes: 0 simulated, 1 no place to write into or interrupted, 2 wrong use.
    """
    chosen = [one for one in SCENARIOS if any(part in one.name for part in scenarios or [""])]
    if not chosen or (scenarios and write):
        raise typer.BadParameter("no scenario has that name, or only some were to be written down")
    try:
        if write:
            report.require_markers(write, BEGIN)
        # Without its parent a pool's process waits for ever: SIGTERM must end them, too.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        pool = ProcessPoolExecutor(jobs)
        try:
            outcomes = {
                scenario: _run(pool, scenario, (seed, SCENARIOS.index(scenario)), runs)
                for scenario in chosen
            }
            over_days = [] if scenarios else _run_days(pool, (seed, len(SCENARIOS)), runs)
        finally:
            pool.shutdown(cancel_futures=True)
    except report.MarkersMissingError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("interrupted; nothing was written")
    steps = ", ".join(f"{step.weight} %" for step in STEPS)
    how = {"Seed": str(seed), "Steps": steps, "Requests before a step passes": "200 at least"}
    found = [findings(outcomes, over_days)]
    report.print_report(how, found)
    if write:
        report.write_between_markers(write, report.as_markdown(how, found, "The runs"), BEGIN)


def _run(
    pool: ProcessPoolExecutor, scenario: Scenario, seed: tuple[int, int], runs: int
) -> list[Outcome]:
    runs = runs if scenario.often else max(runs // 10, 1)
    print(f"{scenario.name}: {runs:,} rollouts", file=sys.stderr, flush=True)  # noqa: T201
    seeds = [(*seed, number) for number in range(runs)]
    return list(pool.map(partial(roll_out, scenario), seeds, chunksize=_BATCH))


def _run_days(pool: ProcessPoolExecutor, seed: tuple[int, int], runs: int) -> list[bool]:
    print(f"healthy, over days: {runs:,} rollouts", file=sys.stderr, flush=True)  # noqa: T201
    seeds = [(*seed, number) for number in range(runs)]
    return list(pool.map(aborted, seeds, chunksize=_BATCH))


def main() -> None:
    """Run the command line."""
    app()
