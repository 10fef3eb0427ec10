"""`python -m camplane_tools.chaos`: exit code 1 when a line of its table is not as promised."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from camplane_tools.chaos.document import replace_between_markers
from camplane_tools.chaos.load import CLIENTS
from camplane_tools.chaos.promises import PROMISES
from camplane_tools.chaos.report import Round, breaches, line, table
from camplane_tools.chaos.rounds import run
from camplane_tools.chaos.schedule import schedule
from camplane_tools.harness.demonstration import ending


def main() -> None:
    """Run what the command line says."""
    arguments = _arguments()
    names = arguments.only or list(PROMISES)
    shares = {name: PROMISES[name].share for name in names}
    order = schedule(shares, arguments.rounds, arguments.seed)
    began = time.monotonic()
    rounds: list[Round] = []

    def tell(seen: Round) -> None:
        rounds.append(seen)
        _say(f"{len(rounds):4}/{len(order)}  {time.monotonic() - began:6.0f} s  {_in_words(seen)}")
        for text in breaches(PROMISES[seen.fault], CLIENTS, seen):
            _say(f"           {text}")

    with tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as folder:
        try:
            asyncio.run(ending(run(order, arguments.seed, Path(folder), tell)))
        except (KeyboardInterrupt, asyncio.CancelledError):
            _say("interrupted; the table holds the rounds that were done")
    lines = [line(name, PROMISES[name], CLIENTS, rounds) for name in names]
    lines = [one for one in lines if one.rounds or one.skipped]
    text = table(lines)
    print(text, end="")  # noqa: T201
    if arguments.json:
        report = {"seed": arguments.seed, "rounds": [asdict(seen) for seen in rounds]}
        arguments.json.write_text(json.dumps(report, indent=1))
    if arguments.write:
        replace_between_markers(
            arguments.write, _caption(len(rounds), arguments.seed, time.monotonic() - began) + text
        )
    sys.exit(len(rounds) < len(order) or any(one.breaches for one in lines))


def _in_words(seen: Round) -> str:
    if seen.skipped:
        return f"{seen.fault}: not done, {seen.skipped}"
    repaired = "not repaired" if seen.seconds is None else f"repaired after {seen.seconds:.2f} s"
    failed, requests = sum(seen.failed.values()), sum(seen.requests.values())
    return f"{seen.fault}: {repaired}, {failed} of {requests} requests failed"


def _caption(done: int, seed: int, seconds: float) -> str:
    minutes = f"{seconds / 60:.0f}"
    return f"{done:,} rounds with seed {seed}, in {minutes} minutes:\n\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m camplane_tools.chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000, help="how many, over all faults")
    parser.add_argument(
        "--seed", type=int, default=1, help="fixes the order and what chance decides"
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=list(PROMISES),
        metavar="FAULT",
        help=f"this fault alone; may be repeated. There are: {', '.join(PROMISES)}",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all rounds there")
    parser.add_argument("--write", type=Path, metavar="FILE", help="renew the table in a document")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
