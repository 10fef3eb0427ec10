"""What workers report, whatever they write."""

import json
from pathlib import Path

import pytest

from camera_service.domain.results import WorkerReport
from camera_service.entrypoints.encoding import stats
from camera_service.shared_state.processes.reports import read_report

REPORT = {
    "pid": 7,
    "state": "source_failed",
    "cause": "auth",
    "message": "The source refused the credentials",
    "since": 1_767_225_599.5,
    "failures": 3,
    "next_retry_at": 1_767_225_660.5,
    "total_frames": 5,
    "processed_frames": 4,
    "detected_persons": 3,
    "detected_hairnets": 2,
    "detected_handwash": 1,
    "avg_fps": 24.9,
    "avg_detection_time": 0.01,
    "last_detection_time": 1_767_225_600.5,
}

TEXTS = ("cause", "message")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "report.json"


def test_a_report_is_read_figure_by_figure(path: Path) -> None:
    path.write_text(json.dumps({**REPORT, "more": "than asked for"}))
    expected = {key: value for key, value in REPORT.items() if key != "pid"}
    assert vars(read_report(path, 7)) == {**expected, "is_known": True}


def test_a_report_of_another_process_is_none(path: Path) -> None:
    path.write_text(json.dumps(REPORT))
    assert read_report(path, 8) is None


def test_no_report_is_zeros(path: Path) -> None:
    assert read_report(path, 7) is None
    path.mkdir()
    assert read_report(path, 7) is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "[]", "7", "{", "{}", "\0", '{"pid": 7}', "[" * 100_000),
        '{"pid": 7, "state": "dancing"}',
        '{"pid": "7", "state": "streaming"}',
    ],
)
def test_what_is_no_report_is_zeros(path: Path, text: str) -> None:
    path.write_text(text)
    assert read_report(path, 7) is None


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("wrong", [None, True, 7, ["x"], {}])
def test_a_text_that_is_none_is_left_out(path: Path, name: str, wrong: object) -> None:
    path.write_text(json.dumps({**REPORT, name: wrong}))
    assert getattr(read_report(path, 7), name) is None


@pytest.mark.parametrize(
    "wrong", ["many", None, True, -1, 1e999, 10**30, [5], {}, 1_767_225_600_500]
)
@pytest.mark.parametrize("name", [n for n in REPORT if n not in ("pid", "state", *TEXTS)])
def test_a_figure_that_makes_no_sense_is_left_out_and_the_others_stay(
    path: Path, name: str, wrong: object
) -> None:
    """Milliseconds for seconds included; and whatever is read can be told."""
    path.write_text(json.dumps({**REPORT, name: wrong}))
    report = read_report(path, 7)
    told = stats(report)
    assert report.cause == "auth"
    if wrong != 1_767_225_600_500 or name == "last_detection_time":
        assert getattr(report, name) == getattr(WorkerReport(), name)
    assert 0 <= told.total_frames <= 2**31 - 1
