"""CheckConsistency, RepairConsistency and UndoRepair of a running service."""

import contextlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from camplane.camera.v1 import camera_service_pb2 as pb

from camera_service.shared_state.files.layout import Layout

PASSWORD = "s3cr3t-of-the-gate"
GATE = {"id": "gate", "name": "Gate", "source": f"rtsp://u:{PASSWORD}@h/1", "zone": {"a": 1}}


@pytest.fixture
def tamper(root: Path) -> Callable[..., None]:
    """Give `tamper(entry)`: the row of a camera becomes this one, behind the service's back."""

    def change(entry: dict[str, Any]) -> None:
        statement = "UPDATE cameras SET entry = ? WHERE camera_id = ?"
        with contextlib.closing(sqlite3.connect(root / "camera.db")) as connection:
            connection.execute(statement, (json.dumps(entry), entry["id"]))
            connection.commit()

    return change


async def test_rows_that_were_changed_are_told_repaired_and_read_anew(
    serving, sqlite_url, tamper
) -> None:
    """Also by a service that had read them before."""
    async with serving("domain", sqlite_url) as domain, serving("domain", sqlite_url) as other:
        await domain.create(GATE)
        assert (await domain.call("CheckConsistency")).consistent
        tamper(GATE | {"zone": {"a": 2}})
        assert await other.entries() == [GATE | {"zone": {"a": 2}}]
        found = await other.call("CheckConsistency")
        assert not found.consistent
        (issue,) = found.issues
        assert (issue.kind, issue.camera_id, issue.field) == ("FIELD_DIFFERS", "gate", "zone.a")
        assert [(s.where, s.says) for s in issue.sides] == [
            ("database", "2"),
            ("cameras.yaml", "1"),
        ]
        assert issue.repairable
        assert issue.cause
        assert issue.description == "camera 'gate', zone.a: database has 2, cameras.yaml has 1"

        plan = await other.call("RepairConsistency")
        assert plan.dry_run
        assert [action.outcome for action in plan.actions] == [pb.REPAIR_OUTCOME_PLANNED]
        assert '-  zone: {"a": 2}\n+  zone: {"a": 1}\n' in plan.actions[0].diff
        assert PASSWORD not in str(plan)
        assert not (await other.call("CheckConsistency")).consistent

        done = await other.call("RepairConsistency", dry_run=False)
        assert [action.outcome for action in done.actions] == [pb.REPAIR_OUTCOME_DONE]
        assert (await other.call("CheckConsistency")).consistent
        assert await other.entries() == [GATE]

        undone = await other.call("UndoRepair", backup=done.backup)
        assert list(undone.restored) == ["database"]
        assert not (await other.call("CheckConsistency")).consistent


async def test_a_file_that_was_changed_is_taken_in_and_no_finding(
    serving, database_url, cameras_file
) -> None:
    async with serving("domain", database_url) as domain:
        await domain.create(GATE)
        cameras_file.write_text("cameras:\n- id: hall\n  name: Hall\n  source: f\n")
        found = await domain.call("CheckConsistency")
        assert (found.consistent, found.db_count, found.yaml_count) == (True, 1, 1)


async def test_kinds_and_cameras_choose_and_an_unknown_kind_is_refused(
    serving, sqlite_url, root, refused
) -> None:
    async with serving("domain", sqlite_url) as domain:
        await domain.create(GATE)
        layout = Layout.under(root)
        for camera_id in ("attic", "barn"):
            layout.log(camera_id).write_text("a line\n")
        found = await domain.call("CheckConsistency")
        assert found.consistent
        assert [(note.kind, note.camera_id) for note in found.notes] == [
            ("LOG_LEFT", "attic"),
            ("LOG_LEFT", "barn"),
        ]
        asked = {"kinds": ["LOG_LEFT"], "camera_ids": ["barn"], "dry_run": False}
        done = await domain.call("RepairConsistency", **asked)
        assert [action.camera_id for action in done.actions] == ["barn"]
        assert layout.log("attic").exists()
        with pytest.raises(refused) as refusal:
            await domain.call("RepairConsistency", kinds=["LOG_LOST"])
        assert refusal.value.code == "INVALID_ARGUMENT"
        assert "LOG_LEFT" in refusal.value.message
        with pytest.raises(refused) as refusal:
            await domain.call("UndoRepair", backup="../camera.db")
        assert (refusal.value.code, refusal.value.reason) == ("NOT_FOUND", "BACKUP_NOT_FOUND")
        await domain.call("UndoRepair", backup=done.backup)
        with pytest.raises(refused) as refusal:
            await domain.call("UndoRepair", backup=done.backup)
        assert refusal.value.reason == "REPAIR_REFUSED"


async def test_legacy_has_no_database_to_repair(serving, refused) -> None:
    async with serving("legacy") as legacy:
        for method, fields in (("RepairConsistency", {}), ("UndoRepair", {"backup": "x"})):
            with pytest.raises(refused) as refusal:
                await legacy.call(method, **fields)
            assert refusal.value.reason == "NO_DATABASE"


async def test_a_worker_that_died_and_is_started_again_is_no_finding(
    serving, sqlite_url, root
) -> None:
    async with serving("domain", sqlite_url) as domain:
        await domain.create(GATE)
        await domain.call("StartCamera", camera_id="gate")
        layout = Layout.under(root)
        record = json.loads(layout.record("gate").read_text())
        # As after a crash whose next try is far away.
        await domain.call("StopCamera", camera_id="gate")
        layout.pid_file("gate").write_text(str(record["pid"]))
        layout.record("gate").write_text(json.dumps(record))
        found = await domain.call("CheckConsistency")
        assert found.consistent, found


async def test_a_row_that_is_no_json_takes_no_camera_away(serving, sqlite_url, root) -> None:
    async with serving("domain", sqlite_url) as domain:
        await domain.create(GATE)
    with contextlib.closing(sqlite3.connect(root / "camera.db")) as connection:
        connection.execute("UPDATE cameras SET entry = '{'")
        connection.commit()
    async with serving("domain", sqlite_url) as domain:
        assert not (await domain.call("CheckConsistency")).consistent
        assert await domain.entries() == [GATE]
        assert (await domain.call("CheckConsistency")).consistent
