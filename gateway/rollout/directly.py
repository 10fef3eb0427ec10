"""An operator's command without a control process: on the log and the routes themselves.

For when it is dead and does not come back. Who commands takes the lease as a
controller does, so that the two are never both at work; the lease is free again
when the process that took it ends.
"""

from collections.abc import Callable, Mapping

from gateway.rollout.at_start import adopted
from gateway.rollout.controller import Router
from gateway.rollout.decisions.commands import Asked
from gateway.rollout.decisions.decision import Decision
from gateway.rollout.decisions.state import RolloutState, routing_of
from gateway.rollout.decisions.steps import Move, Watched, next_step
from gateway.rollout.decisions.store import RolloutStore
from gateway.vocabulary.reason import Code, because
from gateway.vocabulary.split import CONTEXTS
from servicekit.lease import Tenancy
from servicekit.process import Identity

Command = Callable[[RolloutState, Asked], Move | None]
# Enough to give back, and not to go on.
_UNWATCHED = Watched(because(Code.DOMAIN_NOT_WATCHED), lasted=0.0)


class ControllerLivesError(Exception):
    """A controller keeps its lease renewed: it is to be asked, and nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            "a controller lives and moves the weights: leave out --directly, "
            "or, if it hangs, end the process `control` that `camplane status` names"
        )


class NotInForceError(Exception):
    """It is decided and written down, but the routes are as they were; the message says why."""


def carry_out(
    commands: Mapping[str, Command],
    asked: Asked,
    store: RolloutStore,
    router: Router,
    process: Identity,
) -> Mapping[str, RolloutState]:
    """Carry out a command on each context named, and return every rollout as it is then.

    All of them, or, when one is refused, none. What a plan says is aborted with an
    aborted rollout goes with it. Blocks. Idempotent where its commands are: one
    that changes nothing still makes the routes say what the log says.

    Raises what a command raises; ControllerLivesError; LeaseLostError and
    StaleTokenError when a controller takes over meanwhile; DatabaseTroubleError;
    OSError or ValueError when log or routes cannot be read; NotInForceError.
    """
    store.prepare()
    routing = router.read()
    lease = store.take_lease(Tenancy(process, 0, asked.now, routing.token))
    if lease is None:
        raise ControllerLivesError
    states = {context: RolloutState(context) for context in CONTEXTS} | store.states()

    def decide(action: str, after: RolloutState) -> None:
        before, after = states[after.context], after.in_order(states.values())
        store.append(Decision(action, after.changed_at, lease.token, before, after))
        states[after.context] = after

    for context in CONTEXTS:
        begun = adopted(states[context], routing.split.domain(context), asked.now)
        if begun is not states[context]:
            decide("set", begun)
    moves = [command(states[context], asked) for context, command in commands.items()]
    for move in filter(None, moves):
        decide(move.action, move.state)
    for context in CONTEXTS:
        following = next_step(states[context], None, asked.now, states, _UNWATCHED)
        if isinstance(following, Move) and following.action == "abort":
            decide(following.action, following.state)
    try:
        router.write(routing_of(states, lease.token))
    except OSError as error:
        raise NotInForceError(
            f"it is decided and in the log, but the routes cannot be written ({error}): "
            "repeat it; the next controller, too, puts it in force"
        ) from error
    return states
