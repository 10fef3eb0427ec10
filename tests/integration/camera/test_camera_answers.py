"""What was done is told: no write has an answer that cannot be given."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from camplane.camera.v1 import camera_service_pb2 as pb

CAMERAS = 100


async def test_a_repair_is_told_however_much_it_changed(
    serving: Any, cameras_file: Path, root: Path, sqlite_url: str
) -> None:
    """Its diff is left out where an answer holds no more: gRPC's clients take 4 MiB."""
    ids = [f"cam{number}" for number in range(CAMERAS)]
    entries = [{"id": one, "name": one, "source": "x.mp4", "notes": "x" * 60_000} for one in ids]
    cameras_file.write_text(json.dumps({"cameras": entries}))
    async with serving("domain", sqlite_url) as client:
        await client.call("GetCamera", camera_id="cam0")
        with closing(sqlite3.connect(root / "camera.db")) as database, database:
            database.execute("DELETE FROM cameras")
        done = await client.call("RepairConsistency", dry_run=False)
        (action,) = done.actions
        assert (action.outcome, "left out" in action.diff) == (pb.REPAIR_OUTCOME_DONE, True)
        assert done.backup
        found = await client.call("CheckConsistency")
        assert (found.consistent, found.db_count) == (True, CAMERAS)
