"""A real Envoy writes its audit log while that is taken up, and put aside again and again."""

import threading
from pathlib import Path

import pytest

from gateway.audit import intake, keeping
from gateway.audit.log_file import after, broken_at
from gateway.rollout.split import Split
from tests.integration.gateway.rig import running, until

CALLS = 400


def test_what_envoy_writes_while_its_log_is_put_aside_is_taken_up_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes on into the renamed file until it opens a new one, and then never again."""
    monkeypatch.setattr(intake, "KEEP_BYTES", 2000)
    monkeypatch.setattr(keeping, "INTERVAL_SECONDS", 0.02)
    path = tmp_path / "audit.log"
    files = set()
    with running(Split(100, 100), audit_log=str(path)) as gateway:
        database = gateway.directory / "audit.db"

        def write() -> None:
            for number in range(CALLS):
                gateway.rest("POST", f"/api/v1/cameras/cam{number}/start")
                gateway.rest("GET", f"/api/v1/cameras/cam{number}/status")

        def kept() -> list[str]:
            return [str(one.fields["camera_id"]) for one in after(database, 0)]

        def are_kept() -> bool:
            if path.exists():
                files.add(path.read_bytes()[:200])
            return not writing.is_alive() and len(kept()) >= CALLS

        writing = threading.Thread(target=write)
        writing.start()
        until(are_kept, 60)
        assert kept() == [f"cam{number}" for number in range(CALLS)]
        assert broken_at(database, lambda log: log) == ""
    assert len(files) > 2, "it was not put aside"
