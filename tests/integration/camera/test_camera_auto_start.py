"""What a service starts by itself when it starts."""

import asyncio
import os
from pathlib import Path

import pytest

FILE = """\
cameras:
- {id: first, source: a.mp4, auto_start: true, env: [no mapping]}
- {id: ../outside, source: a.mp4, auto_start: true}
- {id: good, source: a.mp4, auto_start: true}
- {id: inactive, source: a.mp4, active: false, auto_start: true}
- {id: disabled, source: a.mp4, enabled: false, auto_start: true}
- {id: asked for, source: a.mp4, active: true}
- {id: 12345, source: a.mp4, enabled: true, auto_start: true}
"""


@pytest.fixture(params=["legacy", "domain"])
def implementation(request) -> str:
    return request.param


async def running(client) -> dict[str, int]:
    """Return the pids of running workers by camera."""
    statuses = (await client.call("BatchGetCameraStatus")).statuses
    return {status.camera_id: status.pid for status in statuses if status.running}


async def until_running(client, wanted: set[str]) -> dict[str, int]:
    async with asyncio.timeout(10):
        while set(found := await running(client)) != wanted:
            await asyncio.sleep(0.02)
    return found


async def test_active_cameras_with_auto_start_are_started_whatever_the_others_are(
    serving, sqlite_url, implementation, cameras_file, root
) -> None:
    """A camera that cannot be started, or has no safe id, stops none of those behind it."""
    cameras_file.write_text(FILE)
    async with serving(implementation, sqlite_url, CAMPLANE_AUTO_START="true") as client:
        await until_running(client, {"good", "12345"})
    assert not (root / "outside.control").exists()


async def test_the_next_service_finds_them_running(
    serving, sqlite_url, implementation, cameras_file
) -> None:
    """The same processes, also when the other implementation started them."""
    cameras_file.write_text(FILE)
    async with serving("legacy", CAMPLANE_AUTO_START="true") as client:
        pids = await until_running(client, {"good", "12345"})
    for pid in pids.values():
        os.kill(pid, 0)
    async with serving(implementation, sqlite_url, CAMPLANE_AUTO_START="true") as client:
        assert await running(client) == pids
    async with serving(implementation, sqlite_url, CAMPLANE_AUTO_START="false") as client:
        assert await running(client) == pids


async def test_two_services_that_start_at_once_start_one_worker_each(
    serving, sqlite_url, cameras_file
) -> None:
    ids = {f"c{number}" for number in range(8)}
    lines = "".join(f"- {{id: {i}, source: a.mp4, auto_start: true}}\n" for i in sorted(ids))
    cameras_file.write_text(f"cameras:\n{lines}")
    async with (
        serving("legacy", CAMPLANE_AUTO_START="true") as legacy,
        serving("domain", sqlite_url, CAMPLANE_AUTO_START="true") as domain,
    ):
        pids = await until_running(legacy, ids)
        assert await running(domain) == pids
    alive = [
        folder.name
        for folder in Path("/proc").iterdir()
        if folder.name.isdecimal() and works_in(folder, cameras_file.parents[1])
    ]
    assert sorted(map(int, alive)) == sorted(pids.values())


def works_in(folder: Path, root: Path) -> bool:
    try:
        return (folder / "cwd").readlink() == root
    except OSError:
        return False


async def test_nothing_starts_by_itself_when_that_is_off(
    serving, sqlite_url, implementation, cameras_file
) -> None:
    cameras_file.write_text(FILE)
    async with serving(implementation, sqlite_url) as client:
        await client.health("SERVING")
        assert await running(client) == {}


async def test_a_file_that_makes_no_sense_does_not_keep_a_service_from_starting(
    serving, sqlite_url, implementation, cameras_file, refused
) -> None:
    cameras_file.write_text("cameras: [}")
    async with serving(implementation, sqlite_url, CAMPLANE_AUTO_START="true") as client:
        await client.health("SERVING")
        with pytest.raises(refused) as error:
            await client.call("ListCameras")
        assert error.value.reason == "CONFIGURATION_UNREADABLE"
