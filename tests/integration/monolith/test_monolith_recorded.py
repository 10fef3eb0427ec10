"""Every recorded answer of the monolith, asked of the old server of the tests.

What it is tried for is worth as much as it resembles the real one.
"""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.monolith_process import APPLICATION, RECORDED, VIDEO, Monolith, monolith

CASES = json.loads((RECORDED / "cases.json").read_text())["cases"]
PID, TIME = "{PID}", "{TIME}"


@pytest.fixture(scope="module")
def running(tmp_path_factory, postgres) -> Iterator[tuple[Monolith, httpx.Client]]:
    with monolith(tmp_path_factory.mktemp("monolith"), postgres) as server, server.client() as http:
        yield server, http


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_old_server_answers_as_recorded(case: dict[str, Any], running) -> None:
    server, http = running
    server.lay_recorded()
    camera_id = case["path"].split("/")[4] if case["path"].count("/") >= 4 else ""
    if "running" in case["name"] and "not running" not in case["name"]:
        start(http, camera_id)
    answer = send(case, http)
    assert answer.status_code == case["monolith_status"], answer.text
    if media_type := case.get("content_type"):
        assert answer.headers["content-type"] == media_type
        assert answer.content.startswith(b"\xff\xd8")
    elif answer.status_code == 422:
        assert isinstance(answer.json()["detail"], list)
    elif (wanted := case["monolith_json"]) is not None:
        found = answer.json()
        assert answer.text == json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        assert matches(found, wanted, server), f"{found} is not {wanted}"


def start(http: httpx.Client, camera_id: str) -> None:
    """Start a camera's detector, although the camera may be inactive."""
    if (answer := http.post(f"/api/v1/cameras/{camera_id}/start")).status_code == 400:
        http.post(f"/api/v1/cameras/{camera_id}/activate")
        answer = http.post(f"/api/v1/cameras/{camera_id}/start")
        http.put(f"/api/v1/cameras/{camera_id}", json={"active": False})
    assert answer.json()["running"], answer.text


def send(case: dict[str, Any], http: httpx.Client) -> httpx.Response:
    """Send the recorded request, its body byte for byte where it was raw."""
    path = case["path"] + (f"?{case['query']}" if case["query"] else "")
    if case["raw"]:
        content = case["body"].encode()
    else:
        content = b"" if case["body"] is None else json.dumps(case["body"]).encode()
    headers = {"content-type": "application/json"}
    return http.request(case["method"], path, content=content, headers=headers)


def matches(found: Any, wanted: Any, server: Monolith) -> bool:
    """Is `found` what was recorded, where `wanted` holds placeholders?"""
    if wanted == PID:
        return type(found) is int and found > 0
    if wanted == TIME:
        return datetime.fromisoformat(found).tzinfo is None
    if isinstance(wanted, dict):
        return (
            isinstance(found, dict)
            and list(found) == list(wanted)
            and all(matches(found[key], wanted[key], server) for key in wanted)
        )
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(
            matches(a, b, server) for a, b in zip(found, wanted, strict=True)
        )
    if isinstance(wanted, str):
        return type(found) is str and found == filled(wanted, server)
    return type(found) is type(wanted) and found == wanted


def filled(wanted: str, server: Monolith) -> str:
    """Put in what the placeholders stand for here."""
    detector = f"{APPLICATION}/detector.py"
    wanted = wanted.replace("{ROOT}/main.py", detector).replace("{ROOT}", str(server.root))
    return wanted.replace("{VIDEO}", str(VIDEO)).replace("{PYTHON}", sys.executable)
