"""`python -m camplane_tools.demos.monolith`: exit code 0 only if nobody noticed the plan."""

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

from camplane_tools.demos.monolith.play import play
from camplane_tools.demos.monolith.report import breaches, tables
from camplane_tools.demos.monolith.script import FULL, SHORT
from camplane_tools.harness.demonstration import demonstrate

# Of what is not as promised, so much is printed; all of it is in the JSON.
_MOST, _LONGEST = 20, 500


def main() -> None:
    """Play; print what came of it."""
    parser = argparse.ArgumentParser(
        prog="python -m camplane_tools.demos.monolith", description=__doc__
    )
    parser.add_argument("--short", action="store_true", help="less of everything, as in the tests")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
    arguments = parser.parse_args()
    script = SHORT if arguments.short else FULL
    played = demonstrate("mono-", partial(play, script=script))
    print(tables(played))  # noqa: T201
    if arguments.json:
        arguments.json.write_text(json.dumps(asdict(played), indent=1, ensure_ascii=False))
    if found := breaches(played, script):
        shown = "".join(f"\n  {one[:_LONGEST]}" for one in found[:_MOST])
        sys.exit(f"{len(found)} things are not as promised, such as{shown}")


if __name__ == "__main__":
    main()
