"""The weights that camplane starts with: a rollout goes on where it was."""

from collections.abc import Mapping
from pathlib import Path

from gateway.rollout.decisions.state import Phase, RolloutState
from gateway.vocabulary.reason import Code, because
from gateway.vocabulary.split import CONTEXTS, Split

_UP = "camplane up"


def recorded(database: Path) -> Mapping[str, RolloutState]:
    """Return where the rollouts stood when camplane stopped; nothing before the first start.

    Blocks. Raises DatabaseTroubleError or ValueError when the log cannot be read.
    """
    if not database.exists():
        return {}
    # Not at the top: with SQLAlchemy, which a first start needs for nothing.
    from gateway.rollout.decisions.store import RolloutStore

    store = RolloutStore(database)
    try:
        store.prepare()
        return store.states()
    finally:
        store.close()


def starting_split(asked: Split, states: Mapping[str, RolloutState]) -> Split:
    """Return the split to start with; `asked` counts where no plan is or was carried out.

    An aborted rollout, too, goes on as it was: at 0 %, until somebody decides.
    """
    weights = {context: asked.domain(context) for context in CONTEXTS}
    for context, state in states.items():
        if state.phase is not Phase.IDLE:
            weights[context] = state.weight
    return Split(**weights)


def adopted(state: RolloutState, weight: int, now: float) -> RolloutState:
    """Return a rollout with the weight that its routes have: the environment tells no log of it.

    It is the same state where the two agree, and where a plan is or was carried
    out: there the routes follow the state.
    """
    if state.phase is not Phase.IDLE or state.weight == weight:
        return state
    why = (because(Code.SET_AT_START),)
    return state.changed(_UP, why, now, weight=weight, weight_since=now)
