"""A repair that fails, is refused, comes too late or is killed loses nothing and stops no other."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from camera_service.consistency import repairer
from camera_service.domain.errors import (
    BackupNotFoundError,
    ConfigurationUnreadableError,
    RepairRefusedError,
    StorageFailedError,
)
from camera_service.domain.findings import Kind
from camera_service.domain.repairs import Outcome
from camera_service.shared_state.files import locks
from servicekit import process
from tests.integration.consistency.conftest import Place


def leave_a_log(place: Place, camera_id: str) -> None:
    place.layout.log(camera_id).write_text("a line\n")


def test_a_log_that_somebody_has_open_stays_and_the_others_are_moved(place: Place) -> None:
    for camera_id in ("attic", "barn", "cellar"):
        leave_a_log(place, camera_id)
    with place.layout.log("barn").open("ab") as log:
        child = place.spawn(sys.executable, "-ISc", "input()", stdin=-1, stdout=log)
    done = place.repair()
    assert [(action.camera_id, action.outcome) for action in done.actions] == [
        ("attic", Outcome.DONE),
        ("barn", Outcome.FAILED),
        ("cellar", Outcome.DONE),
    ]
    assert f"process {child.pid} has logs/detect_barn.log open" in done.actions[1].detail
    assert [one.camera_id for one in place.found()] == ["barn"]


def test_a_camera_that_somebody_starts_or_stops_is_left_to_him(place: Place) -> None:
    """And found when he has done: what he is at is no finding."""
    place.layout.pid_file("gate").write_text("x")
    assert place.found(Kind.PID_FILE_DIFFERS)
    with place.workers.control("gate"):
        assert place.found() == []
        assert place.repair().actions == []
    assert place.found(Kind.PID_FILE_DIFFERS)


def test_so_many_at_a_time_and_the_rest_with_the_next_repair(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repairer, "MAX_AT_A_TIME", 2)
    for camera_id in ("attic", "barn", "cellar"):
        leave_a_log(place, camera_id)
    outcomes = [action.outcome for action in place.repair().actions]
    assert outcomes == [Outcome.DONE, Outcome.DONE, Outcome.SKIPPED]
    assert [action.outcome for action in place.repair().actions] == [Outcome.DONE]
    assert place.found() == []


def test_what_is_no_longer_so_under_the_lock_is_not_done(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_a_log(place, "attic")
    checker = place.consistency._checker
    found = checker.check()
    monkeypatch.setattr(checker, "check", lambda: found)
    place.layout.log("attic").unlink()
    done = place.repair()
    assert [action.outcome for action in done.actions] == [Outcome.SKIPPED]
    assert done.backup == ""
    assert list(place.layout.backups.glob("consistency-*")) == []


def test_one_repair_at_a_time(place: Place) -> None:
    leave_a_log(place, "attic")
    done = place.repair()
    leave_a_log(place, "barn")
    with locks.if_free(place.layout.backups / ".lock") as free:
        assert free
        with pytest.raises(RepairRefusedError, match="another repair"):
            place.repair()
        with pytest.raises(RepairRefusedError, match="another repair"):
            place.undo(done.backup)
        assert place.repair(dry_run=True).actions


def test_without_a_backup_nothing_is_changed(place: Place) -> None:
    leave_a_log(place, "attic")
    shutil.rmtree(place.layout.backups)
    place.layout.backups.write_text("in the way")
    before = place.files()
    with pytest.raises(StorageFailedError, match="backup"):
        place.repair()
    assert place.files() == before


def test_an_undo_over_later_changes_is_refused_and_forced_keeps_them(place: Place) -> None:
    place.layout.pid_file("gate").write_text("1x")
    done = place.repair()
    place.layout.pid_file("gate").write_text("2x")
    with pytest.raises(RepairRefusedError, match=r"logs/pids/gate\.pid"):
        place.undo(done.backup)
    assert place.layout.pid_file("gate").read_text() == "2x"
    assert place.undo(done.backup, force=True).restored == ["logs/pids/gate.pid"]
    assert place.layout.pid_file("gate").read_text() == "1x"
    (kept,) = (place.layout.backups / done.backup).glob("*.at-undo")
    assert kept.read_text() == "2x"
    with pytest.raises(RepairRefusedError, match="undone already"):
        place.undo(done.backup)


@pytest.mark.parametrize(
    "name", ["", "..", "consistency-20260101-000000-abcdef", "../data", "/etc", "x\0", ".lock"]
)
def test_a_name_that_is_no_backup_is_refused(place: Place, name: str) -> None:
    with pytest.raises(BackupNotFoundError):
        place.undo(name)


def test_a_manifest_that_was_torn_is_told_with_where_the_files_are(place: Place) -> None:
    leave_a_log(place, "attic")
    done = place.repair()
    (place.layout.backups / done.backup / "manifest.json").write_text("{")
    with pytest.raises(BackupNotFoundError, match="the files as they were"):
        place.undo(done.backup)


def test_a_repair_that_was_killed_half_way_can_be_undone(place: Place) -> None:
    """What it had begun is put back, whether it had been changed or not."""
    for camera_id in ("attic", "barn"):
        leave_a_log(place, camera_id)
    place.layout.pid_file("gate").write_text("x")
    before = place.files()
    script = """
import os, signal, sys
from camera_service.offline import offline_consistency
from camera_service.consistency.backups import Backup
from camera_service.domain.repairs import Asked
from camera_service.settings import camera_settings
from servicekit.settings import Environment
keep = Backup.keep
def kept_and_killed(*arguments):
    keep(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
Backup.keep = kept_and_killed
settings = camera_settings(Environment({"CAMPLANE_DATA": sys.argv[1]}))
offline_consistency(settings).repair(Asked(False))
"""
    command = [sys.executable, "-c", script, str(place.layout.root)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    (folder,) = place.layout.backups.glob("consistency-*")
    place.undo(folder.name)
    assert place.files() == before


def test_a_file_that_cannot_be_read_is_told_as_what_it_is(place: Place) -> None:
    good = place.layout.cameras_file.read_text()
    place.layout.cameras_file.write_text(f"{good}\n  - : [")
    for work in (place.found, place.repair):
        with pytest.raises(ConfigurationUnreadableError, match="line"):
            work()
    place.layout.cameras_file.write_text(good)


def test_a_process_that_took_a_dead_workers_number_is_never_ended(place: Place) -> None:
    """Whatever record, lock and pid file say of it."""
    child = place.spawn(sys.executable, "-ISc", "import time; time.sleep(600)", "x")
    place.record("attic", child.pid)
    place.record("hall", child.pid, boot="another")
    place.layout.pid_file("gate").write_text(str(child.pid))
    done = place.repair()
    assert {action.outcome for action in done.actions} == {Outcome.DONE}
    assert {action.kind for action in done.actions} == {
        Kind.WORKER_DEAD,
        Kind.RECORD_OF_ANOTHER_BOOT,
        Kind.PID_FILE_DIFFERS,
    }
    assert process.identify(child.pid) is not None
    assert os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
