"""Where a context's rollout stands. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from gateway.analysis.criteria import Step
from gateway.rollout.plan.as_json import plan_from_json, plan_to_json
from gateway.rollout.plan.model import RolloutPlan
from gateway.vocabulary.reason import Code, Reasons, because, read_reasons
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import CONTEXTS, Split
from gateway.vocabulary.wording import together


class Phase(StrEnum):
    """The names are those of the API."""

    IDLE = "idle"
    WAITING = "waiting"
    RUNNING = "running"
    GATE = "gate"
    PAUSED = "paused"
    ABORTING = "aborting"
    ABORTED = "aborted"
    COMPLETED = "completed"


# Why something was changed: a person's words, or the controller's reasons.
Why = str | Reasons

JUST_LATER_SECONDS = 0.001
# A plan is being carried out.
UNDER_WAY = frozenset({Phase.WAITING, Phase.RUNNING, Phase.GATE, Phase.PAUSED})
# Domain is judged: one that fails is rolled back.
JUDGED = frozenset({Phase.RUNNING, Phase.GATE, Phase.PAUSED, Phase.COMPLETED})


@dataclass(frozen=True, slots=True)
class RolloutState:
    """One context's rollout.

    weight: percent that is to go to domain. step: place of the current step in
    the plan. step_since: when it began, Unix time; the weight and the evidence
    count from `weight_since`, which a gate leaves as it is. resume_to: the phase
    that a pause interrupted. pins: camera to path, of the camera context alone.
    mirrored: percent of the reads of which the other path gets a copy.
    author, reason, changed_at: of the last change; reasons: what `reason` says, where it
    is not a person's own words.
    """

    context: str
    phase: Phase = Phase.IDLE
    weight: int = 0
    plan: RolloutPlan | None = None
    step: int = 0
    step_since: float = 0.0
    weight_since: float = 0.0
    resume_to: Phase | None = None
    pins: Mapping[str, str] = field(default_factory=dict)
    mirrored: int = 0
    author: str = ""
    reason: str = ""
    reasons: Reasons = ()
    changed_at: float = 0.0

    @property
    def current(self) -> Step | None:
        """The step of the plan that the rollout is at; None when there is none."""
        if self.plan is None or not 0 <= self.step < len(self.plan.steps):
            return None
        return self.plan.steps[self.step]

    @property
    def judged_step(self) -> Step | None:
        """The step whose weight is in force, and so is judged: before a gate, the one before it."""
        if self.plan is None or self.phase not in JUDGED:
            return None
        done = self.plan.steps[: self.step + 1]
        return next((step for step in reversed(done) if not step.is_gate), None)

    @property
    def routed(self) -> tuple[object, ...]:
        """What of it the routes say."""
        return self.weight, self.pins, self.mirrored

    @property
    def why(self) -> Reasons:
        """Why it was changed last, a person's own words as such."""
        return self.reasons or (because(Code.AS_SAID, text=self.reason),)

    def changed(self, author: str, why: Why, now: float, **fields: Any) -> Self:
        """Return the state with other fields, and who changed them, when and why."""
        words, reasons = (why, ()) if isinstance(why, str) else (together(why), why)
        return replace(self, author=author, reason=words, reasons=reasons, changed_at=now, **fields)

    def in_order(self, others: Iterable["RolloutState"]) -> Self:
        """Return a state that was just changed with its times later than those of all others.

        They are, unless the clock was put back: what came after what must be told all the same.
        """
        newest = max(other.changed_at for other in others)
        if self.changed_at > newest:
            return self
        names = ("changed_at", "step_since", "weight_since")
        of_now = [name for name in names if getattr(self, name) == self.changed_at]
        later: dict[str, Any] = dict.fromkeys(of_now, newest + JUST_LATER_SECONDS)
        return replace(self, **later)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, its plan with it."""
        return {
            "context": self.context,
            "phase": self.phase.value,
            "weight": self.weight,
            "plan": None if self.plan is None else plan_to_json(self.plan),
            "step": self.step,
            "step_since": self.step_since,
            "weight_since": self.weight_since,
            "resume_to": None if self.resume_to is None else self.resume_to.value,
            "pins": dict(self.pins),
            "mirrored": self.mirrored,
            "author": self.author,
            "reason": self.reason,
            "reasons": [one.to_json() for one in self.reasons],
            "changed_at": self.changed_at,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote; KeyError, TypeError or ValueError when it is not such."""
        plan, resume_to = document["plan"], document["resume_to"]
        return cls(
            context=str(document["context"]),
            phase=Phase(document["phase"]),
            weight=int(document["weight"]),
            plan=None if plan is None else plan_from_json(plan),
            step=int(document["step"]),
            step_since=float(document["step_since"]),
            weight_since=float(document["weight_since"]),
            resume_to=None if resume_to is None else Phase(resume_to),
            pins=dict(document["pins"]),
            mirrored=int(document.get("mirrored", 0)),  # an earlier release mirrored nothing
            author=str(document["author"]),
            reason=str(document["reason"]),
            # An earlier release wrote its reasons in words alone.
            reasons=read_reasons(document.get("reasons", ())),
            changed_at=float(document["changed_at"]),
        )


def routing_of(states: Mapping[str, RolloutState], token: int) -> Routing:
    """Return the routing that these rollouts, one a context, ask for under a lease's token."""
    return Routing(
        split=Split(**{context: states[context].weight for context in CONTEXTS}),
        pins=states["camera"].pins,
        token=token,
        mirrored={context: states[context].mirrored for context in CONTEXTS},
    )
