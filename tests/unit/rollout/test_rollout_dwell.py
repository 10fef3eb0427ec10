"""How long a step has lasted."""

from gateway.rollout.decisions.dwell import MAX_UNWATCHED_SECONDS, Dwell

BEGAN = 1_800_000_000.0


def test_only_time_in_which_domain_served_counts():
    dwell = Dwell(BEGAN).after(BEGAN, 2.0, True).after(BEGAN, 3.0, False).after(BEGAN, 1.0, True)
    assert dwell == Dwell(BEGAN, 3.0)


def test_another_step_begins_anew():
    assert Dwell(BEGAN, 100.0).after(BEGAN + 1, 2.0, True) == Dwell(BEGAN + 1, 0.0)


def test_of_a_time_in_which_nobody_watched_only_some_seconds_count():
    assert Dwell(BEGAN).after(BEGAN, 3600.0, True).seconds == MAX_UNWATCHED_SECONDS
