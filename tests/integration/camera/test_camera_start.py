"""Starts that cannot succeed say why, in one line, and leave everything as it was."""

import asyncio
import inspect
import os
import sys
from pathlib import Path

import pytest

from camera_service.domain import errors
from camera_service.entrypoints.error_table import ERRORS
from servicekit.database import trouble

# Runs a command for which a read-only directory is read-only also when we are root. (The numbers:
# PR_CAPBSET_DROP, CAP_DAC_OVERRIDE.)
OBEYING = (
    *(sys.executable, "-ISc"),
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(24, 1, 0, 0, 0); "
    "os.execvp(sys.argv[1], sys.argv[1:])",
)


async def failure_of(start_process, implementation, **environment) -> tuple[int, str]:
    """Return the exit code and all of standard error of a start that fails."""
    child, _ = await start_process(implementation, before=OBEYING, **environment)
    async with asyncio.timeout(30):
        _, log = await child.communicate()
    return child.returncode, log.decode()


@pytest.mark.parametrize("place", ["read-only", "in a read-only one", "a file", "below a file"])
async def test_a_data_directory_that_cannot_be_used_is_said_at_start(
    start_process, tmp_path, place
) -> None:
    """Exit code 3 and one line that names the place and what to do."""
    data = tmp_path / "place"
    if "file" in place:
        data.touch()
    else:
        data.mkdir(mode=0o555)
    if place.startswith(("in", "below")):
        data = data / "data"
    code, log = await failure_of(start_process, "domain", CAMPLANE_DATA=str(data))
    assert code == 3
    assert log.count("\n") == 1
    assert log.startswith(f"error: the data directory {data} cannot be used: ")
    assert "choose another with --data or CAMPLANE_DATA" in log


async def test_a_cameras_file_in_a_read_only_folder_is_said_at_start(
    start_process, tmp_path
) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    file = folder / "cameras.yaml"
    file.write_text("cameras: []\n")
    folder.chmod(0o555)
    code, log = await failure_of(start_process, "domain", CAMPLANE_CAMERAS_FILE=str(file))
    assert code == 3
    assert log.startswith(f"error: {file} cannot be written: Permission denied")
    assert file.read_text() == "cameras: []\n"


async def test_an_address_that_is_taken_is_said_at_start(start_process) -> None:
    taken = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    code, log = await failure_of(start_process, "legacy", CAMPLANE_LISTEN=f"127.0.0.1:{port}")
    taken.close()
    assert code == 3
    assert f"error: cannot listen on 127.0.0.1:{port}" in log
    assert "camplane down" in log


async def test_a_malformed_setting_is_named(start_process, root) -> None:
    """Exit code 2, one line, before anything is written."""
    code, log = await failure_of(start_process, "domain", CAMPLANE_THREADS="0")
    assert (code, log) == (2, "error: CAMPLANE_THREADS='0': give a number from 1 to 1000\n")
    assert not root.exists()


async def test_help_lists_every_variable_that_is_read() -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "camera_service", "--help", stdout=asyncio.subprocess.PIPE
    )
    listed, _ = await child.communicate()
    root = Path(__file__).parents[3]
    for source in ("camera_service/settings.py", "servicekit/settings.py"):
        for part in (root / source).read_text().split('"')[1::2]:
            if part.startswith(("CAMPLANE_", "OTEL_")) and part.isupper():
                assert part in listed.decode()


def test_every_refusal_of_the_context_has_a_row_and_a_reason_of_the_contract() -> None:
    contract = (
        Path(__file__).parents[3] / "protos" / "camplane" / "camera" / "v1" / "camera_service.proto"
    ).read_text()
    listed = contract.partition("package ")[0]
    classes = [
        cls
        for module in (errors, trouble)
        for cls in vars(module).values()
        if inspect.isclass(cls) and issubclass(cls, Exception)
    ]
    raised = set(classes) - {errors.CameraError, trouble.DatabaseTroubleError}
    assert [cls for cls in raised if not set(cls.__mro__) & set(ERRORS.rows)] == []
    for refusal in ERRORS.rows.values():
        line = next(text for text in listed.splitlines() if f" {refusal.reason} " in text)
        assert refusal.code.name in line.split()


async def test_list_workers_and_stop_workers_need_no_service(serving, root) -> None:
    """They find what a service started, say it as JSON lines, and stop it."""
    async with serving("legacy") as client:
        await client.create({"id": "门 1", "name": "n", "source": "a.mp4"})
        pid = (await client.call("StartCamera", camera_id="门 1")).pid
    for command in ("list-workers", "stop-workers"):
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "camera_service", command),
            env={**os.environ, "CAMPLANE_DATA": str(root)},
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await child.communicate()
        assert child.returncode == 0
        assert f'"camera_id": "门 1", "pid": {pid}, ' in output.decode()
    assert not Path(f"/proc/{pid}").exists() or state_of(pid) == "Z"


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
