"""`camplane up --demo` and every command of the command line on it."""

import json
import signal
import subprocess
from collections import Counter
from pathlib import Path

from tests.e2e.command_line import CAMPLANE, SERVICES, environment, lives, run, until

CAMERAS = ("demo-street", "demo-animation", "demo-file")


def test_the_cameras_stream(demo) -> None:
    def frames(camera_id: str) -> int:
        printed = demo.camplane("cameras", "stats", camera_id, "--json")
        return json.loads(printed)["stats"]["total_frames"]

    for camera_id in CAMERAS:
        until(lambda camera_id=camera_id: frames(camera_id) > 0)
    until(lambda: demo.output.count("  streaming") >= 3)


def test_every_operation_is_as_documented_on_both_paths(demo) -> None:
    found = json.loads(demo.camplane("verify", "--json"))
    assert found["ok"] is True, [o for o in found["operations"] if o["problem"]]
    assert len(found["operations"]) >= 37
    assert all(operation["problem"] == "" for operation in found["operations"])
    left = [camera["id"] for camera in demo.ask("GET", "/api/v1/cameras")["cameras"]]
    assert set(left) == set(CAMERAS)
    checked = json.loads(demo.camplane("consistency", "check", "--json"))
    assert [one for one in checked["notes"] if one["camera_id"] not in CAMERAS] == []


def test_status_tells_of_processes_health_and_cameras(demo) -> None:
    found = json.loads(demo.camplane("status", "--json"))
    assert (found["up"], found["url"], found["pid"]) == (True, demo.url, demo.process.pid)
    assert set(found["processes"]) == set(SERVICES)
    assert all(lives(pid) for pid in found["processes"].values())
    assert found["health"]["status"] == "healthy"
    assert {i for i, status in found["cameras"].items() if status["running"]} == set(CAMERAS)
    table = demo.camplane("status")
    assert demo.url in table
    assert "camera/domain" in table


def test_a_log_is_followed_until_it_is_interrupted(demo) -> None:
    log = demo.data / "logs" / "detect_demo-file.log"
    command = [CAMPLANE, "cameras", "logs", "demo-file", "-f", "-n", "1", "--data", str(demo.data)]
    follower = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
    try:
        assert follower.stdout is not None
        assert " INFO " in follower.stdout.readline()
        with log.open("a") as file:
            file.write("a new line, rtsp://user:hunter2@camera/1\n")
        printed = follower.stdout.readline()
        while "a new line" not in printed:
            assert printed
            printed = follower.stdout.readline()
        assert printed == "a new line, rtsp://***@camera/1\n"
        follower.send_signal(signal.SIGINT)
        assert follower.wait(10) == 0
    finally:
        follower.kill()
        follower.communicate()


def test_cameras_are_added_changed_shown_and_removed(demo, film, tmp_path) -> None:
    """An id with a space and Chinese letters, values of every kind, on either path."""
    camera = "门 1"
    demo.camplane("cameras", "add", camera, "--name", "Tür", "--source", film, "fps=10", "x=NaN")
    demo.camplane("cameras", "set", camera, "source=0", 'zones=[{"a": 1}]', "--path", "domain")
    shown = json.loads(demo.camplane("cameras", "show", camera, "--path", "legacy"))
    assert shown == {
        "id": camera,
        "name": "Tür",
        "source": "0",
        "fps": 10,
        "x": "NaN",
        "zones": [{"a": 1}],
    }
    demo.camplane("cameras", "set", camera, f"source={film}")
    listed = json.loads(demo.camplane("cameras", "list", "--json"))
    assert [entry["id"] for entry in listed][-1] == camera
    demo.camplane("cameras", "auto-start", camera, "on")
    demo.camplane("cameras", "start", camera)
    assert camera in demo.running()
    picture = tmp_path / "picture.jpg"
    demo.camplane("cameras", "preview", camera, "--output", str(picture))
    assert picture.read_bytes().startswith(b"\xff\xd8")
    until(lambda: "streaming" in demo.camplane("cameras", "logs", camera))
    demo.camplane("cameras", "deactivate", camera)
    assert camera not in demo.running()
    refused = run("cameras", "start", camera, "--data", str(demo.data))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "`camplane cameras activate ID` allows it to be started" in refused.stderr
    demo.camplane("cameras", "remove", camera)
    gone = run("cameras", "show", camera, "--data", str(demo.data))
    assert (gone.returncode, gone.stderr) == (1, "error: Camera not found\n")


def test_the_log_of_a_camera_that_is_not_there_is_refused_and_one_without_a_log_is_said(
    demo,
) -> None:
    nobody = run("cameras", "logs", "nobody", "--data", str(demo.data))
    assert (nobody.returncode, nobody.stderr) == (1, "error: Camera not found\n")
    demo.camplane("cameras", "add", "quiet", "--name", "Quiet", "--source", "none.mp4")
    assert demo.camplane("cameras", "logs", "quiet") == ""
    demo.camplane("cameras", "remove", "quiet")


def test_rules_are_added_listed_changed_and_removed(demo) -> None:
    conditions = '{"threshold": 5, "violation_type": "no_hairnet"}'
    added = demo.camplane(
        *("rules", "add", "--name", "Häubchen", "--type", "violation_threshold"),
        *("--conditions", conditions, "--camera", "demo-street", "--json"),
    )
    rule_id = str(json.loads(added)["id"])
    (rule,) = json.loads(demo.camplane("rules", "list", "--camera", "demo-street", "--json"))
    assert (rule["name"], rule["conditions"]) == ("Häubchen", json.loads(conditions))
    demo.camplane("rules", "set", rule_id, '{"enabled": false, "priority": "high"}')
    shown = json.loads(demo.camplane("rules", "show", rule_id))
    assert (shown["enabled"], shown["priority"]) == (False, "high")
    demo.camplane("rules", "set", rule_id, "enabled=true", "name=12", 'conditions={"threshold":6}')
    shown = json.loads(demo.camplane("rules", "show", rule_id))
    assert (shown["enabled"], shown["name"]) == (True, "12")
    assert shown["conditions"]["threshold"] == 6
    demo.camplane("rules", "set", rule_id, code=2)
    demo.camplane("rules", "set", rule_id, "name=Häubchen")
    assert "Häubchen" in demo.camplane("rules", "list")
    demo.camplane("rules", "history")
    demo.camplane("rules", "remove", rule_id)
    assert json.loads(demo.camplane("rules", "list", "--json")) == []


def test_logs_of_every_process_are_printed(demo) -> None:
    printed = demo.camplane("logs")
    for name in ("camera/legacy", "camera/domain", "alert/legacy", "alert/domain", "control"):
        assert f"{name:14} " in printed
    assert "listens on unix:" in demo.camplane("logs", "camera/domain", "-n", "1000")


def test_the_demos_password_is_printed_by_nothing_but_the_configuration(demo) -> None:
    texts = [demo.output, *(path.read_text(errors="replace") for path in log_files(demo.data))]
    for pid in (*demo.pids.values(), *demo.running().values()):
        texts += [Path(f"/proc/{pid}/{name}").read_text() for name in ("cmdline", "environ")]
    assert not [text for text in texts if "demo-password" in text]
    assert any("rtsp://***@127.0.0.1" in text for text in texts)


def log_files(data: Path) -> list[Path]:
    return [*data.glob("*.log"), *(data / "logs").glob("*.log")]


def test_half_of_the_cameras_are_answered_by_domain_each_always_by_the_same(demo) -> None:
    """And all alert rules, as the switches said at the start."""
    ids = [f"camera {number}" for number in range(200)]

    def answered_by(camera_id: str) -> str:
        answer = demo.http.get(f"/api/v1/cameras/{camera_id}/status")
        assert answer.status_code == 200
        assert "x-camplane-fallback" not in answer.headers
        return answer.headers["x-camplane-path"]

    first = {camera_id: answered_by(camera_id) for camera_id in ids}
    # Beyond this, a fair coin falls once in a hundred million times.
    assert 60 <= Counter(first.values())["domain"] <= 140
    assert {camera_id: answered_by(camera_id) for camera_id in ids} == first
    rules = {demo.http.get("/api/v1/alerts/rules").headers["x-camplane-path"] for _ in range(20)}
    assert rules == {"domain"}


def test_force_domain_overrides_the_split(demo) -> None:
    for value, path in (("true", "domain"), ("1", "domain"), ("FALSE", "legacy"), ("0", "legacy")):
        for address in ("/api/v1/cameras", "/api/v1/alerts/rules"):
            answer = demo.http.get(address, params={"force_domain": value})
            assert answer.headers["x-camplane-path"] == path
    assert demo.http.get("/api/v1/cameras?force_domain=perhaps").status_code == 400


def test_an_interrupt_stops_everything_the_demos_cameras_too(up) -> None:
    """Exit code 0, and no process of ours is left."""
    demo = up("--demo")
    cameras = demo.running()
    assert set(cameras) == set(CAMERAS)
    children = Path(f"/proc/{demo.process.pid}/task/{demo.process.pid}/children").read_text()
    pids = {*cameras.values(), *map(int, children.split())}
    assert len(pids) == len(CAMERAS) + len(SERVICES) + 1  # the RTSP server
    assert demo.stop(signal.SIGINT) == 0
    assert "stopped; no camera is running." in demo.output
    assert [pid for pid in pids if lives(pid)] == []
    after = run("status", "--json", "--data", str(demo.data))
    assert after.returncode == 3
    assert json.loads(after.stdout) == {"up": False, "workers": []}
