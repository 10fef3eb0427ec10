"""The weights that camplane starts with: a rollout goes on where it was."""

from collections.abc import Mapping
from pathlib import Path

from gateway.rollout.split import CONTEXTS, Split
from gateway.rollout.state import Phase, RolloutState
from gateway.rollout.store import RolloutStore


def recorded(database: Path) -> Mapping[str, RolloutState]:
    """Return where the rollouts stood when camplane stopped; nothing before the first start.

    Blocks. Raises DatabaseTroubleError or ValueError when the log cannot be read.
    """
    if not database.exists():
        return {}
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
