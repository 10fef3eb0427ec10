"""A camera's rules, and how two sights of the world are compared."""

from dataclasses import replace

import pytest

from camera_service.domain.errors import CameraInactiveError
from camera_service.domain.model import Camera, Desired, Observed, State
from camera_service.domain.results import CameraSnapshot, WorkerReport, WorkerStatus
from camera_service.entrypoints.watch import Seen, differences, see

GATE = Camera("gate", {"id": "gate", "name": "Gate", "source": "rtsp://u:pw@h/1", "zones": [1]})


def test_a_change_returns_another_camera_and_keeps_the_other_keys() -> None:
    changed = GATE.with_keys({"name": "Tor", "new": None})
    assert changed.entry == {**GATE.entry, "name": "Tor", "new": None}
    assert GATE.entry["name"] == "Gate"


def test_an_inactive_camera_cannot_be_started_nor_set_to_start() -> None:
    inactive = replace(GATE, entry={**GATE.entry, "enabled": False})
    for refused in (
        inactive.require_startable,
        lambda: inactive.with_auto_start(True),
        lambda: inactive.with_auto_start(False),
    ):
        with pytest.raises(CameraInactiveError):
            refused()
    inactive.activated().require_startable()


def test_a_deactivated_camera_does_not_start_by_itself() -> None:
    camera = GATE.with_auto_start(True)
    assert camera.desired_at_start() is Desired.RUNNING
    assert camera.deactivated().desired_at_start() is Desired.STOPPED
    # Activated again, it waits for its operator.
    assert camera.deactivated().activated().desired_at_start() is Desired.STOPPED


@pytest.mark.parametrize(
    ("running", "reported", "state"),
    [
        (False, "streaming", State.STOPPED),
        (False, "source_failed", State.STOPPED),
        (True, "starting", State.STARTING),
        (True, "streaming", State.STREAMING),
        (True, "source_failed", State.SOURCE_FAILED),
        (True, "what no worker says", State.STARTING),
    ],
)
def test_the_state_is_the_living_workers_word(running: bool, reported: str, state: State) -> None:
    assert Observed(running, reported).state() is state


def snapshot(running: bool, report: WorkerReport) -> CameraSnapshot:
    return CameraSnapshot("gate", {}, WorkerStatus(running, 7 if running else 0, "log"), report)


def test_a_cause_is_told_only_of_a_source_that_fails() -> None:
    failed = WorkerReport(state="source_failed", cause="refused")
    assert see(snapshot(True, failed)).cause == "refused"
    assert see(snapshot(True, replace(failed, cause=None))).cause == "other"
    assert see(snapshot(True, replace(failed, state="streaming"))).cause is None
    assert see(snapshot(False, failed)).cause is None


def test_figures_that_grow_are_no_change_of_state() -> None:
    one, two = (
        {"gate": see(snapshot(True, WorkerReport("streaming", total_frames=n)))} for n in (1, 2)
    )
    assert differences(one, two) == []


SEEN = Seen("gate", {"id": "gate"}, State.STOPPED, None, 0)


@pytest.mark.parametrize(
    "changed",
    [
        replace(SEEN, entry={"id": "gate", "fps": 1}),
        replace(SEEN, state=State.STARTING),
        replace(SEEN, cause="auth"),
        replace(SEEN, pid=8),
    ],
)
def test_a_change_of_anything_told_is_a_difference(changed: Seen) -> None:
    assert differences({"gate": SEEN}, {"gate": changed}) == [changed]


def test_what_appears_is_told_as_it_is_and_what_goes_as_removed() -> None:
    hall = replace(SEEN, camera_id="hall", pid=5)
    assert differences({}, {"gate": SEEN, "hall": hall}) == [SEEN, hall]
    (gone,) = differences({"gate": SEEN, "hall": hall}, {"gate": SEEN})
    assert gone == Seen("hall", None, State.REMOVED, None, 0)
