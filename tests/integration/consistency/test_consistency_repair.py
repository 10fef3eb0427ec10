"""Every kind of disagreement, made on a real data directory: found, repaired, gone, undone."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from camera_service.domain.findings import Kind
from camera_service.domain.repairs import Outcome
from servicekit import process
from tests.integration.consistency.conftest import PASSWORD, Place, entry

Break = Callable[[Place], None]
# No process has it: a pid is at most 4,194,304.
NOBODY = 2**30


def a_row_is_gone(place: Place) -> None:
    place.sql("DELETE FROM cameras WHERE camera_id = 'hall'")


def a_row_is_added(place: Place) -> None:
    row = (9, "attic", json.dumps(entry("attic")))
    place.sql("INSERT INTO cameras (position, camera_id, entry) VALUES (?, ?, ?)", *row)


def a_field_is_changed(place: Place) -> None:
    changed = json.dumps(entry("hall") | {"source": f"rtsp://viewer:{PASSWORD}2@127.0.0.1:1/hall"})
    place.sql("UPDATE cameras SET entry = ? WHERE camera_id = 'hall'", changed)


def a_row_is_no_json(place: Place) -> None:
    place.sql("UPDATE cameras SET entry = ? WHERE camera_id = 'hall'", f"{{{PASSWORD}")


def a_row_is_no_mapping(place: Place) -> None:
    place.sql("UPDATE cameras SET entry = '[1]' WHERE camera_id = 'hall'")


def the_mark_is_gone(place: Place) -> None:
    place.sql("DELETE FROM mirror")


def rows_are_turned(place: Place) -> None:
    place.sql("UPDATE cameras SET position = 7 WHERE camera_id = 'gate'")


def the_file_is_changed(place: Place) -> None:
    place.write(entry("gate"), entry("hall", zone=1), take_in=False)


def a_camera_stands_there_twice(place: Place) -> None:
    place.write(entry("gate"), entry("hall"), entry("hall"))


def a_record_is_torn(place: Place) -> None:
    place.layout.record("gate").write_text("{")


def a_record_of_nobody_is_torn(place: Place) -> None:
    place.layout.record("hall").write_text("{")


def a_record_is_of_another_boot(place: Place) -> None:
    place.record("hall", NOBODY, boot="another")


def a_dead_workers_camera_is_gone(place: Place) -> None:
    place.record("attic", NOBODY)


def a_record_is_lost(place: Place) -> None:
    place.layout.record("gate").unlink()
    place.layout.pid_file("gate").unlink()


def a_running_camera_is_taken_out(place: Place) -> None:
    place.write(entry("hall"))


def a_running_camera_is_made_inactive(place: Place) -> None:
    place.write(entry("gate", active=False), entry("hall"))


def a_pid_file_names_another(place: Place) -> None:
    place.layout.pid_file("gate").write_text(str(os.getpid()))


def a_pid_file_names_a_stranger(place: Place) -> None:
    place.layout.pid_file("hall").write_text(str(os.getpid()))


def a_pid_file_names_nobody(place: Place) -> None:
    place.layout.pid_file("hall").write_text(str(NOBODY))


def a_report_is_of_another(place: Place) -> None:
    report = {"pid": NOBODY, "state": "streaming", "detail": f"rtsp://u:{PASSWORD}@h"}
    place.layout.report("gate").write_text(json.dumps(report))


def a_report_is_left(place: Place) -> None:
    place.layout.report("hall").write_text(json.dumps({"pid": NOBODY, "state": "streaming"}))


def locks_are_left(place: Place) -> None:
    for lock in (place.layout.worker_lock, place.layout.control_lock):
        lock("attic").touch()


def a_log_is_left(place: Place) -> None:
    for name in ("detect_attic.log", "detect_attic.log.1", ".detect_attic.log.lines"):
        (place.layout.root / "logs" / name).write_text(f"rtsp://u:{PASSWORD}@h\n" * 9)


def a_log_is_cut(place: Place) -> None:
    log = place.layout.log("hall")
    log.write_text("x\n")
    counted = {"inode": log.stat().st_ino, "position": 5_000_000, "ends": 1, "last": 10}
    log.with_name(f".{log.name}.lines").write_text(json.dumps(counted))


def a_counted_log_is_gone(place: Place) -> None:
    log = place.layout.log("hall")
    log.with_name(f".{log.name}.lines").write_text('{"inode": 1, "position": 5}')


def a_writer_of_the_cameras_was_killed(place: Place) -> None:
    beside = place.layout.cameras_file.with_name(".cameras.yaml.new-abc123")
    beside.write_text(place.layout.cameras_file.read_text())


def a_writer_of_a_record_was_killed(place: Place) -> None:
    beside = place.layout.record("hall").with_name(".hall.json.new-abc123")
    beside.write_text("{")
    long_ago = time.time() - 3600
    os.utime(beside, (long_ago, long_ago))


REPAIRED = [
    (a_row_is_gone, Kind.ROW_MISSING),
    (a_row_is_added, Kind.ROW_EXTRA),
    (a_field_is_changed, Kind.FIELD_DIFFERS),
    (a_row_is_no_json, Kind.FIELD_DIFFERS),
    (a_row_is_no_mapping, Kind.FIELD_DIFFERS),
    (the_mark_is_gone, Kind.MIRROR_STALE),
    (rows_are_turned, Kind.ORDER_DIFFERS),
    (the_file_is_changed, Kind.MIRROR_STALE),
    (a_camera_stands_there_twice, Kind.ID_DUPLICATE),
    (a_record_is_torn, Kind.RECORD_UNREADABLE),
    (a_record_of_nobody_is_torn, Kind.RECORD_UNREADABLE),
    (a_record_is_of_another_boot, Kind.RECORD_OF_ANOTHER_BOOT),
    (a_dead_workers_camera_is_gone, Kind.WORKER_DEAD),
    (a_record_is_lost, Kind.WORKER_UNRECORDED),
    (a_pid_file_names_another, Kind.PID_FILE_DIFFERS),
    (a_pid_file_names_a_stranger, Kind.PID_FILE_UNRELATED),
    (a_pid_file_names_nobody, Kind.PID_FILE_STALE),
    (a_report_is_of_another, Kind.REPORT_DIFFERS),
    (a_report_is_left, Kind.REPORT_LEFT),
    (locks_are_left, Kind.LOCK_LEFT),
    (a_log_is_left, Kind.LOG_LEFT),
    (a_log_is_cut, Kind.LOG_INDEX_LEFT),
    (a_counted_log_is_gone, Kind.LOG_INDEX_LEFT),
    (a_writer_of_the_cameras_was_killed, Kind.WRITER_LEFT),
    (a_writer_of_a_record_was_killed, Kind.WRITER_LEFT),
]


@pytest.mark.parametrize(("damage", "kind"), REPAIRED)
def test_what_is_damaged_is_found_shown_repaired_and_put_back(
    place: Place, damage: Break, kind: Kind
) -> None:
    """And nothing is changed by looking, by a dry run, or by an undone repair."""
    assert place.found() == []
    pid = place.workers.status("gate").pid
    damage(place)
    damaged = place.files()
    found = place.found(kind)
    assert found
    assert all(one.cause and one.repair and one.remedy for one in found)

    plan = place.repair(kind, dry_run=True)
    assert {action.outcome for action in plan.actions} == {Outcome.PLANNED}
    assert all(action.diff.startswith("--- ") for action in plan.actions)
    assert place.files() == damaged
    assert not list(place.layout.backups.glob("consistency-*"))

    done = place.repair(kind)
    assert {action.outcome for action in done.actions} == {Outcome.DONE}, done.actions
    assert place.found() == []
    assert process.identify(pid) is not None
    folder = place.layout.backups / done.backup
    assert place.layout.backups.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())

    undone = place.undo(done.backup)
    assert undone.restored
    assert undone.not_restored == []
    assert place.files() == damaged
    assert {one.kind for one in place.found(kind)} == {kind}


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (a_running_camera_is_taken_out, Kind.WORKER_UNCONFIGURED),
        (a_running_camera_is_made_inactive, Kind.WORKER_INACTIVE),
    ],
)
def test_a_worker_that_may_not_run_is_stopped_and_undoing_says_that_it_stays_so(
    place: Place, damage: Break, kind: Kind
) -> None:
    pid = place.workers.status("gate").pid
    damage(place)
    assert place.found(kind)
    done = place.repair(kind)
    assert [action.outcome for action in done.actions] == [Outcome.DONE]
    assert process.identify(pid) is None
    assert not place.found(kind)
    undone = place.undo(done.backup)
    assert undone.restored == []
    assert f"process {pid}" in undone.not_restored[0]
    assert not place.layout.record("gate").exists()


def a_lock_file_is_removed(place: Place) -> None:
    place.layout.worker_lock("gate").unlink()


def a_stranger_has_the_lock(place: Place) -> None:
    script = (
        "import fcntl, struct, sys, time\n"
        "lock = open(sys.argv[1], 'a')\n"
        "fcntl.fcntl(lock, fcntl.F_OFD_SETLK, struct.pack('hhqqi4x', 1, 0, 0, 0, 0))\n"
        "print(flush=True)\n"
        "time.sleep(600)\n"
    )
    lock = str(place.layout.worker_lock("hall"))
    place.spawn(sys.executable, "-ISc", script, lock, stdout=-1).stdout.readline()  # type: ignore[union-attr]


def a_pid_file_is_missing(place: Place) -> None:
    place.layout.pid_file("gate").unlink()


def a_second_worker_runs(place: Place) -> None:
    command = (sys.executable, "-ISc", "import time; print(flush=True); time.sleep(600)")
    child = place.spawn(*command, "--camera-id", "gate", stdout=-1)
    child.stdout.readline()  # type: ignore[union-attr]
    place.layout.pid_file("gate").write_text(str(child.pid))


def a_worker_died_unseen(place: Place) -> None:
    worker = place.workers.liveness.find("gate")
    assert worker
    process.end(worker, 0)
    deadline = time.monotonic() + 10
    while not place.layout.exit("gate").exists():  # its starter writes down how it ended
        assert time.monotonic() < deadline
        time.sleep(0.01)


BY_HAND = [
    (a_lock_file_is_removed, Kind.LOCK_NOT_HELD),
    (a_stranger_has_the_lock, Kind.LOCK_FOREIGN),
    (a_pid_file_is_missing, Kind.PID_FILE_MISSING),
    (a_second_worker_runs, Kind.WORKER_DOUBLE),
    (a_worker_died_unseen, Kind.WORKER_DEAD),
]


@pytest.mark.parametrize(("damage", "kind"), BY_HAND)
def test_what_only_a_person_can_judge_is_left_alone(
    place: Place, damage: Break, kind: Kind
) -> None:
    damage(place)
    pids = [child.pid for child in place.children]
    before = place.files()
    (found,) = place.found(kind)
    assert found.remedy is None
    assert found.repair
    done = place.repair()
    assert kind in [one.kind for one in done.by_hand]
    assert place.files() == before
    assert all(process.identify(pid) for pid in pids)
    assert place.found(kind) == [found]


def test_all_at_once_is_repaired_and_undone_as_a_whole(place: Place) -> None:
    apart = (a_camera_stands_there_twice, the_file_is_changed, rows_are_turned, the_mark_is_gone)
    # What a record says of other files is not known while it is torn.
    apart += (a_dead_workers_camera_is_gone, a_record_of_nobody_is_torn, a_report_is_of_another)
    for damage, _ in REPAIRED:
        if damage not in apart:
            damage(place)
    assert {one.kind for one in place.found()} >= {Kind.ROW_EXTRA, Kind.LOG_LEFT, Kind.LOCK_LEFT}
    before = place.files()
    done = place.repair()
    assert Outcome.FAILED not in {action.outcome for action in done.actions}
    assert [one for one in place.found() if one.remedy] == []
    place.undo(done.backup)
    assert place.files() == before


def test_a_camera_and_a_kind_limit_the_repair(place: Place) -> None:
    a_pid_file_names_a_stranger(place)
    a_log_is_left(place)
    assert [a.kind for a in place.repair(cameras=("attic",)).actions] == [Kind.LOG_LEFT]
    assert [one.kind for one in place.found()] == [Kind.PID_FILE_UNRELATED]
    assert place.repair(Kind.LOG_LEFT).backup == ""


def test_the_log_keeps_its_mode_and_its_text(place: Place) -> None:
    a_log_is_left(place)
    log = Path(place.layout.log("attic"))
    log.chmod(0o640)
    before = log.stat()
    done = place.repair(Kind.LOG_LEFT)
    assert not log.exists()
    place.undo(done.backup)
    after = log.stat()
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
