"""Every recorded answer of the monolith, asked of both implementations through Envoy."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

CASES = json.loads((Path(__file__).parent / "recorded" / "cases.json").read_text())["cases"]
PID, TIME = "{PID}", "{TIME}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_answer_is_the_recorded_one(case: dict[str, Any], implementation: str, stack) -> None:
    hold(case, implementation, stack)


def hold(case: dict[str, Any], implementation: str, stack) -> None:
    """Ask what was recorded, and hold the answer against the recorded one."""
    running = prepare(case, stack)
    answer = send(case, implementation, stack)

    want = case["want_status"]
    want = want[implementation] if isinstance(want, dict) else want
    assert answer.status_code == want, answer.text
    if answer.status_code in (404, 405) and "x-camplane-path" not in answer.headers:
        pass  # the gateway's own answer
    elif not (answer.status_code == 400 and "force_domain" in case["query"]):
        said = answer.headers.get("x-camplane-path")
        # What Envoy refuses by itself never reaches a service.
        assert said == implementation or (said is None and want == 400)
    assert "x-camplane-fallback" not in answer.headers

    media_type = case.get("content_type", "application/json")
    assert answer.headers["content-type"] == media_type
    if media_type == "image/jpeg":
        assert answer.content.startswith(b"\xff\xd8")
        return
    compare(case, answer.text, answer.json(), stack.root)
    if "running" in case["name"] and want == 400:
        assert stack.workers.status(running).running, "a refused call must leave the worker alone"


def prepare(case: dict[str, Any], stack) -> str:
    """Start the camera first where the case says that it runs; return its id."""
    name = case["name"]
    camera_id = case["path"].split("/")[4] if case["path"].count("/") >= 4 else ""
    if "running" in name and "not running" not in name:
        stack.start_worker(camera_id)
    return camera_id


def send(case: dict[str, Any], implementation: str, stack):
    """Send the recorded request, its body byte for byte where it was raw."""
    path = case["path"] + (f"?{case['query']}" if case["query"] else "")
    headers = {"content-type": "application/json"}
    if case["raw"]:
        content = case["body"].encode()
    else:
        content = b"" if case["body"] is None else json.dumps(case["body"]).encode()
    if "force_domain" in case["query"]:
        return stack.client.request(case["method"], path, content=content, headers=headers)
    return stack.ask(case["method"], path, implementation, content=content, headers=headers)


def compare(case: dict[str, Any], text: str, found: Any, root: Path) -> None:
    """Compare a body with the recorded one; errors by what they say to a person."""
    assert not re.search(r"[:,] |\n", re.sub(r'"(\\.|[^"\\])*"', '""', text.strip())), "not compact"
    if isinstance(found, dict) and "detail" in found:
        assert isinstance(found["detail"], str)
        assert found["detail"]
    wanted = case["monolith_json"]
    if wanted is None or case["want_status"] != case["monolith_status"]:
        return
    if "detail" in wanted:
        assert found["detail"] == wanted["detail"]
        return
    assert matches(found, wanted, root), f"{found} is not {wanted}"


def matches(found: Any, wanted: Any, root: Path) -> bool:
    """Is `found` what was recorded, where `wanted` holds placeholders?"""
    if wanted == PID:
        return type(found) is int and found > 0
    if wanted == TIME:
        return datetime.fromisoformat(found).tzinfo is None
    if isinstance(wanted, dict):
        return (
            isinstance(found, dict)
            and list(found) == list(wanted)
            and all(
                is_command(found[key]) if key == "cmd" else matches(found[key], wanted[key], root)
                for key in wanted
            )
        )
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(
            matches(a, b, root) for a, b in zip(found, wanted, strict=True)
        )
    if isinstance(wanted, str) and "{ROOT}" in wanted:
        return found == wanted.replace("{ROOT}", str(root))
    if isinstance(wanted, str) and "{VIDEO}" in wanted:
        return isinstance(found, str) and found.endswith(".mp4")
    if isinstance(wanted, float):
        return isinstance(found, int | float) and not isinstance(found, bool) and found == wanted
    return type(found) is type(wanted) and found == wanted


def is_command(found: Any) -> bool:
    """The command is this system's own: a list of strings that runs something."""
    return isinstance(found, list) and bool(found) and all(isinstance(part, str) for part in found)
