"""Which cameras moved back though no weight went down."""

from camplane_tools.demos.monolith.counts import Sighting
from camplane_tools.demos.monolith.moves import moved_back


def seen(*sides: str) -> list[Sighting]:
    """One camera's answers: each takes a second, ten seconds after the last."""
    return [Sighting("hall", 10.0 * n, 10.0 * n + 1, side) for n, side in enumerate(sides)]


def test_a_camera_that_goes_to_domain_and_stays_there_did_not_move_back() -> None:
    assert moved_back(seen("legacy", "domain", "domain"), []) == []


def test_a_camera_that_is_back_on_legacy_moved_back() -> None:
    assert moved_back(seen("legacy", "domain", "legacy"), []) == ["hall"]


def test_it_may_when_the_weight_went_down_between_the_two_answers() -> None:
    assert moved_back(seen("domain", "legacy"), [5.0]) == []


def test_it_may_when_the_weight_went_down_while_either_answer_was_under_way() -> None:
    for at in (0.5, 10.5):
        assert moved_back(seen("domain", "legacy"), [at]) == []


def test_an_older_change_of_weight_is_no_reason() -> None:
    assert moved_back(seen("domain", "domain", "legacy"), [5.0, 30.0]) == ["hall"]


def test_another_camera_on_legacy_is_no_move() -> None:
    sightings = [Sighting("hall", 0, 1, "domain"), Sighting("door", 2, 3, "legacy")]
    assert moved_back(sightings, []) == []
