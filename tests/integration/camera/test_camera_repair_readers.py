"""Who may read no secrets plans and does repairs, and is told no value that may be one."""

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from camplane.camera.v1 import camera_service_pb2 as pb

PASSWORD = "hunter2-of-the-gate"
# Not the source's, which is hidden from everybody wherever it stands.
ANOTHER = "zauberwort"
GATE = {
    "id": "gate",
    "name": "Gate",
    "source": f"rtsp://admin:{PASSWORD}@10.0.0.7/live/{PASSWORD}",
    "resolution": "1920x1080",
    "kennwort": ANOTHER,
    "onvif": {"zugang": [ANOTHER]},
    "location": f"behind rtsp://10.0.0.7/{ANOTHER}",
}
OF_READERS = ("x-camplane-unmasked", "operator,admin")
RELEASER = (OF_READERS, ("camplane-roles", '["releaser"]'))
OPERATOR = (OF_READERS, ("camplane-roles", '["releaser", "operator"]'))


def spoil_rows(root: Path, cameras_file: Path) -> None:
    """The database holds other values, and new keys, behind everybody's back."""
    entry = GATE | {"neu": ANOTHER, "resolution": "x", "kennwort": f"{ANOTHER}2"}
    entry |= {"onvif": {"zugang": f"{ANOTHER}2"}, "location": f"rtsp://10.0.0.8/{ANOTHER}2"}
    with contextlib.closing(sqlite3.connect(root / "camera.db")) as database, database:
        database.execute("UPDATE cameras SET entry = ?", (json.dumps(entry),))


def leave_files(root: Path, cameras_file: Path) -> None:
    """What a worker of any make left behind, and a writer that was killed."""
    report = {"pid": 1, "state": "streaming", "detail": f"{ANOTHER} refused"}
    for name in ("gate.report", "gate.json"):
        (root / "workers").mkdir(exist_ok=True)
        (root / "workers" / name).write_text(json.dumps(report))
    cameras_file.with_name(".cameras.yaml.new-abc123").write_text(cameras_file.read_text())


def write_twice(root: Path, cameras_file: Path) -> None:
    """A camera that stands there twice, and one that says no id."""
    text = cameras_file.read_text()
    items = text.partition("\n")[2]
    cameras_file.write_text(f"{text}{items}- kennwort: {ANOTHER}\n")


def is_told(answer: Any) -> bool:
    return PASSWORD in str(answer) or ANOTHER in str(answer)


@pytest.mark.parametrize("spoil", [spoil_rows, leave_files, write_twice])
@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_repair_says_what_it_changes_and_no_value_that_may_be_a_secret(
    serving: Any, sqlite_url: str, root: Path, cameras_file: Path, spoil: Any, dry_run: bool
) -> None:
    """Neither of what differs nor of the lines beside it; and what is left to do by hand."""
    async with serving("domain", sqlite_url) as client:
        await client.create(GATE)
        spoil(root, cameras_file)
        asked = pb.RepairConsistencyRequest(dry_run=dry_run)
        done = await client.typed.RepairConsistency(asked, metadata=RELEASER)
        assert any(action.diff for action in done.actions), done
        assert not is_told(done)
        undone = pb.UndoRepairRequest(backup=done.backup, force=True)
        if not dry_run:
            assert not is_told(await client.typed.UndoRepair(undone, metadata=RELEASER))


async def test_who_reads_secrets_is_told_of_values_by_their_names(
    serving: Any, sqlite_url: str, root: Path, cameras_file: Path
) -> None:
    """An operator who repairs, and everybody without access: masked as a check is."""
    async with serving("domain", sqlite_url) as client:
        await client.create(GATE)
        spoil_rows(root, cameras_file)
        for metadata in (OPERATOR, ()):
            asked = pb.RepairConsistencyRequest(dry_run=True)
            (action,) = (await client.typed.RepairConsistency(asked, metadata=metadata)).actions
            assert f'+  kennwort: "{ANOTHER}"' in action.diff
            assert PASSWORD not in action.diff
        (action,) = (await client.typed.RepairConsistency(asked, metadata=RELEASER)).actions
        assert '-  resolution: "x"\n' in action.diff
        assert '+  resolution: "1920x1080"\n' in action.diff
        assert '  kennwort: "***"  (another one, which is hidden)\n' in action.diff
