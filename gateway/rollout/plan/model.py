"""A rollout plan: how a context's traffic moves to domain, and on what evidence. Pure.

The file it is written in, with every field, is described in docs/rollout-plans.md;
gateway.rollout.plan.file reads it.
"""

from dataclasses import dataclass, field

from gateway.analysis.criteria import BlastRadius, Criteria, Step
from gateway.rollout.plan.freeze import FreezeWindow


@dataclass(frozen=True, slots=True)
class Notification:
    """A webhook. secret_env: the variable that holds the key its signature is made with."""

    url: str
    secret_env: str = ""


@dataclass(frozen=True, slots=True)
class RolloutPlan:
    """A plan as it was read.

    name: for people. context: "camera" or "alert". after: contexts whose rollouts
    must be complete before this one begins. abort_together: contexts whose
    rollouts are aborted with this one. version: a digest of what the plan says.
    """

    name: str
    context: str
    steps: tuple[Step, ...]
    after: tuple[str, ...] = ()
    abort_together: tuple[str, ...] = ()
    criteria: Criteria = field(default_factory=Criteria)
    blast_radius: BlastRadius = field(default_factory=BlastRadius)
    freeze: tuple[FreezeWindow, ...] = ()
    notifications: tuple[Notification, ...] = ()
    version: str = ""
