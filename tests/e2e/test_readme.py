"""Every snippet of the README does what it says there."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.launcher.configuration import read_configuration
from tests.e2e.command_line import CAMPLANE, HEARING, Up, environment, until
from tests.typed import typed

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = [
    (found[1], found[2]) for found in re.finditer(r"^```(\w*)\n(.*?)^```", README, re.M | re.S)
]
CONSOLES = [text for language, text in BLOCKS if language == "console"]
# What differs from run to run.
VARYING = ((r"/\S+?/logs/", "LOGS/"), (r"\d+", "N"), (r" +", " "))


def block(containing: str) -> str:
    (found,) = (text for text in CONSOLES if containing in text)
    return found


def alike(text: str) -> str:
    """Return a text without what differs from run to run."""
    for pattern, stands_for in VARYING:
        text = re.sub(pattern, stands_for, text)
    return "\n".join(line.rstrip() for line in text.splitlines())


def steps(console: str) -> list[tuple[str, str]]:
    """Return what is typed, and what is then said to be answered."""
    parts = re.split(r"^\$ ", console, flags=re.M)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


def test_it_is_short_and_every_kind_of_snippet_is_tried_here() -> None:
    assert len(README.splitlines()) < 150
    assert {language for language, _ in BLOCKS} == {"sh", "console", "yaml"}
    assert len(CONSOLES) == 3


@pytest.mark.parametrize("containing", ["demo-street/status", "camplane cameras list"])
def test_what_is_asked_of_the_demo_is_answered_as_it_says(
    demo: Up, tmp_path: Path, containing: str
) -> None:
    """But for pids, sizes and where the data lies."""
    until(lambda: len(demo.running()) == 3, what="three cameras run")
    address = demo.url.removeprefix("http://")
    for command, said in steps(block(containing)):
        done = _shell(command.replace("localhost:8080", address), tmp_path, demo.data)
        assert alike(done) == alike(said), command


def test_the_first_grpc_client_runs(demo: Up, tmp_path: Path) -> None:
    """The one of docs/grpc-api.md: it starts a camera and sees all three stream."""
    until(lambda: len(demo.running()) == 3, what="three cameras run")
    document = (ROOT / "docs" / "grpc-api.md").read_text("utf-8")
    found = re.search(r"^```python\n(.*?)^```", document, re.M | re.S)
    assert found
    client = tmp_path / "try.py"
    client.write_text(found[1].replace("127.0.0.1:8080", demo.url.removeprefix("http://")))
    said = _shell(f"python {client}", tmp_path, demo.data).splitlines()
    assert re.fullmatch(r"\d+ (legacy|domain)", said[0])
    cameras = {line.split()[0] for line in said[1:]}
    assert cameras == {"demo-street", "demo-animation", "demo-file"}


def test_what_lets_others_in_does(tmp_path: Path, unused_tcp_port: int) -> None:
    """Without a token nobody, with one its owner, over TLS."""
    lines = steps(block("access: {mode: on}"))
    data, served = tmp_path / "camplane-data", None
    try:
        for command, said in lines:
            if command.startswith("camplane up"):
                arguments = command.split()[1:]
                served = subprocess.Popen(
                    [*HEARING, CAMPLANE, *arguments, "--port", str(unused_tcp_port)],
                    cwd=tmp_path,
                    env=environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                until(lambda: (data / "run" / "instance.json").exists(), 60, "it is up")
                continue
            if command.startswith("TOKEN="):
                os.environ["TOKEN"] = _shell(f"{command}; echo $TOKEN", tmp_path, data).strip()
                continue
            asked = command.replace("localhost:8080", f"localhost:{unused_tcp_port}")
            assert alike(_shell(asked, tmp_path, data)) == alike(said), command
            if said:
                assert _shell(asked, tmp_path, data).strip() == said.strip()
    finally:
        os.environ.pop("TOKEN", None)
        if served:
            served.send_signal(signal.SIGINT)
            served.wait(60)


def test_the_configuration_is_one(tmp_path: Path) -> None:
    (text,) = (text for language, text in BLOCKS if language == "yaml")
    file = tmp_path / "camplane.yaml"
    file.write_text(text)
    found = read_configuration(file)
    assert str(found.cameras_file) == "/srv/monolith/config/cameras.yaml"
    assert found.old_http == "127.0.0.1:8000"


@pytest.mark.parametrize(
    "line",
    [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines() if line.strip()],
)
def test_what_is_to_be_typed_is_a_command_or_a_target(line: str) -> None:
    if not line.startswith("make "):
        typed(line)
        return
    target = line.split()[1]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M)


def test_every_command_that_is_named_in_a_sentence_exists() -> None:
    text = re.sub(r"^```.*?^```", "", README, flags=re.M | re.S)
    for line in re.findall(r"`(camplane [^`]+)`", text):
        typed(line)
    for target in re.findall(r"`make ([\w-]+)`", text):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M), target


def _shell(command: str, folder: Path, data: Path) -> str:
    """Return what a command prints, as a reader of the README runs it."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**environment(), "PATH": path, "CAMPLANE_DATA": str(data)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
