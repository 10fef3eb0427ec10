"""Commands without a control process: on the real log and the real routes."""

import os
from dataclasses import replace
from functools import partial

import pytest

from gateway.proxy.files import WEIGHTS, write_configuration
from gateway.rollout.decisions import commands
from gateway.rollout.decisions.commands import Asked, RefusedError
from gateway.rollout.decisions.decision import Decision, broken_at
from gateway.rollout.decisions.state import Phase, RolloutState
from gateway.rollout.decisions.steps import entered
from gateway.rollout.decisions.store import RolloutStore
from gateway.rollout.directly import ControllerLivesError, NotInForceError, carry_out
from gateway.vocabulary.routing import Routing, StaleTokenError
from gateway.vocabulary.split import Split
from servicekit.lease import LEASE_SECONDS, LeaseLostError, Tenancy
from servicekit.process import Identity, identify
from tests.integration.rollout.conftest import PLAN

NOW = 1_000_000.0
ASKED = Asked("ann", "the controller is dead", NOW)
ME = Identity(4_000_001, 7)
ABORT = partial(commands.abort, gradual=False)
DEAD = Identity(4_000_000, 5)
CAMERAS = replace(PLAN, context="camera", abort_together=())


def weight(percent: int):
    return partial(commands.set_weight, weight=percent)


@pytest.fixture
def store(site):
    store = RolloutStore(site.directory / "rollout.db")
    store.prepare()
    yield store
    store.close()


def under_way(store: RolloutStore, *plans) -> int:
    """Let a controller that is dead by now have brought plans to their first step."""
    lease = store.take_lease(Tenancy(DEAD, 0, NOW - 60))
    for plan in plans:
        idle = RolloutState(plan.context, plan=plan)
        begun = entered(idle, 0, "controller", "it was its turn", NOW - 50)
        store.append(Decision("begin", NOW - 50, lease.token, idle, begun))
    return lease.token


def test_weights_are_set_written_down_and_in_force(site, store):
    states = carry_out({"camera": weight(25), "alert": weight(5)}, ASKED, store, site.router, ME)
    assert (states["camera"].weight, states["alert"].weight) == (25, 5)
    assert site.router.read().split == Split(25, 5)
    log = store.log()
    assert [(one.fields["action"], one.fields["author"]) for one in log] == [("set", "ann")] * 2
    assert broken_at(log) == ""
    assert site.router.read().token == log[-1].fields["token"]


def test_the_same_again_changes_nothing(site, store):
    for _ in range(2):
        carry_out({"camera": weight(25)}, ASKED, store, site.router, ME)
    assert len(store.log()) == 1


def test_what_the_environment_set_goes_into_the_log_first(site, store):
    """The log never says that a weight fell from 0 to 0."""
    write_configuration(site.topology, Routing(Split(30, 0)), site.directory)
    carry_out({"camera": ABORT}, ASKED, store, site.router, ME)
    assert [(one.fields["from_weight"], one.fields["to_weight"]) for one in store.log()] == [
        (0, 30),
        (30, 0),
    ]


def test_an_abort_takes_along_what_the_plan_says(site, store):
    under_way(store, PLAN, CAMERAS)
    states = carry_out({"alert": ABORT}, ASKED, store, site.router, ME)
    assert {state.phase for state in states.values()} == {Phase.ABORTED}
    assert site.router.read().split == Split(0, 0)
    assert [one.state.context for one in store.log()[-2:]] == ["alert", "camera"]


def test_the_other_context_keeps_its_weight(site, store):
    under_way(store, PLAN, CAMERAS)
    carry_out({"camera": ABORT}, ASKED, store, site.router, ME)
    assert site.router.read().split == Split(0, 10)


def test_one_that_is_refused_keeps_the_other_from_being_done(site, store):
    under_way(store, CAMERAS)
    before = len(store.log())
    with pytest.raises(RefusedError, match="under way"):
        carry_out({"alert": weight(5), "camera": weight(5)}, ASKED, store, site.router, ME)
    assert len(store.log()) == before
    assert site.weight() == 0


def test_a_living_controller_is_left_in_charge(site, store):
    living = identify(os.getpid())
    assert living is not None
    store.take_lease(Tenancy(living, 0, NOW))
    with pytest.raises(ControllerLivesError, match="leave out --directly"):
        carry_out({"camera": weight(25)}, ASKED, store, site.router, ME)
    assert store.log() == []
    late = replace(ASKED, now=NOW + LEASE_SECONDS)
    carry_out({"camera": weight(25)}, late, store, site.router, ME)
    assert site.weight("camera") == 25


def test_a_controller_that_was_only_frozen_can_do_nothing_any_more(site, store):
    token = under_way(store, PLAN)
    carry_out({"alert": ABORT}, ASKED, store, site.router, ME)
    state = store.states()["alert"]
    with pytest.raises(LeaseLostError):
        store.append(Decision("step", NOW, token, state, state))
    with pytest.raises(StaleTokenError):
        site.router.write(Routing(Split(0, 50), token=token))


async def test_the_next_controller_goes_on_from_what_was_decided(site, store):
    under_way(store, PLAN, CAMERAS)
    carry_out({"alert": ABORT}, ASKED, store, site.router, ME)
    async with site.controlling() as control:
        await control.leads()
        assert control.state("alert").phase is Phase.ABORTED
        assert (site.weight("alert"), site.weight("camera")) == (0, 0)


def test_routes_that_cannot_be_written_are_told_of_and_made_by_the_same_again(site, store):
    class Full:
        def read(self):
            return site.router.read()

        def write(self, routing):
            raise OSError(28, "No space left on device")

    with pytest.raises(NotInForceError, match="No space left"):
        carry_out({"camera": weight(25)}, ASKED, store, Full(), ME)
    assert site.weight("camera") == 0
    # An idle rollout follows the routes, so what was asked is decided again.
    carry_out({"camera": weight(25)}, ASKED, store, site.router, ME)
    assert site.weight("camera") == 25


def test_without_routes_nothing_is_decided(site, store):
    (site.directory / WEIGHTS).unlink()
    with pytest.raises(OSError, match=WEIGHTS):
        carry_out({"camera": ABORT}, ASKED, store, site.router, ME)
    assert store.log() == []
