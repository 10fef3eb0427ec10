"""Which fault is due in which round: fixed by the seed."""

from collections.abc import Mapping
from random import Random


def schedule(shares: Mapping[str, int], rounds: int, seed: int) -> list[str]:
    """Return `rounds` names, each about as often as its share says, and at least once if they fit.

    The rounds of one fault are spread evenly, each at random within its part
    of the chaos test, so that a fault meets the others in any order.
    """
    random = Random(seed)  # noqa: S311
    counts = _counts(shares, rounds)
    due = [
        ((position + random.random()) / count, name)
        for name, count in sorted(counts.items())
        for position in range(count)
    ]
    return [name for _, name in sorted(due)]


def _counts(shares: Mapping[str, int], rounds: int) -> dict[str, int]:
    """Divide the rounds by the shares, what is left over to the largest remainders."""
    total = sum(shares.values())
    least = 1 if rounds >= len(shares) else 0
    spread = rounds - least * len(shares)
    exact = {name: spread * share / total for name, share in shares.items()}
    counts = {name: least + int(part) for name, part in exact.items()}
    behind = sorted(exact, key=lambda name: (int(exact[name]) - exact[name], name))
    for name in behind[: rounds - sum(counts.values())]:
        counts[name] += 1
    return {name: count for name, count in counts.items() if count}
