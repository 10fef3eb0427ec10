"""A camera's rules, and how two sights of the world are compared."""

from dataclasses import replace

import pytest

from camera_service.adapters import cameras as mirrored
from camera_service.domain.model import Camera, Desired, Observed, State
from camera_service.errors import CameraInactiveError
from camera_service.ports import CameraSnapshot, WorkerReport, WorkerStatus
from camera_service.watch import Seen, differences, see

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


def compared(stored: list, in_file: list) -> list[tuple[str, str]]:
    return [(d.camera_id, d.key) for d in mirrored.differences(stored, in_file)]


def test_two_worlds_alike_have_no_difference() -> None:
    assert compared([], []) == []
    assert compared([dict(GATE.entry)], [dict(GATE.entry)]) == []


def test_a_camera_on_one_side_only_is_one_difference() -> None:
    assert compared([{"id": "gate"}], []) == [("gate", "")]
    assert compared([], [{"id": "gate"}]) == [("gate", "")]


@pytest.mark.parametrize(
    ("left", "right"),
    [({"a": 1}, {"a": 2}), ({"a": 1}, {"a": True}), ({"a": 1}, {"a": 1.0}), ({"a": None}, {})],
)
def test_each_key_that_differs_is_named(left: dict, right: dict) -> None:
    assert compared([{"id": "x", **left}], [{"id": "x", **right}]) == [("x", "a")]
    assert compared([{"id": "x", **right}], [{"id": "x", **left}]) == [("x", "a")]


def test_a_number_and_its_text_are_the_same_camera_with_another_id() -> None:
    assert compared([{"id": 7}], [{"id": "7"}]) == [("7", "id")]


def test_a_difference_tells_no_secret() -> None:
    left = {"id": "x", "source": "rtsp://u:s3cr3t@h/1", "env": {"TOKEN": "s3cr3t"}}
    right = {"id": "x", "source": "rtsp://u:s3cr3t@h/2", "env": {"TOKEN": "0ther s3cr3t"}}
    found = mirrored.differences([left], [right])
    assert [d.key for d in found] == ["source", "env"]
    assert "rtsp://***@h/1" in found[0].description
    assert "s3cr3t" not in str(found)
