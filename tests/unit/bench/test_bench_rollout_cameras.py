"""The cameras that shifts are measured with, and what counts as a weight that moved."""

from camplane_tools.bench.rollout.cameras import probe_between, rollout_cameras
from camplane_tools.bench.rollout.kills import PHASES, Weights, unexplained
from camplane_tools.harness.rollouts import Decided
from gateway.rollout.decisions.state import Phase
from gateway.vocabulary.placement import bucket


def test_each_ten_cameras_in_turn_have_one_on_each_ten_points() -> None:
    """So a weight of 10 % is one request in ten, however few there are."""
    cameras = rollout_cameras()
    assert len(cameras) == len(set(cameras)) == 40
    for first in range(0, 40, 10):
        tenths = [bucket(one) // 10 for one in cameras[first : first + 10]]
        assert tenths == list(range(10))


def test_a_probe_moves_with_the_weight_and_not_before() -> None:
    for low in range(0, 100, 10):
        assert low <= bucket(probe_between(rollout_cameras(), low, low + 10)) < low + 10


def test_every_phase_is_killed_in() -> None:
    killed = {phase for pairs in PHASES for pair in pairs for phase in pair.values()}
    assert killed == {phase.value for phase in Phase}


def test_a_weight_is_explained_by_a_decision_that_was_made_before() -> None:
    """One of another context, or a later one, explains nothing."""
    seen = [Weights(1.0, {"camera": 40}), Weights(3.0, {"camera": 30}), Weights(5.0, {"camera": 0})]
    decided = Decided(2.0, "camera", "abort_step", "", 0, 30, 0, "")
    assert unexplained("camera", 40, seen[:2], [decided]) == 0
    assert unexplained("camera", 40, seen, [decided]) == 1
    assert (
        unexplained("camera", 40, seen[:2], [Decided(2.0, "alert", "set", "", 0, 30, 0, "")]) == 1
    )
    assert (
        unexplained("camera", 40, seen[:2], [Decided(4.0, "camera", "set", "", 0, 30, 0, "")]) == 1
    )
