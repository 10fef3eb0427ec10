"""Where both implementations answer otherwise than the monolith, and why: docs/rest-api.md."""

import json
import os
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from servicekit import atomic_file

CAMERAS = "/api/v1/cameras"
RULES = "/api/v1/alerts/rules"
NEW = {"id": "new1", "name": "New", "source": "rtsp://x/1"}


def other(implementation: str) -> str:
    return "legacy" if implementation == "domain" else "domain"


@pytest.mark.parametrize("field", ["id", "name", "source"])
@pytest.mark.parametrize("value", [None, "", 5, True, [], {}])
def test_a_camera_without_text_in_a_required_field_is_refused(
    stack, implementation: str, field: str, value: Any
) -> None:
    before = stack.cameras_file.read_bytes()
    answer = stack.ask("POST", CAMERAS, implementation, json={**NEW, field: value})
    assert answer.status_code == 400
    assert field in answer.json()["detail"]
    assert stack.cameras_file.read_bytes() == before


@pytest.mark.parametrize("bad", ["../../evil", "a/b", "..", ".", "a\\b", "a\nb", "x" * 300])
def test_an_id_that_leaves_its_folder_cannot_be_created(
    stack, implementation: str, bad: str
) -> None:
    answer = stack.ask("POST", CAMERAS, implementation, json={**NEW, "id": bad})
    assert answer.status_code == 400


@pytest.mark.parametrize("operation", ["start", "stop", "restart", "activate", "deactivate"])
@pytest.mark.parametrize("bad", ["..%2f..%2fevil", "a%2Fb", "%00", "a%0ab", "%ff", "%2e%2e", ".."])
def test_an_id_that_leaves_its_folder_cannot_be_asked_for(
    stack, implementation: str, operation: str, bad: str
) -> None:
    answer = stack.ask("POST", f"{CAMERAS}/{bad}/{operation}", implementation)
    assert answer.status_code in (400, 404, 405)
    assert answer.json()["detail"]


@pytest.mark.parametrize("lines", ["0", "-1", "10001", "2147483648", "1.5", "x", ""])
def test_lines_are_1_to_10000(stack, implementation: str, lines: str) -> None:
    answer = stack.ask("GET", f"{CAMERAS}/cam0/logs?lines={lines}", implementation)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_logs_are_the_end_of_the_file(stack, implementation: str) -> None:
    log = stack.root / "logs" / "detect_cam0.log"
    log.write_text("".join(f"line {n}\n" for n in range(5000)))
    answer = stack.ask("GET", f"{CAMERAS}/cam0/logs?lines=3", implementation)
    assert answer.json() == {
        "camera_id": "cam0",
        "log_file": str(log),
        "total_lines": 5000,
        "lines": ["line 4997", "line 4998", "line 4999"],
    }


def test_a_camera_that_fails_says_so_and_why_and_others_answer_as_recorded(
    stack, implementation: str
) -> None:
    """Its process lives, which is all that `running` says. Asked for, each says how it stands."""
    stack.ask("POST", f"{CAMERAS}/cam_bare/start", implementation)  # of a film that is not there
    deadline = time.monotonic() + 20
    while "condition" not in (
        stats := stack.ask("GET", f"{CAMERAS}/cam_bare/stats", implementation).json()
    ):
        assert time.monotonic() < deadline, stats
        time.sleep(0.05)
    assert stats["running"] is True
    condition = stats["condition"]
    assert (condition["state"], condition["cause"]) == ("source_failed", "not_found")
    assert condition["failures"] >= 1
    since = datetime.fromisoformat(condition["since"])
    assert since <= datetime.fromisoformat(condition["next_retry_at"])
    assert "does not exist" in condition["message"]

    body = {"camera_ids": ["cam_bare", "cam_off"], "conditions": True}
    told = stack.ask("POST", f"{CAMERAS}/batch-status", implementation, json=body).json()
    assert told["cam_bare"]["condition"]["cause"] == "not_found"
    assert told["cam_off"]["condition"] == {"state": "stopped"}
    del body["conditions"]
    plain = stack.ask("POST", f"{CAMERAS}/batch-status", implementation, json=body).json()
    assert {*plain["cam_bare"]} == {"ok", "running", "pid", "log"}


@pytest.mark.parametrize("path", ["logs", "logs/stream"])
def test_a_folder_in_the_place_of_a_log_is_refused_in_words(
    stack, implementation: str, path: str
) -> None:
    log = stack.root / "logs" / "detect_cam0.log"
    log.mkdir()
    try:
        answer = stack.ask("GET", f"{CAMERAS}/cam0/{path}", implementation)
    finally:
        log.rmdir()
    assert answer.status_code == 400
    assert "detect_cam0.log cannot be read: Is a directory" in answer.json()["detail"]


def test_a_pipe_in_the_place_of_a_log_is_no_log_and_nobody_waits_for_its_writer(
    stack, implementation: str
) -> None:
    os.mkfifo(stack.root / "logs" / "detect_cam0.log")
    answer = stack.ask("GET", f"{CAMERAS}/cam0/logs", implementation)
    assert (answer.status_code, answer.json()["lines"]) == (200, [])


@pytest.mark.parametrize("text", ["cameras: [\n", "cameras: text\n", "- a\n", "\x00"])
def test_a_malformed_file_is_an_error_and_stays_as_it_is(
    stack, implementation: str, text: str
) -> None:
    atomic_file.replace(stack.cameras_file, text.encode())
    for method, path, body in (
        ("GET", CAMERAS, None),
        ("POST", CAMERAS, NEW),
        ("PUT", f"{CAMERAS}/cam0", {"name": "x"}),
        ("DELETE", f"{CAMERAS}/cam0", None),
        ("POST", f"{CAMERAS}/cam0/start", None),
        ("POST", f"{CAMERAS}/cam0/activate", None),
        ("POST", f"{CAMERAS}/batch-status", {}),
        ("POST", f"{CAMERAS}/refresh", None),
    ):
        answer = stack.ask(method, path, implementation, json=body)
        assert answer.status_code == 500, (method, path, answer.text)
        assert "cameras.yaml" in answer.json()["detail"]
    assert stack.cameras_file.read_text() == text


def test_concurrent_updates_on_both_paths_all_survive(stack) -> None:
    def update(number: int) -> int:
        path = f"{CAMERAS}/cam0"
        side = ("legacy", "domain")[number % 2]
        return stack.ask("PUT", path, side, json={f"key{number}": number}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(update, range(40))) == {200}
    for implementation in ("legacy", "domain"):
        found = stack.ask("GET", f"{CAMERAS}/cam0", implementation).json()
        assert {f"key{number}": number for number in range(40)}.items() <= found.items()


def test_concurrent_starts_on_both_paths_start_one_process(stack) -> None:
    def start(number: int) -> int:
        side = ("legacy", "domain")[number % 2]
        return stack.ask("POST", f"{CAMERAS}/vid1/start", side).json()["pid"]

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(start, range(20)))) == 1


@pytest.mark.parametrize("change", [{"name": "umbenannt"}, {"neu": {"a": [1, None, "日"]}}])
def test_a_change_on_one_path_is_read_on_the_other_at_once(
    stack, implementation: str, change: dict[str, Any]
) -> None:
    stack.ask("PUT", f"{CAMERAS}/cam0", implementation, json=change)
    found = stack.ask("GET", f"{CAMERAS}/cam0", other(implementation)).json()
    assert change.items() <= found.items()


def test_a_worker_started_on_one_path_runs_and_stops_on_the_other(
    stack, implementation: str
) -> None:
    started = stack.ask("POST", f"{CAMERAS}/vid1/start", implementation).json()
    seen = stack.ask("GET", f"{CAMERAS}/vid1/status", other(implementation)).json()
    assert (seen["running"], seen["pid"]) == (True, started["pid"])
    again = stack.ask("POST", f"{CAMERAS}/vid1/start", other(implementation)).json()
    assert again["pid"] == started["pid"]
    assert "cmd" not in again
    stack.ask("POST", f"{CAMERAS}/vid1/stop", other(implementation))
    assert stack.ask("GET", f"{CAMERAS}/vid1/status", implementation).json()["running"] is False


def test_keys_entries_and_comments_nobody_knows_survive_every_write(
    stack, implementation: str
) -> None:
    text = "# hall 3\nsite: 北京\n" + stack.cameras_file.read_text() + "# the end\n"
    atomic_file.replace(stack.cameras_file, text.encode())
    before = yaml.safe_load(text)
    stack.ask("PUT", f"{CAMERAS}/cam0", implementation, json={"fps": 3})
    stack.ask("POST", f"{CAMERAS}/cam_off/activate", implementation)
    stack.ask("POST", CAMERAS, implementation, json=NEW)
    stack.ask("DELETE", f"{CAMERAS}/new1", implementation)
    after = stack.cameras_file.read_text()
    before["cameras"][0]["fps"] = 3
    before["cameras"][2]["active"] = True
    assert yaml.safe_load(after) == before
    assert after.startswith("# hall 3\nsite: 北京\n")
    assert after.endswith("# the end\n")


def test_deleting_a_running_camera_stops_it_first(stack, implementation: str) -> None:
    stack.start_worker("cam0")
    assert stack.ask("DELETE", f"{CAMERAS}/cam0", implementation).status_code == 200
    assert stack.workers.status("cam0").running is False


def test_deactivating_stops_and_clears_auto_start(stack, implementation: str) -> None:
    stack.ask("PUT", f"{CAMERAS}/cam0/auto-start?auto_start=true", implementation)
    stack.start_worker("cam0")
    answer = stack.ask("POST", f"{CAMERAS}/cam0/deactivate", implementation)
    assert answer.json() == {"ok": True, "camera_id": "cam0", "active": False, "stopped": True}
    found = stack.ask("GET", f"{CAMERAS}/cam0", implementation).json()
    assert (found["active"], found["auto_start"]) == (False, False)
    assert stack.workers.status("cam0").running is False


def test_active_only_leaves_out_inactive_cameras(stack, implementation: str) -> None:
    found = stack.ask("GET", f"{CAMERAS}?active_only=true", implementation).json()["cameras"]
    ids = [camera["id"] for camera in found]
    assert "cam0" in ids
    assert "cam_bare" in ids
    assert "cam_off" not in ids
    assert "cam_enabled_false" not in ids


@pytest.mark.parametrize("value", ["cam1", "vid1", None, 5, ""])
def test_an_update_cannot_change_the_id(stack, implementation: str, value: Any) -> None:
    answer = stack.ask("PUT", f"{CAMERAS}/cam0", implementation, json={"id": value})
    assert answer.status_code == 400
    assert "id" in answer.json()["detail"]


def test_a_numeric_id_in_the_file_is_one_camera_everywhere(stack, implementation: str) -> None:
    path = f"{CAMERAS}/12345"
    assert stack.ask("PUT", path, implementation, json={"name": "N"}).status_code == 200
    assert stack.ask("GET", path, implementation).json()["id"] == 12345
    assert (
        stack.ask("POST", CAMERAS, implementation, json={**NEW, "id": "12345"}).status_code == 409
    )
    assert stack.ask("POST", f"{path}/activate", implementation).json()["camera_id"] == "12345"
    assert stack.ask("DELETE", path, implementation).status_code == 200
    assert stack.ask("GET", path, implementation).status_code == 404


@pytest.mark.parametrize("ids", ["cam0", [1], [None], {"a": 1}, 5, True, ["../../evil"]])
def test_a_batch_is_a_list_of_ids(stack, implementation: str, ids: Any) -> None:
    answer = stack.ask("POST", f"{CAMERAS}/batch-status", implementation, json={"camera_ids": ids})
    assert answer.status_code == 400


def test_a_pid_file_that_names_a_stranger_means_not_running_and_kills_nobody(
    stack, implementation: str
) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        (stack.root / "logs" / "pids" / "cam0.pid").write_text(str(stranger.pid))
        status = stack.ask("GET", f"{CAMERAS}/cam0/status", implementation).json()
        assert (status["running"], status["pid"]) == (False, 0)
        stack.ask("POST", f"{CAMERAS}/cam0/stop", implementation)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "x", "name": "\\ud800", "source": "s"}',
        '{"id": "x", "name": "a\\u0000b", "source": "s"}',
        '{"id": "x", "name": "n", "source": "s", "k\\u0000": 1}',
        '{"id": "x", "name": "n", "source": "s", "v": NaN}',
        '{"id": "x", "name": "n", "source": "s", "v": Infinity}',
        '{"id": "x", "name": "n", "source": "s", "v": 1e999}',
        '{"id": "x", "name": "n", "source": "s"} trailing',
        "[" * 3000,
        '{"a":' * 3000,
        "null",
        "5",
        '"text"',
        "",
        "\ufeff{}",
    ],
)
def test_a_body_that_no_store_can_hold_is_refused(stack, implementation: str, text: str) -> None:
    headers = {"content-type": "application/json"}
    answer = stack.ask("POST", CAMERAS, implementation, content=text.encode(), headers=headers)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_numbers_and_order_survive_exactly(stack, implementation: str) -> None:
    text = '{"id":"n","name":"n","source":"s","z":9007199254740993,"a":0.1,"m":[1,1.5,-0.0,true]}'
    headers = {"content-type": "application/json"}
    stack.ask("POST", CAMERAS, implementation, content=text, headers=headers)
    for side in ("legacy", "domain"):
        assert stack.ask("GET", f"{CAMERAS}/n", side).text == text


def test_the_new_reads_work(stack, implementation: str) -> None:
    assert stack.ask("GET", f"{CAMERAS}/cam0", implementation).json()["name"] == "灰度测试更新"
    assert stack.ask("GET", f"{CAMERAS}/ghost", implementation).status_code == 404
    rule = stack.ask("GET", f"{RULES}/2", implementation)
    assert rule.json()["recipients"] == ["a@example.com"]
    assert stack.ask("DELETE", f"{RULES}/2", implementation).json() == {"ok": True}
    assert stack.ask("GET", f"{RULES}/2", implementation).status_code == 404
    assert stack.ask("DELETE", f"{RULES}/2", implementation).status_code == 404


def test_updating_an_unknown_rule_is_404_on_domain_only(stack) -> None:
    body = {"priority": "low"}
    assert stack.ask("PUT", f"{RULES}/9", "legacy", json=body).json() == {"ok": True}
    refused = stack.ask("PUT", f"{RULES}/9", "domain", json=body)
    assert (refused.status_code, refused.json()["detail"]) == (404, "告警规则不存在: 9")


def test_a_rule_written_on_one_path_is_read_on_the_other(stack, implementation: str) -> None:
    rule = {
        "name": "Nachtschicht",
        "rule_type": "no_detection",
        "conditions": {"n": 12345678901234567890, "z": None, "a": [0.5]},
        "camera_id": "cam0",
        "recipients": None,
    }
    made = stack.ask("POST", RULES, implementation, json=rule).json()
    found = stack.ask("GET", f"{RULES}/{made['id']}", other(implementation))
    assert rule.items() <= found.json().items()
    assert json.dumps(rule["conditions"], separators=(",", ":")) in found.text
    assert (found.json()["enabled"], found.json()["priority"]) == (True, "medium")


def test_errors_carry_detail_beside_the_grpc_error(stack, implementation: str) -> None:
    answer = stack.ask("GET", f"{CAMERAS}/{quote('geist')}", implementation).json()
    assert list(answer)[:1] == ["detail"]
    assert answer["detail"] == answer["message"] == "Camera not found"
    assert answer["code"] == 5
    assert answer["details"][0]["reason"] == "CAMERA_NOT_FOUND"


def test_a_repeated_request_with_its_key_changes_nothing(stack, implementation: str) -> None:
    headers = {"Idempotency-Key": f"{implementation} {uuid.uuid4()}"}
    first = stack.ask("POST", CAMERAS, implementation, json=NEW, headers=headers)
    assert first.status_code == 200
    again = stack.ask("POST", CAMERAS, other(implementation), json=NEW, headers=headers)
    assert (again.status_code, again.content) == (200, first.content)
    assert stack.ask("POST", CAMERAS, implementation, json=NEW).status_code == 409
    third = stack.ask("POST", CAMERAS, implementation, json={**NEW, "name": "x"}, headers=headers)
    assert third.status_code == 400
    assert third.json()["details"][0]["reason"] == "IDEMPOTENCY_KEY_REUSED"
