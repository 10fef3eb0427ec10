"""Who may move the weights."""

from dataclasses import replace

from servicekit.lease import LEASE_SECONDS, Lease, Tenancy, take
from servicekit.process import Identity

ME, OTHER = Identity(1, 10, "boot"), Identity(2, 20, "boot")
NOW = 1000.0


def tenancy(process=ME, token=0, now=NOW, floor=0, alive=True) -> Tenancy:
    return Tenancy(process, token, now, floor, alive=lambda holder: alive)


def test_a_free_lease_is_taken_above_any_token_seen_in_the_routes():
    assert take(None, tenancy()) == Lease(1, ME, NOW)
    assert take(None, tenancy(floor=7)) == Lease(8, ME, NOW)


def test_its_holder_renews_it_and_keeps_the_token():
    assert take(Lease(5, ME, NOW - 1), tenancy(token=5)) == Lease(5, ME, NOW)


def test_nobody_takes_it_from_a_living_holder_that_renews():
    assert take(Lease(5, OTHER, NOW - LEASE_SECONDS + 0.1), tenancy()) is None


def test_a_dead_holder_has_left_at_once():
    assert take(Lease(5, OTHER, NOW), tenancy(alive=False)) == Lease(6, ME, NOW)


def test_a_holder_that_is_stuck_loses_it_and_does_not_get_its_token_back():
    taken = take(Lease(5, OTHER, NOW - LEASE_SECONDS), tenancy())
    assert taken == Lease(6, ME, NOW)
    # The one that was stuck asks again, believing in its token.
    assert take(taken, tenancy(OTHER, token=5)) is None
    late = take(taken, tenancy(OTHER, token=5, now=NOW + LEASE_SECONDS))
    assert late == Lease(7, OTHER, NOW + LEASE_SECONDS)


def test_a_clock_that_was_set_back_does_not_keep_the_lease_for_ever():
    assert take(Lease(5, OTHER, NOW + 3600), tenancy()) == Lease(6, ME, NOW)


def test_a_lease_is_read_back_as_it_was_written():
    held = Lease(5, ME, NOW)
    assert Lease.of_row(**held.row()) == held


def test_a_lease_lasts_as_long_as_its_holders_say() -> None:
    held = Lease(5, OTHER, NOW - 10)
    assert take(held, replace(tenancy(), lasts=15.0)) is None
    assert take(held, replace(tenancy(), lasts=9.0)) is not None
