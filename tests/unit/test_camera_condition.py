"""How a camera stands, by what is seen of its worker."""

import pytest

from camera_service.domain.condition import Condition, condition_of
from camera_service.domain.model import State
from camera_service.domain.results import Restarts, WorkerReport, WorkerStatus
from gateway.cli import conditions

RUNS, DEAD = WorkerStatus(True, 7, "x.log"), WorkerStatus(False, 0, "x.log")
FAILED = WorkerReport("source_failed", "auth", "401", 5.0, 3, 65.0)
DIED = Restarts(1, "worker_killed", "killed by signal 9", 70.0, False)


@pytest.mark.parametrize(
    ("status", "report", "restarts", "wanted"),
    [
        (RUNS, WorkerReport("streaming", since=5.0), None, Condition(State.STREAMING, since=5.0)),
        (RUNS, WorkerReport(), None, Condition(State.STARTING)),
        (RUNS, FAILED, None, Condition(State.SOURCE_FAILED, "auth", "401", 5.0, 3, 65.0)),
        (RUNS, WorkerReport("source_failed"), None, Condition(State.SOURCE_FAILED, "other")),
        (DEAD, FAILED, None, Condition(State.STOPPED)),
        (
            *(DEAD, FAILED, DIED),
            Condition(State.RESTARTING, "worker_killed", "killed by signal 9", None, 1, 70.0),
        ),
    ],
)
def test_a_camera_stands_as_its_worker_says_while_that_lives(
    status: WorkerStatus, report: WorkerReport, restarts: Restarts | None, wanted: Condition
) -> None:
    assert condition_of(status, report, restarts) == wanted


def test_the_command_line_tells_what_fails_first_and_of_an_old_server_what_it_says() -> None:
    failing = {"condition": {"state": "source_failed", "cause": "not_found", "failures": 3}}
    streaming, old = {"condition": {"state": "streaming"}}, {"running": True}
    found = sorted([old, streaming, failing], key=conditions.urgency)
    assert found == [failing, streaming, old]
    assert [conditions.state(one) for one in found] == [
        *("source failed", "streaming", "running"),
    ]
    assert [conditions.why(one) for one in found] == ["not found, 3 times", "", ""]
