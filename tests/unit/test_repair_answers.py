"""What a repair tells when it was much: everything that was done, and how much it leaves out."""

from camplane.camera.v1 import camera_service_pb2 as pb

from camera_service.domain.findings import Finding, Kind
from camera_service.domain.repairs import Action, Outcome, Repair
from camera_service.entrypoints import consistency_encoding

SMALL, LARGE = "+a\n", "+" + "a" * (1 << 20) + "\n"
MOST = 4 << 20


def action(number: int, diff: str, outcome: Outcome = Outcome.DONE) -> Action:
    return Action(Kind.LOG_LEFT, f"cam{number}", "move it", diff, outcome)


def test_what_fits_is_told_whole() -> None:
    """With its diffs, and nothing said to be left out."""
    by_hand = [Finding(Kind.ENTRY_UNUSABLE, "cam0")]
    done = Repair(False, [action(1, SMALL), action(2, LARGE)], "kept", by_hand)
    told = consistency_encoding.repair(done)
    assert [one.diff for one in told.actions] == [SMALL, LARGE]
    assert (told.backup, len(told.by_hand), told.left_out) == ("kept", 1, 0)


def test_large_diffs_are_left_out_of_an_answer_and_no_action_that_was_carried_out() -> None:
    """A small one behind them still has its place."""
    diffs = [LARGE, LARGE, LARGE, LARGE, SMALL]
    told = consistency_encoding.repair(Repair(False, [action(*one) for one in enumerate(diffs)]))
    assert [one.diff in (SMALL, LARGE) for one in told.actions] == [
        *(True, True, False, False),
        True,
    ]
    assert {one.outcome for one in told.actions} == {pb.REPAIR_OUTCOME_DONE}
    assert (told.ByteSize() < MOST, told.left_out) == (True, 0)


def test_what_is_for_later_is_counted_where_there_is_no_room() -> None:
    """What failed and what was done is told all the same."""
    later = [action(number, "", Outcome.SKIPPED) for number in range(200_000)]
    last = [action(1, SMALL, Outcome.FAILED), action(2, SMALL)]
    by_hand = [Finding(Kind.ENTRY_UNUSABLE, "cam0")] * 10
    told = consistency_encoding.repair(Repair(False, [*later, *last], by_hand=by_hand))
    assert [one.outcome for one in told.actions][-2:] == [
        pb.REPAIR_OUTCOME_FAILED,
        pb.REPAIR_OUTCOME_DONE,
    ]
    assert told.ByteSize() < MOST
    assert len(told.by_hand) == 0
    assert told.left_out == len(later) + len(last) + len(by_hand) - len(told.actions) > 90_000
