"""A camera's password is in cameras.yaml and nowhere that anyone prints."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

PASSWORD = "s3cr3t-of-the-gate"
METHODS = (
    "ListCameras",
    "CheckConsistency",
    "RepairConsistency",
    "RefreshCameras",
    "GetCamera",
    "StartCamera",
    "GetCameraStatus",
    "BatchGetCameraStatus",
    "GetCameraStats",
    "GetCameraLogs",
    "GetCameraPreview",
    "RestartCamera",
    "SetAutoStart",
    "ActivateCamera",
    "DeactivateCamera",
)
WITHOUT_ID = (
    *("ListCameras", "CheckConsistency", "RepairConsistency"),
    *("RefreshCameras", "BatchGetCameraStatus"),
)


@pytest.fixture
def source() -> Iterator[str]:
    """Give the source of a camera that refuses connections."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"rtsp://viewer:{PASSWORD}@127.0.0.1:{bound.getsockname()[1]}/x"


@pytest.mark.parametrize("implementation", ["legacy", "domain"])
async def test_no_password_is_said_anywhere(
    process, implementation, source, root, cameras_file, refused
) -> None:
    """Not by answers, errors, events, logs, reports, arguments or environments."""
    said = []
    async with process(implementation) as (child, client, log):
        entry = {"id": "gate", "name": "Gate", "source": source}
        said.append(await client.call("CreateCamera", entry=entry))
        started = await client.call("StartCamera", camera_id="gate")
        report = root / "workers" / "gate.report"
        async with asyncio.timeout(20):
            while not reports_failure(report):
                await asyncio.sleep(0.05)
        said.append(report.read_text())
        said.append((root / "logs" / "detect_gate.log").read_text())
        for pid in (child.pid, started.pid):
            said.append(Path(f"/proc/{pid}/cmdline").read_text())
            said.append(Path(f"/proc/{pid}/environ").read_text())
        async for event in client.watch():
            said.append(event)
            break
        for method in METHODS:
            fields = {} if method in WITHOUT_ID else {"camera_id": "gate"}
            try:
                said.append(await client.call(method, **fields))
            except refused as error:
                said.append(error.message)

        # Malformed in the middle of it, and mended.
        good = cameras_file.read_text()
        assert PASSWORD in good
        for broken in (
            good.replace("source: ", "source: *"),
            good.replace("source: ", "source: ["),
            good.replace("source: ", "source: !!int "),
            good.replace("source: ", "source: %"),
            good.replace("source: ", "\tsource: "),
            f"{PASSWORD}\n",
        ):
            cameras_file.write_text(broken)
            with contextlib.suppress(refused):
                said.append(await client.call("ListCameras"))
            with pytest.raises(refused) as refusal:
                await client.call("StartCamera", camera_id="gate")
            said.append(refusal.value.message)
    said.append(log[0])
    said.append((root / "logs" / "detect_gate.log").read_text())
    assert any("rtsp://***@127.0.0.1" in str(text) for text in said)
    for text in said:
        assert PASSWORD not in str(text)


def reports_failure(report: Path) -> bool:
    with contextlib.suppress(OSError):
        return json.loads(report.read_text())["state"] == "source_failed"
    return False


async def test_a_worker_is_not_given_the_password_of_the_database(process, postgres_url) -> None:
    """Any program may be the worker."""
    async with process("domain", CAMPLANE_CAMERA_DATABASE_URL=postgres_url) as (child, client, _):
        await client.create({"id": "gate", "name": "Gate", "source": "film.mp4"})
        pid = (await client.call("StartCamera", camera_id="gate")).pid
        assert "DATABASE_URL" in Path(f"/proc/{child.pid}/environ").read_text()
        assert "DATABASE_URL" not in Path(f"/proc/{pid}/environ").read_text()
