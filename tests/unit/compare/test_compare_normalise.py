"""What may differ between two runs, and only that."""

from datetime import UTC, datetime, timedelta
from typing import Any

from camplane_tools.compare.normalise import Normaliser

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
STATUS = "GET /api/v1/cameras/{camera_id}/status"
RULES = "GET /api/v1/alerts/rules"


def normaliser(**texts: str) -> Normaliser:
    return Normaliser(texts, NOW, given_ids=frozenset({1, 2}))


def test_a_time_of_the_run_is_now_and_says_whether_it_has_a_zone() -> None:
    one = normaliser()

    def at(text: str) -> Any:
        return one.value("GET /api/ping", {"timestamp": text})["timestamp"]

    assert at("2026-11-25T12:00:01.5") == "{NOW}"
    assert at("2026-11-25T12:00:01.5+00:00") == "{NOW, with a zone}"
    assert at("2026-01-01T00:00:00") == "2026-01-01T00:00:00"
    assert at("yesterday") == "yesterday"
    assert at((NOW - timedelta(hours=2)).isoformat()) != "{NOW, with a zone}"


def test_a_pid_is_one_and_zero_null_and_text_are_none() -> None:
    found = [
        normaliser().value(STATUS, {"pid": pid})["pid"] for pid in (4711, 0, None, "4711", True)
    ]
    assert found == ["{PID}", 0, None, "4711", True]


def test_a_field_of_that_name_elsewhere_stays() -> None:
    camera = {"id": "a", "config": {"pid": 7, "timestamp": "2026-11-25T12:00:00"}}
    assert normaliser().value("GET /api/v1/cameras/{camera_id}", camera) == camera


def test_the_sides_own_texts_are_replaced_in_keys_and_values() -> None:
    found = normaliser(**{"/tmp/x": "{DATA}"}).value(STATUS, {"/tmp/x/a": ["/tmp/x/logs"]})
    assert found == {"{DATA}/a": ["{DATA}/logs"]}


def test_ids_the_server_made_are_named_in_their_order_and_given_ones_stay() -> None:
    one = normaliser()
    items = {"items": [{"id": 9}, {"id": 1}, {"id": 7}, {"id": 9}]}
    found = [item["id"] for item in one.value(RULES, items)["items"]]
    assert found == ["{ID 1}", 1, "{ID 2}", "{ID 1}"]
    assert one.value("POST /api/v1/alerts/rules", {"id": 7})["id"] == "{ID 2}"
    one.forget()
    assert one.value("POST /api/v1/alerts/rules", {"id": 7})["id"] == "{ID 1}"
    assert one.value(RULES, {"items": [{"id": "9"}]})["items"][0]["id"] == "9"


def test_measured_numbers_keep_their_kind() -> None:
    stats = {"stats": {"total_frames": 12, "avg_fps": 9.9, "last_detection_time": None}}
    found = normaliser().value("GET /api/v1/cameras/{camera_id}/stats", stats)["stats"]
    assert list(found.values()) == ["{WHOLE NUMBER}", "{NUMBER}", None]


def test_of_a_log_line_only_its_time_is_replaced() -> None:
    found = normaliser().value(
        "GET /api/v1/cameras/{camera_id}/logs", {"lines": ["2026-11-25T12:00:00.1Z pid 7", "a 5"]}
    )
    assert found["lines"] == ["{NOW, with a zone} pid 7", "a 5"]


def test_the_choice_of_a_side_in_a_header_is_none_of_its_value() -> None:
    assert normaliser().header("/api/v1/cameras?force_domain=true") == "/api/v1/cameras"
