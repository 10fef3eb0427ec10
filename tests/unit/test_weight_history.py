"""Which weights were in force when."""

from gateway.vocabulary.split import Split
from gateway.vocabulary.weight_history import MAX_CHANGES, SETTLED_SECONDS, Stretch, WeightHistory


def history(*changes: tuple[float, int, int]) -> WeightHistory:
    found = WeightHistory()
    for at, camera, alert in changes:
        found = found.after(Split(camera=camera, alert=alert), at)
    return found


TURNS = history((100, 0, 50), (200, 50, 50), (300, 0, 50), (400, 50, 50))


def test_a_stretch_ends_with_the_next_change_and_begins_when_the_last_has_settled() -> None:
    assert [*TURNS.stretches("camera", 150, 500)] == [
        Stretch(0, 150, 200),
        Stretch(50, 200 + SETTLED_SECONDS, 300),
        Stretch(0, 300 + SETTLED_SECONDS, 400),
        Stretch(50, 400 + SETTLED_SECONDS, 500),
    ]


def test_a_change_of_the_other_context_is_none() -> None:
    assert [*TURNS.stretches("alert", 150, 500)] == [Stretch(50, 150, 500)]
    assert (TURNS.since("camera"), TURNS.since("alert")) == (400, 100)


def test_what_was_never_recorded_has_no_stretch() -> None:
    assert [*WeightHistory().stretches("camera", 0, 500)] == []
    assert [*TURNS.stretches("camera", 0, 90)] == []
    assert WeightHistory().since("camera") == 0


def test_the_same_split_again_is_no_change_and_the_oldest_are_forgotten() -> None:
    assert TURNS.after(Split(50, 50), 500) is TURNS
    many = history(*((float(at), at % 2, 0) for at in range(MAX_CHANGES + 5)))
    assert len(many.changes) == MAX_CHANGES
    assert many.changes[-1].at == MAX_CHANGES + 4


def test_it_survives_its_json() -> None:
    assert WeightHistory.from_json(TURNS.to_json()) == TURNS
