"""Input that would harm: where cameras and webhooks point, and text that does something."""

import asyncio
import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from camplane.camera.v1 import camera_service_pb2 as pb
from camplane.camera.v1.camera_service_pb2_grpc import CameraServiceStub
from google.protobuf import json_format

from tests.e2e.command_line import CAMPLANE, Up, environment, until
from tests.stack import VIDEO

CLEAR = "\x1b[2J"
# A line that looks as if another had written it, a cleared screen, markup, and text backwards.
HARMFUL = f"Hall{CLEAR}\n2026-01-01 00:00:00 INFO forged [bold]x[/bold] :bomb: \x9b2J \u202eback"
SHOWN = r"Hall\x1b[2J\n2026-01-01 00:00:00 INFO forged [bold]x[/bold] :bomb: \x9b2J \u202eback"
FORBIDDEN = {
    "tcp://127.0.0.1:22": "cameras.schemes",
    "concat:/etc/passwd|/etc/group": "cameras.schemes",
    "rtsp://allowed@169.254.169.254/latest": "cameras.networks",
    "http://[::ffff:a9fe:a9fe]/": "cameras.networks",
    "http://10.0.0.7/\r\nX-Injected: yes": "control characters",
}


@pytest.mark.parametrize("source", FORBIDDEN)
def test_no_way_in_takes_a_source_that_the_rules_forbid(opened: Up, source: str) -> None:
    """REST and gRPC, create and update, both implementations; nothing is stored."""
    opened.http.delete("/api/v1/cameras/good")
    good = {"id": "good", "name": "n", "source": str(VIDEO)}
    assert opened.http.post("/api/v1/cameras", json=good).status_code == 200
    bad = {**good, "source": source}
    for force in ("true", "false"):
        query = {"force_domain": force}
        answers = [
            opened.http.post("/api/v1/cameras", params=query, json={**bad, "id": "x"}),
            opened.http.put("/api/v1/cameras/good", params=query, json={"source": source}),
        ]
        for answer in answers:
            assert answer.status_code == 400
            assert FORBIDDEN[source] in answer.json()["detail"]
            assert answer.headers["x-camplane-path"] == ("domain" if force == "true" else "legacy")
    for code, details in asyncio.run(_by_grpc(opened.url, source)):
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert FORBIDDEN[source] in details
    stored = yaml.safe_load((opened.data / "config" / "cameras.yaml").read_text())
    assert source not in json.dumps(stored)


async def _by_grpc(url: str, source: str) -> list[tuple[grpc.StatusCode, str]]:
    found = []
    async with grpc.aio.insecure_channel(url.removeprefix("http://")) as channel:
        cameras = CameraServiceStub(channel)
        for make, camera_id in ((cameras.CreateCamera, "x"), (cameras.UpdateCamera, "good")):
            request: Any = (
                pb.CreateCameraRequest() if camera_id == "x" else pb.UpdateCameraRequest()
            )
            entry = {"id": camera_id, "name": "n", "source": source}
            json_format.ParseDict(entry, request.entry)
            if camera_id == "good":
                request.camera_id = camera_id
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await make(request)
            found.append((refused.value.code(), refused.value.details() or ""))
    return found


def test_a_source_that_a_hand_wrote_is_told_and_not_opened(opened: Up) -> None:
    """The check names it, and start and preview say why they do not."""
    file = opened.data / "config" / "cameras.yaml"
    document = yaml.safe_load(file.read_text()) or {}
    entry = {"id": "by-hand", "name": "n", "source": "ftp://169.254.169.254/x"}
    written = file.with_suffix(".new")
    written.write_text(yaml.safe_dump({"cameras": [*(document.get("cameras") or []), entry]}))
    written.rename(file)
    check = json.loads(opened.camplane("consistency", "check", "--json"))
    (told,) = [one for one in check["notes"] if one["camera_id"] == "by-hand"]
    assert (told["kind"], told["field"]) == ("ENTRY_REFUSED", "source")
    assert "cameras.schemes" in told["description"]
    for force in ("true", "false"):
        path, query = "/api/v1/cameras/by-hand", {"force_domain": force}
        answer = opened.http.post(f"{path}/start", params=query)
        assert answer.status_code == 400
        assert "cameras.schemes" in answer.json()["detail"]
        answer = opened.http.get(f"{path}/preview", params=query)
        assert answer.status_code == 502
        assert answer.json()["detail"] == "Failed to open camera source"  # as of any that cannot be
        assert "cameras.schemes" in answer.json()["details"][0]["metadata"]["why"]


@pytest.mark.parametrize(
    ("notification", "said"),
    [
        ("{url: 'http://169.254.169.254/'}", "webhooks.networks"),
        ("{url: 'https://hooks.example.com/', secretEnv: AWS_SECRET_ACCESS_KEY}", "secret_env"),
    ],
)
def test_a_plan_whose_webhook_is_forbidden_does_not_begin(
    opened: Up, tmp_path: Path, notification: str, said: str
) -> None:
    """It is refused when it is started, not found out when somebody should have been told."""
    plan = (Path(__file__).parents[2] / "gateway/rollout/plan/shipped/camera.yaml").read_text()
    body = {"author": "a", "reason": "r", "plan": f"{plan}\n  notifications: [{notification}]\n"}
    answer = opened.http.post("/api/v1/rollouts/camera/start", json=body)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert "AWS_SECRET" not in answer.json()["detail"]


def test_text_does_nothing_in_a_terminal_nor_in_a_log(opened: Up) -> None:
    """Names, reasons, authors and ids are shown letter by letter, each in its own line."""
    entry = {"id": "gate\u202e4", "name": HARMFUL, "source": str(VIDEO), "active": True}
    assert opened.http.post("/api/v1/cameras", json=entry).status_code == 200
    assert opened.http.post("/api/v1/cameras/gate%E2%80%AE4/start").status_code == 200
    pin = {"path": "legacy", "author": HARMFUL, "reason": HARMFUL}
    opened.ask("PUT", "/api/v1/rollouts/pins/cam7", json=pin)
    for command in (("cameras", "list"), ("rollout", "history")):
        shown = _in_a_terminal(opened, *command)
        assert SHOWN in shown.replace("\x1b[7m", "").replace("\x1b[0m", ""), command
        for does in (CLEAR, "\x9b", "\u202e", "\n2026-01-01"):
            assert does not in shown, command
    log = opened.data / "logs" / "control.log"
    until(lambda: "forged" in log.read_text(), what="the pin is logged")
    (line,) = [line for line in log.read_text().split("\n") if "forged" in line]
    assert line.count(SHOWN) == 2
    camera = opened.data / "logs" / "detect_gate\u202e4.log"
    until(lambda: "started: camera" in camera.read_text(), what="the worker has begun")
    assert r"camera gate\u202e4" in camera.read_text()
    assert "\u202e" not in opened.output


def test_json_is_what_it_was(opened: Up) -> None:
    """What machines read is the same value, written so that a terminal does nothing."""
    printed = opened.camplane("cameras", "show", "gate\u202e4")
    assert json.loads(printed)["name"] == HARMFUL
    assert not {"\x1b", "\x9b", "\u202e"} & set(printed)


def _in_a_terminal(camplane: Up, *command: str) -> str:
    """Return what a command writes to a terminal that is wide enough for it."""
    terminal, theirs = pty.openpty()
    done = subprocess.Popen(
        [CAMPLANE, *command, "--data", str(camplane.data)],
        env=environment(TERM="xterm", COLUMNS="600"),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(terminal, 65536):
            written += piece
    except OSError:  # the command has ended
        pass
    os.close(terminal)
    assert done.wait(30) == 0
    return written.decode()
