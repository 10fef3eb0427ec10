"""All checks of the switches, on as few camplanes as it takes, two at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from itertools import chain

from camplane_tools.harness.camplane import refusal, temporary
from camplane_tools.harness.errors import HarnessError
from camplane_tools.routing_checks import checks, live, splits
from camplane_tools.routing_checks.asking import asking
from camplane_tools.routing_checks.checks import Check
from camplane_tools.routing_checks.environments import (
    GARBAGE,
    LIVE,
    QUICK,
    QUICK_LIVE,
    UNSET,
    VARIANTS,
    Variant,
    as_typed,
)
from camplane_tools.routing_checks.splits import Extent
from gateway.vocabulary.split import Split

# More at once would wait for each other on the machines this is made for.
_AT_ONCE = 2

# Told what has been looked at: of how many parts how many are done, and which was the last.
Progress = Callable[[int, int, str], None]

Part = Callable[[], Awaitable[list[Check]]]


async def walk(requests: int, quick: bool, progress: Progress) -> list[Check]:
    """Return what was found, in the same order whatever was ready first.

    requests: for each drawn split. quick: one start, fewer settings. Raises
    HarnessError when a camplane does not come up or refuses a change.
    """
    extent = Extent(requests)
    first, settings = (QUICK, QUICK_LIVE) if quick else (UNSET, LIVE)
    parts: list[tuple[str, Part]] = [
        ("live changes", partial(_live, first, settings, extent)),
        *((one.name, partial(_started, one, extent)) for one in (() if quick else VARIANTS)),
        *((as_typed(one), partial(_refused, one)) for one in (GARBAGE[:1] if quick else GARBAGE)),
    ]
    free, done = asyncio.Semaphore(_AT_ONCE), 0
    trouble: Exception | None = None
    progress(0, len(parts), "")

    async def when_free(name: str, part: Part) -> list[Check]:
        nonlocal done
        async with free:
            found = await part()
        done += 1
        progress(done, len(parts), name)
        return found

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(when_free(*one)) for one in parts]
    except* HarnessError as failed:
        # The others were cancelled for it: one sentence says it.
        trouble = failed.exceptions[0]
    if trouble is not None:
        raise trouble
    return list(chain.from_iterable(task.result() for task in tasks))


async def _live(first: Variant, settings: Sequence[Split], extent: Extent) -> list[Check]:
    """Look at what one start began with, and then at all that can be changed without another."""
    async with temporary(first.variables) as camplane, asking(camplane.url) as ask:
        found = await splits.look(first.name, ask, first.split, extent)
        for split in settings:
            await live.set_split(camplane, split)
            under = f"set --camera {split.camera} --alert {split.alert}"
            found += await splits.look(under, ask, split, extent)
        found += await live.forced(under, ask)
        return found + await live.pinned(camplane, ask, split)


async def _started(variant: Variant, extent: Extent) -> list[Check]:
    async with temporary(variant.variables) as camplane, asking(camplane.url) as ask:
        return await splits.look(variant.name, ask, variant.split, extent)


async def _refused(variables: Mapping[str, str]) -> list[Check]:
    code, words = await refusal(variables)
    return [checks.refused(as_typed(variables), next(iter(variables)), code, words)]
