"""What is played: the plan with less patience, what is done to domain on the way, and how much."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from gateway.demo import footage

PLANS = Path(footage.__file__).with_name("plans")
# Alert rules first, as the plans say.
ORDER = ("alert", "camera")
WEIGHTS = (10, 25, 50, 100)


class Harm(Enum):
    """What is done to a context's domain: SIGKILL, or SIGSTOP for some seconds."""

    KILLED = "killed"
    HUNG = "hung"


@dataclass(frozen=True)
class Script:
    """harms: by context, the weights at which what is done, in this order.

    dwell_seconds, step_requests: how long each step lasts at least, and on how many requests
    of domain. analysis: instead of the plan's, where it is given. requests: the load
    goes on until so many are answered. hang_seconds: longer than Envoy waits for a ping.
    slow_seconds: how long a slow upload takes, and how long a stream or a poll is silent.
    """

    harms: Mapping[str, tuple[tuple[int, Harm], ...]]
    dwell_seconds: int
    step_requests: int
    analysis: Mapping[str, Mapping[str, float]]
    requests: int
    hang_seconds: float
    slow_seconds: float


# 35 s are more than any limit that camplane sets for requests of its own.
FULL = Script(
    harms={
        "alert": ((25, Harm.HUNG), (50, Harm.KILLED)),
        "camera": ((50, Harm.KILLED), (100, Harm.HUNG)),
    },
    dwell_seconds=3,
    step_requests=100,
    analysis={},
    requests=20_000,
    hang_seconds=5.0,
    slow_seconds=35.0,
)
SHORT = Script(
    harms={"alert": ((10, Harm.HUNG),), "camera": ((50, Harm.KILLED),)},
    dwell_seconds=1,
    step_requests=20,
    # Certain after some tens of requests.
    analysis={
        "errorRate": {"target": 5, "abort": 25},
        "successRate": {"abort": 75},
        "fallback": {"max": 25},
        "latency": {"percentile": 50, "maxIncrease": 100},
    },
    requests=1_000,
    hang_seconds=4.0,
    slow_seconds=6.0,
)


def plan(context: str, script: Script) -> str:
    """Return the plan that comes with the demo, with this script's patience."""
    document: dict[str, Any] = yaml.safe_load((PLANS / f"{context}.yaml").read_text())
    for step in document["spec"]["steps"]:
        step.update(minDwell=f"{script.dwell_seconds}s", minRequests=script.step_requests)
    document["spec"]["analysis"].update({key: dict(one) for key, one in script.analysis.items()})
    # Few cameras, and each stays on one path: what is asked of one alone may never come to domain.
    document["spec"]["analysis"]["coverage"] = {"share": 20}
    return yaml.safe_dump(document)
