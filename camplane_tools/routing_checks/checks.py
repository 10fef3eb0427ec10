"""What is held against what: the configured split, and who answered. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.analysis import sequential
from gateway.vocabulary.split import DOMAIN, LEGACY

# Of one check of a drawn split; with some dozens of them a sound gateway fails
# one run of the command in thousands.
ALPHA = 1e-5
_SHOWN = 3


@dataclass(frozen=True)
class Drawn:
    """How many of the drawn requests went to domain; all in percent but `requests`.

    low, high: what holds the true share with 1 - ALPHA.
    """

    configured: int
    requests: int
    observed: float
    low: float
    high: float


@dataclass(frozen=True)
class Check:
    """One thing that must hold. under: what was set; problem: empty when it holds."""

    under: str
    name: str
    observed: str
    problem: str = ""
    drawn: Drawn | None = None


def share(under: str, name: str, weight: int, answered: Sequence[str]) -> Check:
    """Hold drawn requests against `weight` percent to domain.

    answered: who answered each, as `asking` says it. At 0 and 100 no single one
    may go the other way; between them the interval must hold the weight.
    """
    counted = Counter(answered)
    to_domain, n = counted[DOMAIN], len(answered)
    interval = sequential.proportion(to_domain, n, ALPHA)
    drawn = Drawn(weight, n, *(100 * end for end in (interval.value, interval.low, interval.high)))
    observed = f"{drawn.observed:.1f} % [{drawn.low:.1f}, {drawn.high:.1f}] of {n:,} for {weight} %"
    problem = _strangers(counted)
    if not n:
        problem = "nothing was asked"
    elif weight in (0, 100):
        wrong = counted[DOMAIN if weight == 0 else LEGACY]
        problem = problem or (f"{wrong:,} went the other way" if wrong else "")
    elif not drawn.low <= weight <= drawn.high:
        problem = problem or "the split is another"
    return Check(under, name, observed, problem, drawn)


def placed(
    under: str, name: str, expected: Mapping[str, str], answered: Mapping[str, str]
) -> Check:
    """Hold who answered for each camera or rule against where it must be, one by one."""
    wrong = [
        f"{one!r} by {answered.get(one, 'nobody')} instead of {side}"
        for one, side in expected.items()
        if answered.get(one) != side
    ]
    to_domain = sum(side == DOMAIN for side in answered.values())
    observed = f"{len(expected) - len(wrong)} of {len(expected)} in place, {to_domain} on domain"
    problem = ", ".join(wrong[:_SHOWN]) + (", …" if len(wrong) > _SHOWN else "")
    return Check(under, name, observed, problem)


def chosen(under: str, name: str, side: str, answered: Sequence[str]) -> Check:
    """Hold requests against the one side, or the one refusal, that all of them must get."""
    counted = Counter(answered)
    observed = ", ".join(f"{count} by {who}" for who, count in sorted(counted.items()))
    problem = "" if set(counted) == {side} else f"all should be {side}"
    return Check(under, name, observed, problem)


def refused(under: str, variable: str, code: int | None, words: str) -> Check:
    """Hold a start against being refused: exit code 2, and a sentence that names the variable."""
    line = words.strip().splitlines()[-1] if words.strip() else "without a word"
    problem = ""
    if code is None:
        line, problem = "it came up", "it should refuse to start"
    elif code != 2:
        problem = f"exit code {code} instead of 2"
    elif f"error: {variable}=" not in words:
        problem = f"the sentence does not begin with {variable}"
    return Check(under, "refused at start", line, problem)


def _strangers(counted: Counter[str]) -> str:
    """Return what is wrong when neither side answered by itself."""
    others = {who: count for who, count in counted.items() if who not in (DOMAIN, LEGACY)}
    return ", ".join(f"{count} answered by {who}" for who, count in sorted(others.items()))
