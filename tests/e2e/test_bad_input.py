"""What `camplane up` cannot work with is said in one line, quickly, and nothing is left of it."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.command_line import CAMPLANE, environment, processes_of, run

QUICKLY = 15.0


# Runs a command for which a read-only directory is read-only also when we are root. (The numbers:
# PR_CAPBSET_DROP, CAP_DAC_OVERRIDE.)
OBEYING = (
    *(sys.executable, "-ISc"),
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(24, 1, 0, 0, 0); "
    "os.execvp(sys.argv[1], sys.argv[1:])",
)


def fail(data: Path, *arguments: str, code: int = 2, **variables: str) -> str:
    """Run `up`, which must fail with `code` and one line; return that line."""
    began = time.monotonic()
    done = subprocess.run(
        [*OBEYING, CAMPLANE, "up", "--data", str(data), *arguments],
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert time.monotonic() - began < QUICKLY
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if line != "starting …"]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    assert processes_of(data) == []
    return lines[0]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_a_taken_port(data) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = fail(data, "--port", str(port), code=1)
    assert f"port {port} of 127.0.0.1 cannot be used" in line
    assert "--port" in line
    assert not data.exists()


def test_an_address_that_is_not_this_machines(data) -> None:
    """Another port would not help."""
    line = fail(data, "--host", "192.0.2.1", "--insecure", code=1)
    assert "--host 192.0.2.1 is no address of this machine" in line
    assert "--port" not in line
    assert not data.exists()


def test_a_port_that_is_none(data) -> None:
    done = run("up", "--data", str(data), "--port", "65536")
    assert done.returncode == 2
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
    assert not data.exists()


@pytest.mark.parametrize("place", ["read-only", "a file"])
def test_a_data_directory_that_cannot_be_used(data, place) -> None:
    if place == "a file":
        data.write_text("mine")
    else:
        data.mkdir(mode=0o555)
    line = fail(data, "--port", "0", code=1)
    assert f"the data directory {data} cannot be written to" in line
    assert "choose another with --data" in line
    assert data.is_dir() or data.read_text() == "mine"


@pytest.mark.parametrize("text", ["cameras: [", "", "\xff\xfe"])
def test_a_cameras_file_that_makes_no_sense(data, tmp_path, text) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="latin-1")
    line = fail(data, "--port", "0", "--cameras", str(file))
    assert str(file) in line
    assert not data.exists()


def test_a_cameras_file_that_is_not_there(data, tmp_path) -> None:
    assert "No such file" in fail(data, "--port", "0", "--cameras", str(tmp_path / "none.yaml"))
    assert not data.exists()


def test_a_cameras_file_for_a_directory_that_has_another(data, tmp_path) -> None:
    theirs = data / "config" / "cameras.yaml"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("cameras: []\n")
    mine = tmp_path / "mine.yaml"
    mine.write_text("cameras:\n- id: gate\n")
    line = fail(data, "--port", "0", "--cameras", str(mine))
    assert "which would be lost" in line
    assert str(theirs) in line
    assert theirs.read_text() == "cameras: []\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("databases: {camera: 'postgresql://u:hunter2@h/d'\nx", "is malformed"),
        ("database: {camera: x}", "unknown key 'database'; there are legacy, cameras"),
        ("gateway: {limits: {timeout: 5}}", "unknown key; there are request_bytes"),
    ],
)
def test_a_configuration_that_makes_no_sense(data, tmp_path, text, said) -> None:
    file = tmp_path / "camplane.yaml"
    file.write_text(text)
    line = fail(data, "--port", "0", "--config", str(file))
    assert said in line
    assert "hunter2" not in line


def test_two_names_for_the_cameras_file(data, tmp_path) -> None:
    config, cameras = tmp_path / "camplane.yaml", tmp_path / "mine.yaml"
    config.write_text(f"cameras: {{file: {cameras}}}\n")
    cameras.write_text("cameras: []\n")
    arguments = ("--config", str(config), "--cameras", str(cameras))
    assert "both name a cameras.yaml; give one" in fail(data, "--port", "0", *arguments)
    assert not data.exists()


def test_a_worker_command_that_cannot_work(data, tmp_path) -> None:
    """The service that refuses it is quoted."""
    file = tmp_path / "camplane.yaml"
    file.write_text("worker: {command: 'detector {source}'}\n")
    line = fail(data, "--port", "0", "--config", str(file), code=1)
    assert "could not start: CAMPLANE_WORKER_COMMAND: " in line
    assert "unknown placeholder" in line


def test_an_unreachable_database(data, tmp_path, unused_tcp_port) -> None:
    """The message names it, without the password."""
    url = f"postgresql://camplane:hunter2@127.0.0.1:{unused_tcp_port}/cams"
    file = tmp_path / "camplane.yaml"
    file.write_text(f"databases: {{camera: '{url}'}}\n")
    line = fail(data, "--port", "0", "--config", str(file), code=1)
    assert f"the camera database (127.0.0.1:{unused_tcp_port}/cams) cannot be used now" in line
    assert "hunter2" not in line


def test_a_switch_that_means_nothing(data) -> None:
    line = fail(data, "--port", "0", USE_DOMAIN_SERVICE="maybe")
    assert "USE_DOMAIN_SERVICE='maybe': give true or false" in line
    assert not data.exists()


def test_a_second_camplane_on_the_same_data(quiet) -> None:
    """It names the first one, which goes on as it was."""
    began = time.monotonic()
    before = quiet.instance
    done = run("up", "--data", str(quiet.data), "--port", "0")
    assert time.monotonic() - began < QUICKLY
    assert done.returncode == 1
    said = f"(process {quiet.process.pid}, {quiet.url})"
    assert said in done.stderr
    assert "choose another folder with --data" in done.stderr
    assert quiet.instance == before
    assert quiet.http.get("/api/ping").status_code == 200


def test_a_second_camplane_on_the_same_cameras_file(quiet, data, tmp_path) -> None:
    """By any name of the file: a camera would have two workers."""
    (tmp_path / "link.yaml").symlink_to(quiet.data / "config" / "cameras.yaml")
    config = tmp_path / "camplane.yaml"
    config.write_text("cameras: {file: link.yaml}\n")
    done = run("up", "--data", str(data), "--port", "0", "--config", str(config))
    assert done.returncode == 1
    assert f"is served by the camplane of {quiet.data} already" in done.stderr
    assert processes_of(data) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("cameras", "list"),
        ("verify",),
        ("status",),
    ],
)
def test_a_command_where_nothing_runs_says_how_to_start_it(data, arguments) -> None:
    done = run(*arguments, "--data", str(data))
    assert done.returncode == 3
    assert f"camplane up --data {data}" in done.stderr
    assert not data.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cameras", "set", "gate", "fps"), "'fps' is no key=value"),
        (("cameras", "list", "--path", "both"), "give legacy or domain"),
        (("rules", "add", "--name", "n", "--type", "t", "--conditions", "[NaN]"), "is not JSON"),
        (("logs", "camera"), "there is no process camera"),
    ],
)
def test_a_wrong_use_is_said_in_one_line(quiet, arguments, said) -> None:
    done = run(*arguments, "--data", str(quiet.data))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_bytes_that_are_no_text_are_refused(quiet) -> None:
    done = run("cameras", "show", "\udcff", "--data", str(quiet.data))
    assert (done.returncode, done.stderr[:7]) == (1, "error: ")
