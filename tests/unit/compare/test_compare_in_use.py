"""What is not compared of states in use, since it tells of the state and not of the answer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from camplane_tools.compare.model import Case, Request
from camplane_tools.compare.normalise import OF_TWO_WORLDS, OF_USE, RULES, Normaliser
from camplane_tools.compare.state.seed import LOGS, PICTURES, PROCESSES, WORLD, Seed

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
LIST, HISTORY = "GET /api/v1/alerts/rules", "GET /api/v1/alerts/history-db"
STATUS = "GET /api/v1/cameras/{camera_id}/status"
CAMERA = "/api/v1/cameras"


def normalised(operation: str, value: Any) -> Any:
    given = frozenset(range(1, 9))
    return Normaliser({}, NOW, (*OF_USE, *OF_TWO_WORLDS, *RULES), given).value(operation, value)


def items(*pairs: tuple[int, str], time: str = "updated_at") -> dict[str, Any]:
    return {"items": [{"id": number, time: f"2026-01-01T00:00:0{at}"} for number, at in pairs]}


def test_rules_of_one_moment_come_in_any_order_and_others_do_not() -> None:
    one, two = items((1, "5"), (2, "3"), (3, "3")), items((1, "5"), (3, "3"), (2, "3"))
    assert normalised(LIST, one) == normalised(LIST, two)
    assert normalised(LIST, one) != normalised(LIST, items((2, "3"), (1, "5"), (3, "3")))


def test_which_of_one_moment_a_limit_leaves_out_is_chance_but_not_how_many() -> None:
    def alerts(*pairs: tuple[int, str]) -> Any:
        return normalised(HISTORY, items(*pairs, time="timestamp"))

    assert alerts((1, "5"), (2, "3")) == alerts((1, "5"), (3, "3"))
    assert alerts((1, "5"), (2, "3")) != alerts((4, "5"), (2, "3"))
    assert alerts((1, "5"), (2, "3")) != alerts((1, "5"))


@pytest.mark.parametrize(
    ("log", "compared"),
    [
        ("/srv/old/logs/detect_a.log", "{DATA}/logs/detect_a.log"),
        ("/srv/old/logs/detect_logs/detect_b.log", "{DATA}/logs/detect_logs/detect_b.log"),
        ("logs/detect_a.log", "logs/detect_a.log"),
        ("/srv/old/detect_a.log", "/srv/old/detect_a.log"),
    ],
)
def test_of_a_logs_path_only_the_folder_is_a_worlds_own(log: str, compared: str) -> None:
    assert normalised(STATUS, {"log": log})["log"] == compared


@pytest.mark.parametrize(
    ("method", "path", "reason"),
    [
        ("GET", f"{CAMERA}/on%20air/status", PROCESSES),
        ("GET", f"{CAMERA}/off/status", ""),
        ("POST", f"{CAMERA}/batch-status", PROCESSES),
        ("GET", f"{CAMERA}/off/logs?lines=3", LOGS),
        ("GET", f"{CAMERA}/new/logs", ""),
        ("GET", f"{CAMERA}/new/preview", PICTURES),
        ("GET", "/api/v1/monitoring/health", WORLD),
        ("GET", CAMERA, ""),
        ("GET", "/docs", ""),
    ],
)
def test_what_only_the_server_can_tell_is_not_asked_of_a_sandbox(
    method: str, path: str, reason: str
) -> None:
    seed = Seed([], running=frozenset({"on air"}), logged=frozenset({"off"}))
    assert seed.only_there(Case("case", (Request("GET", CAMERA), Request(method, path)))) == reason
