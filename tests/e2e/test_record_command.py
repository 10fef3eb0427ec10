"""`camplane record`: what clients ask of a running gateway, written down without secrets."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e.command_line import CAMPLANE, Up, ending, environment, run, until


@pytest.fixture(scope="module")
def recorded_up(tmp_path_factory: pytest.TempPathFactory):
    with ending(tmp_path_factory.mktemp("record")) as up:
        yield up(CAMPLANE_AUTO_START="false")


def test_requests_are_recorded_without_secrets_and_compared(recorded_up: Up, tmp_path) -> None:
    """What was recorded is asked again of both implementations of the camplane that runs."""
    output = tmp_path / "asked.jsonl"
    recording = subprocess.Popen(
        [CAMPLANE, "record", str(output), "--data", str(recorded_up.data), "--limit", "4"],
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        ask = recorded_up.http.request

        def is_recorded() -> bool:
            ask("GET", "/api/v1/cameras/ghost/status?token=hunter2")
            return output.exists() and output.stat().st_size > 0

        until(is_recorded, 30, "the first request is recorded")
        camera = {
            "id": "r 1",
            "name": "名",
            "source": "rtsp://u:hunter2@h/1",
            "password": "hunter2",
        }
        ask("POST", "/api/v1/cameras", json=camera, headers={"authorization": "Bearer hunter2"})
        ask("GET", "/api/v1/cameras/r%201", headers={"cookie": "session=hunter2"})
        ask("GET", "/api/v1/no/such/path?password=hunter2")
        ask("GET", "/api/ping")
        assert recording.wait(20) == 0
    finally:
        recording.kill()
        recording.wait()
    text = output.read_text()
    assert "hunter2" not in text
    assert "POST" in text
    assert "名" in text
    assert output.stat().st_mode & 0o777 == 0o600
    cameras = recorded_up.data / "config" / "cameras.yaml"
    before = cameras.read_bytes()
    live = ("--live", "--data", str(recorded_up.data))
    done = run("compare", "--from", str(output), "--only", "GET", *live)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "are equal" in done.stdout
    # As it is split, that is by legacy, and by legacy.
    url = recorded_up.url
    sides = ("--old", f"gateway@{url}", "--new", f"legacy@{url}")
    done = run("compare", "--from", str(output), "--only", "GET", *sides)
    assert done.returncode == 0, done.stdout + done.stderr
    assert cameras.read_bytes() == before


def test_a_recorder_that_was_killed_leaves_the_next_one_free(recorded_up: Up, tmp_path) -> None:
    """Envoy allows one at a time, and must notice that it went away, with traffic or without."""
    data = ("--data", str(recorded_up.data))
    killed = subprocess.Popen([CAMPLANE, "record", str(tmp_path / "a"), *data], env=environment())
    try:

        def is_recorded() -> bool:
            recorded_up.http.get("/api/ping")
            return (tmp_path / "a").exists() and (tmp_path / "a").stat().st_size > 0

        until(is_recorded, 30, "the first recorder records")
    finally:
        killed.kill()
        killed.wait()
    for name in ("b", "c"):
        done = run("record", str(tmp_path / name), "--seconds", "0.2", *data)
        assert done.returncode == 0, done.stderr


def test_a_file_that_exists_is_not_written_over(recorded_up: Up, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("mine")
    done = run("record", str(kept), "--data", str(recorded_up.data))
    assert done.returncode == 1
    assert "File exists" in done.stderr
    assert kept.read_text() == "mine"


def test_without_a_camplane_nothing_is_recorded(tmp_path: Path) -> None:
    done = run("record", str(tmp_path / "x"), "--data", str(tmp_path))
    assert done.returncode == 3
    assert not (tmp_path / "x").exists()
