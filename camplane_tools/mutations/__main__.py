"""`python -m camplane_tools.mutations`: does the suite find every planted fault?"""

import asyncio
import re
import sys
import time

from camplane_tools.compare.reports import shown
from camplane_tools.compare.suite.builtin import builtin_cases
from camplane_tools.mutations import alert, camera
from camplane_tools.mutations.hunt import Hunted, hunt
from camplane_tools.mutations.mutation import Mutation

MUTATIONS = (*camera.MUTATIONS, *alert.MUTATIONS)
USAGE = "usage: python -m camplane_tools.mutations [regular expression of names]\n"


def main(arguments: list[str]) -> int:
    """Plant those asked for; return 0 when all were found, 1 when one was not."""
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        sys.stderr.write(USAGE)
        return 2
    try:
        wanted = re.compile(arguments[0] if arguments else "")
    except re.error as error:
        sys.stderr.write(f"error: {arguments[0]!r} is malformed: {error}\n{USAGE}")
        return 2
    chosen = [one for one in MUTATIONS if wanted.search(one.name)]
    return asyncio.run(_run(chosen))


async def _run(chosen: list[Mutation]) -> int:
    began, survived = time.monotonic(), 0
    async for hunted in hunt(chosen, builtin_cases()):
        survived += hunted.comparison is None
        sys.stdout.write(f"{_line(hunted)}\n")
        sys.stdout.flush()
    found = len(chosen) - survived
    seconds = time.monotonic() - began
    sys.stdout.write(f"{found} of {len(chosen)} planted faults found, in {seconds:.0f} s\n")
    return 1 if survived or not chosen else 0


def _line(hunted: Hunted) -> str:
    name = f"{hunted.mutation.context}: {hunted.mutation.name}"
    if hunted.comparison is None or hunted.difference is None:
        return f"NOT FOUND  {name}, by {hunted.asked} comparisons"
    old, new = shown.both(hunted.difference)
    return (
        f"found      {name}\n"
        f"           {hunted.comparison.case}, step {hunted.comparison.step}: "
        f"{hunted.difference.field}: {hunted.difference.cause}: "
        f"{shown.cut(old, 60)} became {shown.cut(new, 60)} ({hunted.seconds:g} s)"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
