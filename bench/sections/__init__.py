"""The parts of the bench, by the names that --only takes."""

from collections.abc import Awaitable, Callable

from bench.results import Findings
from bench.rounds import Plan
from bench.sections import rest
from bench.sections.stage import Say

SECTIONS: dict[str, Callable[[Plan, Say], Awaitable[Findings]]] = {
    "rest": rest.measure,
}
