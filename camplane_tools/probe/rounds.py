"""Measures contenders in turn, round by round: what the machine does meanwhile hits all alike."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

WARM_UP_SECONDS = 0.5

T = TypeVar("T")

# Loads one contender for so many seconds.
Measure = Callable[[float], Awaitable[T]]


async def in_turn(
    contenders: Mapping[str, Measure[T]],
    rounds: int,
    seconds: float,
    done: Callable[[], None] = lambda: None,
) -> dict[str, list[T]]:
    """Return what `rounds` rounds measured of each, by name; never are two loaded at once.

    A short one of each comes first and is thrown away. Every other round goes
    backwards, so that none always follows the same neighbour. done: called after
    each measurement, the first ones too.
    """
    found: dict[str, list[T]] = {name: [] for name in contenders}
    names = list(contenders)
    for name in names:
        await contenders[name](min(WARM_UP_SECONDS, seconds))
        done()
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            found[name].append(await contenders[name](seconds))
            done()
    return found
