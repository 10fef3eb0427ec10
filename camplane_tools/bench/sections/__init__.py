"""The parts of the bench, by the names that --only takes."""

from collections.abc import Awaitable, Callable

from camplane_tools.bench.results import Findings
from camplane_tools.bench.rounds import Plan
from camplane_tools.bench.sections import (
    cameras,
    lifecycle,
    logs,
    memory,
    native,
    open,
    rest,
    rollout,
    shadow,
    tracing,
)
from camplane_tools.bench.sections.stage import Say

SECTIONS: dict[str, Callable[[Plan, Say], Awaitable[Findings]]] = {
    "rest": rest.measure,
    "native": native.measure,
    "open": open.measure,
    "lifecycle": lifecycle.measure,
    "logs": logs.measure,
    "memory": memory.measure,
    "cameras": cameras.measure,
    "tracing": tracing.measure,
    "rollout": rollout.measure,
    "shadow": shadow.measure,
}
