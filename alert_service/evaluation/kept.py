"""A rule's state as JSON text, and back. Pure."""

import json

from alert_service.evaluation.conditions import Condition
from alert_service.evaluation.evaluate import Phase, State
from alert_service.evaluation.windows import NEVER


def state_text(state: State) -> str:
    """Return what `restored` takes; JSON has no infinity, so what never is, is null."""
    return json.dumps(
        {
            "window": state.window.to_json(),
            "at": state.at,
            "phase": state.phase,
            "since": None if state.since == NEVER else state.since,
            "fired": None if state.fired == -NEVER else state.fired,
            "late": state.late,
            "began": None if state.began == NEVER else state.began,
            "count": state.count,
        }
    )


def restored(condition: Condition, text: str) -> State:
    """Return the state that `state_text` told, of the same condition."""
    known = json.loads(text)
    window = condition.window()
    window.restore(known["window"])
    # What was kept before these were known lacks them.
    began = known.get("began")
    return State(
        window,
        known["at"],
        Phase(known["phase"]),
        NEVER if known["since"] is None else known["since"],
        -NEVER if known["fired"] is None else known["fired"],
        known["late"],
        NEVER if began is None else began,
        known.get("count", 0),
    )
