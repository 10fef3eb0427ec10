"""The fields of a plan's YAML to the plan; what is wrong is said of each field. Pure."""

from collections.abc import Mapping

from gateway.analysis.criteria import Step
from gateway.rollout.plan import values
from gateway.rollout.plan.fields import Field, items_in, read_in
from gateway.rollout.plan.model import RolloutPlan
from gateway.rollout.plan.parts import blast_radius_of, criteria_of, notification_of, window_of
from gateway.vocabulary.split import CONTEXTS

API_VERSION, KIND = "camplane/v1", "Rollout"
MAX_STEPS, MAX_WINDOWS, MAX_NOTIFICATIONS = 50, 100, 10
_TOP = ("apiVersion", "kind", "metadata", "spec")
_SPEC = (
    *("context", "after", "abortTogether", "steps", "analysis", "blastRadius"),
    *("freeze", "notifications"),
)


def plan_of(document: Field) -> RolloutPlan:
    """Return the plan, without a version; of use only when no problem was found."""
    top = document.fields(_TOP, _TOP)
    read_in(top, "apiVersion", values.one_of([API_VERSION]), "")
    read_in(top, "kind", values.one_of([KIND]), "")
    metadata = top["metadata"].fields(("name",), ("name",)) if "metadata" in top else {}
    spec = top["spec"].fields(_SPEC, ("context", "steps")) if "spec" in top else {}
    context = read_in(spec, "context", values.one_of(CONTEXTS), "")
    blast_radius = blast_radius_of(spec)
    windows = map(window_of, items_in(spec, "freeze", MAX_WINDOWS))
    return RolloutPlan(
        name=read_in(metadata, "name", values.name, ""),
        context=context,
        steps=_steps(spec, blast_radius.max_weight_increase),
        after=_other_contexts(spec, "after", context),
        abort_together=_other_contexts(spec, "abortTogether", context),
        criteria=criteria_of(spec),
        blast_radius=blast_radius,
        freeze=tuple(window for window in windows if window is not None),
        notifications=tuple(
            map(notification_of, items_in(spec, "notifications", MAX_NOTIFICATIONS))
        ),
    )


def _other_contexts(spec: Mapping[str, Field], name: str, context: str) -> tuple[str, ...]:
    found: list[str] = []
    for one in items_in(spec, name, len(CONTEXTS)):
        other = one.read(values.one_of(CONTEXTS), "")
        if other and other == context:
            one.refuse(f"{other} is the plan's own context")
        elif other in found:
            one.refuse(f"{other} is given twice")
        found.append(other)
    return tuple(found)


def _steps(spec: Mapping[str, Field], most_increase: int) -> tuple[Step, ...]:
    steps: list[Step] = []
    before: int | None = 0
    for one in items_in(spec, "steps", MAX_STEPS, least=1):
        fields = one.fields(("setWeight", "minDwell", "minRequests", "pause"))
        if "pause" in fields:
            steps.append(_gate(one, fields))
            continue
        if "setWeight" not in fields:
            one.refuse("give setWeight or pause")
            continue
        step = _weight_step(fields)
        steps.append(step)
        if step.weight is not None and before is not None:
            _check_increase(fields["setWeight"], step.weight, before, most_increase)
        before = step.weight  # None when it was refused: there is nothing to compare with
    if steps and all(step.is_gate for step in steps):
        spec["steps"].refuse("no step sets a weight")
    return tuple(steps)


def _gate(one: Field, fields: Mapping[str, Field]) -> Step:
    if len(fields) > 1:
        others = ", ".join(name for name in fields if name != "pause")
        one.refuse(f"pause stands alone in its step, without {others}")
    pause = fields["pause"].fields(("duration",))
    return Step(None, read_in(pause, "duration", values.duration, None))


def _weight_step(fields: Mapping[str, Field]) -> Step:
    return Step(
        weight=read_in(fields, "setWeight", values.whole(1, 100), None),
        min_dwell_seconds=read_in(fields, "minDwell", values.duration, 0.0),
        min_requests=read_in(fields, "minRequests", values.whole(0, 10**9), 0),
    )


def _check_increase(field: Field, weight: int, before: int, most: int) -> None:
    if weight <= before:
        field.refuse(f"{weight} is not above the {before} of the step before; weights rise")
    elif weight - before > most:
        field.refuse(
            f"{weight} adds {weight - before} points to {before}; "
            f"spec.blastRadius.maxWeightIncrease allows {most}"
        )
