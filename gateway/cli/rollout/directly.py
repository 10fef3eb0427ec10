"""`camplane rollout set|abort --directly`: when no controller can be asked."""

import time
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

from gateway.cli.output import REFUSED, console, fail, note, print_json
from gateway.launcher.instance import load
from gateway.launcher.plan import Place
from gateway.proxy import reserve
from gateway.proxy.topology_file import read_topology
from gateway.rollout.decisions import commands
from gateway.rollout.decisions.commands import InvalidCommandError, RefusedError
from gateway.rollout.decisions.state import RolloutState
from gateway.rollout.decisions.store import RolloutStore
from gateway.rollout.directly import Command, ControllerLivesError, NotInForceError, carry_out
from gateway.rollout.router import FileRouter
from gateway.vocabulary.routing import StaleTokenError
from gateway.vocabulary.split import CONTEXTS
from servicekit.database.trouble import DatabaseTroubleError
from servicekit.lease import LeaseLostError
from servicekit.process import this_process

_REFUSALS = (
    *(RefusedError, InvalidCommandError, ControllerLivesError, NotInForceError),
    *(LeaseLostError, StaleTokenError, DatabaseTroubleError),
)


def command_directly(
    data: Path, weights: Mapping[str, int | None], said: Mapping[str, str], as_json: bool
) -> None:
    """Set the weights of contexts, or abort those that have None, on a data directory."""
    place, me = Place(data, data), this_process()
    try:
        router = FileRouter(read_topology(place.envoy), place.envoy)
        asked = commands.asked(said["author"], said["reason"], time.time())
        moves = {context: _command(weight) for context, weight in weights.items()}

        def carried_out() -> Mapping[str, RolloutState]:
            with closing(RolloutStore(place.rollouts)) as store:
                return carry_out(moves, asked, store, router, me)

        states = reserve.in_need(place.envoy, carried_out)
    except _REFUSALS as error:
        fail(str(error), REFUSED)
    except (OSError, ValueError, LookupError, TypeError) as error:
        fail(f"the files of {data} cannot be used ({error}); did a camplane ever run there?")
    if as_json:
        told = ("context", "phase", "weight", "author", "reason")
        print_json(
            {
                "rollouts": [
                    {name: getattr(states[context], name) for name in told} for context in CONTEXTS
                ]
            }
        )
        return
    for context in CONTEXTS:
        state = states[context]
        console.print(f"{context}: {state.phase}, {state.weight} % to domain")
    if load(data) is None:
        note("no camplane runs there: `camplane up` takes it over, a set split excepted")


def _command(weight: int | None) -> Command:
    if weight is None:
        return partial(commands.abort, gradual=False)
    return partial(commands.set_weight, weight=weight)
