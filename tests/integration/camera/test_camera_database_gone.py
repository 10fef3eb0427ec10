"""The domain service while its database is away."""

import asyncio
import os
from pathlib import Path

import pytest

from servicekit.database.connections import parse_url
from servicekit.server import StartupError

GATE = {"id": "gate", "name": "Gate", "source": "film.mp4"}
UNAVAILABLE = ("UNAVAILABLE", "DATABASE_UNAVAILABLE")


@pytest.fixture
def kind_of_refusal(refused):
    async def kind(call):
        with pytest.raises(refused) as error:
            await call
        return error.value.code, error.value.reason

    return kind


async def test_nothing_changes_while_postgresql_is_stopped_and_all_is_well_afterwards(
    serving, own_postgres, kind_of_refusal, cameras_file
) -> None:
    async with serving("domain", own_postgres.url) as domain, serving("legacy") as legacy:
        await domain.create(GATE)
        pid = (await domain.call("StartCamera", camera_id="gate")).pid
        events = domain.watch()
        assert (await anext(events)).pid == pid
        own_postgres.stop()
        await domain.health("NOT_SERVING")

        before = cameras_file.read_bytes()
        for call in (
            domain.create({**GATE, "id": "new"}),
            domain.update("gate", {"name": "x"}),
            domain.call("ActivateCamera", camera_id="gate"),
            domain.call("DeactivateCamera", camera_id="gate"),
            domain.call("SetAutoStart", camera_id="gate", auto_start=True),
            domain.call("DeleteCamera", camera_id="gate"),
            domain.call("RefreshCameras"),
            domain.call("CheckConsistency"),
        ):
            assert await kind_of_refusal(call) == UNAVAILABLE
        assert cameras_file.read_bytes() == before
        # A refused call leaves the worker alone, and one can be seen and stopped all the same.
        assert (await domain.call("GetCameraStatus", camera_id="gate")).pid == pid
        await domain.call("StopCamera", camera_id="gate")

        # What legacy changes meanwhile needs the database to be read.
        await legacy.update("gate", {"name": "changed meanwhile"})
        assert await kind_of_refusal(domain.entries()) == UNAVAILABLE
        assert await kind_of_refusal(domain.call("ListCameras")) == UNAVAILABLE
        assert await kind_of_refusal(domain.call("GetCamera", camera_id="gate")) == UNAVAILABLE
        assert await kind_of_refusal(domain.call("StartCamera", camera_id="gate")) == UNAVAILABLE

        own_postgres.start()
        await domain.health("SERVING")
        assert (await domain.entries())[0]["name"] == "changed meanwhile"
        await domain.update("gate", {"name": "and on"})
        assert (await legacy.entries())[0]["name"] == "and on"
        assert (await domain.call("CheckConsistency")).consistent
        # Who watched all the time is told as if nothing had been.
        async with asyncio.timeout(10):
            while (await anext(events)).camera.name != "and on":
                pass


async def test_a_sqlite_file_replaced_by_a_directory_costs_no_acknowledged_change(
    serving, sqlite_url, cameras_file
) -> None:
    """A service cannot start on it; one on an empty place finds all cameras again."""
    path = Path(str(parse_url(sqlite_url).database))
    async with serving("domain", sqlite_url) as domain:
        await domain.create(GATE)
        for left in path.parent.glob("camera.db*"):
            left.unlink()
        path.mkdir()
        await domain.update("gate", {"name": "x"})  # the process still has the file open
    before = cameras_file.read_bytes()
    with pytest.raises(StartupError, match=f"the camera database.*{path}"):
        async with serving("domain", sqlite_url):
            pass
    assert cameras_file.read_bytes() == before
    path.rmdir()
    async with serving("domain", sqlite_url) as domain:
        assert await domain.entries() == [{**GATE, "name": "x"}]
        assert (await domain.call("CheckConsistency")).consistent


async def test_a_lost_database_is_made_anew_from_the_file(
    serving, database_url, cameras_file
) -> None:
    """Numbers, dates, odd items and their order included."""
    cameras_file.write_text(
        "cameras:\n- id: 7\n  since: 2026-01-01\n  big: 123456789012345678901234567890\n"
        "  ratio: 1.0\n- just text\n- id: gate\n- id: gate\n  second: true\n- name: no id\n"
        '- id: "nul\\0"\n'
    )
    async with serving("legacy") as legacy, serving("domain", database_url) as domain:
        assert await domain.entries() == await legacy.entries()
        found = await domain.call("CheckConsistency")
        assert (found.consistent, found.db_count, found.yaml_count) == (True, 5, 5)


async def test_a_camera_whose_worker_cannot_be_seen_to_end_is_not_taken_for_stopped(
    serving, sqlite_url
) -> None:
    """A worker in a stopped state (SIGSTOP) is killed, and then gone."""
    async with serving("domain", sqlite_url, CAMPLANE_STOP_SECONDS="0.2") as domain:
        await domain.create(GATE)
        pid = (await domain.call("StartCamera", camera_id="gate")).pid
        os.kill(pid, 19)
        await domain.call("StopCamera", camera_id="gate")
        assert not Path(f"/proc/{pid}").exists()
