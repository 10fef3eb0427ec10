"""What the commands show in terminals of 80 and of 60 columns, and into a pipe."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command_line import CAMPLANE, Up, environment, run, until
from tests.terminal import in_terminal, plain

SHOWING = (
    "status",
    "cameras list",
    "rules list",
    "alerts list",
    "traffic",
    "traffic traces",
    "rollout status",
    "rollout history",
    "token list",
    "audit",
)
LIST_CAMERAS = "CameraRestService/ListCameras"


def shown(demo: Up, columns: int, command: str, **variables: str) -> str:
    """Return what a command wrote into a terminal, which must be no wider than that."""
    arguments = [CAMPLANE, *command.split(), "--data", str(demo.data)]
    written, code = in_terminal(arguments, columns, **variables)
    assert code == 0, written
    text = plain(written)
    wide = [line for line in text.splitlines() if len(line) > columns]
    assert wide == [], text
    return text


@pytest.fixture(scope="module")
def seen(demo: Up) -> None:
    """Have something in every table: traces, decisions, a token, refusals."""
    demo.camplane("token", "create", "--name", "alice of the night shift", "--role", "operator")
    demo.camplane("rollout", "set", "--alert", "50", "-m", "to see both at work")
    demo.ask("GET", "/api/v1/cameras")
    demo.http.get("/api/v1/cameras/nobody")
    until(lambda: demo.ask("GET", "/api/v1/monitoring/traces")["traces"], what="a kept trace")


@pytest.mark.parametrize("columns", [80, 60])
@pytest.mark.parametrize("command", SHOWING)
def test_no_line_is_wider_than_the_terminal(demo, seen, command: str, columns: int) -> None:
    assert shown(demo, columns, command).strip()


@pytest.mark.parametrize("columns", [80, 60])
def test_ids_and_operations_stand_in_one_piece(demo, seen, columns: int) -> None:
    """What is copied, and what is looked for: ids of cameras, tokens and traces; operations."""
    listed = shown(demo, columns, "cameras list")
    assert all(one in listed for one in ("demo-street", "demo-animation", "demo-file"))
    tokens = shown(demo, columns, "token list")
    assert re.search(r"^[0-9a-f]{16} .* valid *$", tokens, re.M), tokens
    assert "ListCameras" in shown(demo, columns, "traffic")
    assert re.search(r"^[0-9a-f]{8} .* [A-Z]\w+ ", shown(demo, columns, "traffic traces"), re.M)


def test_the_beginning_of_a_trace_that_a_narrow_terminal_shows_opens_it(demo, seen) -> None:
    listed = shown(demo, 60, "traffic traces")
    found = re.search(r"^([0-9a-f]{8}) ", listed, re.M)
    assert found, listed
    assert "assigned to" in shown(demo, 60, f"traffic trace {found[1]}")


def test_what_no_trace_begins_with_is_refused_in_words(demo) -> None:
    for digits, said in (("0123", "or at least the first 8"), ("0" * 8, "was not kept")):
        done = run("traffic", "trace", digits, "--data", str(demo.data))
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr


def test_a_pipe_gets_whole_ids_and_names_in_one_line_each(demo, seen) -> None:
    lines = demo.camplane("traffic", "traces").splitlines()
    assert re.match(r"[0-9a-f]{32}  [0-9a-f]{16}  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  \w+/", lines[1])
    assert any(line.startswith(LIST_CAMERAS) for line in demo.camplane("traffic").splitlines())


@pytest.mark.parametrize("command", ["traffic --watch", "rollout status --watch"])
def test_a_pipe_is_written_to_at_once_while_watching(demo, command: str) -> None:
    """A line a context comes before anything ends it."""
    with subprocess.Popen(
        [CAMPLANE, *command.split(), "--data", str(demo.data)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as watching:
        try:
            assert watching.stdout is not None
            lines = [watching.stdout.readline() for _ in range(2)]
        finally:
            watching.kill()
    assert all(re.match(r"\d{4}-\d\d-\d\dT[\d:]+Z  (camera|alert)", line) for line in lines), lines


def test_no_colour_is_written_where_the_reader_wants_none(demo) -> None:
    """NO_COLOR is for colours: bold headings stay."""
    arguments = [CAMPLANE, "cameras", "list", "--data", str(demo.data)]
    coloured, _ = in_terminal(arguments, 80)
    without, _ = in_terminal(arguments, 80, NO_COLOR="1")
    colour = re.compile(r"\x1b\[(?:\d;)*3\d")
    assert colour.search(coloured)
    assert not colour.search(without)
    assert plain(coloured).split()[:3] == plain(without).split()[:3]


CAMERAS = """
cameras:
- {id: door, name: Door, source: door.mp4}
- {name: Nobody, source: nobody.mp4}
- {id: door, name: Another, source: other.mp4}
"""


def test_up_names_the_page_first_and_says_how_many_cameras_there_are_and_what_is_wrong(
    up, tmp_path: Path
) -> None:
    """Nothing of the banner is wider than 80 columns, but for what holds a path."""
    (tmp_path / "cameras.yaml").write_text(CAMERAS)
    camplane = up("--cameras", str(tmp_path / "cameras.yaml"))
    until(lambda: "entry is there twice" in camplane.output, what="the warnings")
    lines = camplane.output.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("camplane is up"))
    assert lines[first + 1] == f"  the page       {camplane.url}/ui"
    said = " ".join(camplane.output.split())
    assert "cameras.yaml: 1 camera " in said
    assert "1 entry is not usable" in said
    assert "1 entry is there twice: the first counts (door)" in said
    wide = [line for line in lines if len(line) > 80 and "/" not in line]
    assert [line for line in wide if not line.startswith("cameras.yaml: ")] == []


def test_a_second_up_in_the_same_directory_is_told_of_the_first(demo, tmp_path: Path) -> None:
    """Its port is taken as well: by the camplane that it asked for."""
    port = demo.url.rpartition(":")[2]
    done = run("up", "--data", str(demo.data), "--port", port)
    assert done.returncode == 1
    assert "a camplane runs on" in done.stderr
    assert "--port" not in done.stderr
    assert f"`camplane down --data {demo.data}`" in done.stderr
