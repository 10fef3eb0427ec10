"""Records, locks, pid files and reports of one camera against each other. Pure.

What a running system does by itself is no finding: while somebody supervises,
a dead worker is started again, and a record of another boot dropped.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from camera_service.consistency.worker_facts import Record, WorkerFacts
from camera_service.domain.findings import Finding, Kind, Remedy, Side
from servicekit.process import Identity

_LEFT_SUFFIXES = {
    "report": Kind.REPORT_LEFT,
    "restarts": Kind.REPORT_LEFT,
    "exit": Kind.REPORT_LEFT,
    "lock": Kind.LOCK_LEFT,
    "control": Kind.LOCK_LEFT,
}
_DELETED = "the camera was deleted, which leaves its locks and how its last worker ended"
_KILLED = "its record was removed by hand, or a stop was killed half way"
_WHY_LEFT = {
    "report": _KILLED,
    "restarts": _KILLED,
    "exit": _DELETED,
    "lock": _DELETED,
    "control": _DELETED,
}


@dataclass(frozen=True)
class Wanted:
    """What is configured, and whether somebody supervises the workers."""

    configured: bool
    active: bool
    supervised: bool


def worker_findings(facts: WorkerFacts, wanted: Wanted) -> list[Finding]:
    """Tell what does not fit together about one camera's worker."""
    return [
        *_record(facts, wanted),
        *_lock(facts),
        *_configuration(facts, wanted),
        *_pid_file(facts),
        *_report(facts),
        *_left(facts, wanted),
    ]


def _record(facts: WorkerFacts, wanted: Wanted) -> Iterator[Finding]:
    camera_id, path = facts.camera_id, _worker_path(facts, "json")
    if facts.record is Record.UNREADABLE:
        remedy, repair = Remedy.FORGET, "remove it; the camera is stopped then"
        if facts.unrecorded:
            remedy, repair = Remedy.ADOPT, f"write it anew, for process {facts.unrecorded.pid}"
        elif facts.lock_held:
            repair = _by_hand_holders(facts)
        yield Finding(
            *(Kind.RECORD_UNREADABLE, camera_id, "", path),
            sides=(Side("record", "no worker that can be read"), _lock_side(facts)),
            cause="a disk that was full or lost power, or something other than camplane wrote it",
            repair=repair,
            remedy=None if remedy is Remedy.FORGET and facts.lock_held else remedy,
        )
    elif facts.unrecorded and facts.record is not Record.ALIVE:
        if facts.record is Record.NONE:
            path = _worker_path(facts, "lock")
        yield Finding(
            *(Kind.WORKER_UNRECORDED, camera_id, "", path),
            sides=(Side("record", _recorded(facts)), _lock_side(facts)),
            cause="the service that started it died before it could write the record, "
            "or the record was removed",
            repair=f"record process {facts.unrecorded.pid}",
            remedy=Remedy.ADOPT,
        )
    elif facts.record is Record.ANOTHER_BOOT and not wanted.supervised:
        yield Finding(
            *(Kind.RECORD_OF_ANOTHER_BOOT, camera_id, "", path),
            sides=(Side("record", _recorded(facts)), Side("kernel", "booted since")),
            cause="the machine was restarted, and no camplane has run since",
            repair="remove it; cameras with auto_start are started by the next `camplane up`",
            remedy=None if facts.lock_held else Remedy.FORGET,
        )
    elif facts.record is Record.DEAD and not wanted.supervised:
        startable = wanted.configured and wanted.active
        yield Finding(
            *(Kind.WORKER_DEAD, camera_id, "", path),
            sides=(Side("record", _recorded(facts)), Side("kernel", "no such process")),
            cause="it died while nobody supervised",
            repair="start camplane, which starts the camera again, or stop the camera"
            if startable
            else "remove the record: the camera may not be started",
            remedy=None if startable or facts.lock_held else Remedy.FORGET,
        )


def _lock(facts: WorkerFacts) -> Iterator[Finding]:
    path = _worker_path(facts, "lock" if "lock" in facts.left else "json")
    if facts.holders and (facts.record is Record.ALIVE or not facts.unrecorded):
        yield Finding(
            *(Kind.LOCK_FOREIGN, facts.camera_id, "", path),
            sides=(_lock_side(facts), Side("record", _recorded(facts))),
            cause="a process that is not the recorded worker has the lock open: one that a worker "
            "left behind, a second worker, or something other than camplane",
            repair=_by_hand_holders(facts),
        )
    elif (
        facts.record is Record.ALIVE
        and not facts.by_old_server
        and (not facts.lock_held or facts.holds_lock is False)
    ):
        yield Finding(
            *(Kind.LOCK_NOT_HELD, facts.camera_id, "", path),
            sides=(Side("record", _recorded(facts)), _lock_side(facts)),
            cause="the lock's file was removed, or the worker closed what it was given to hold",
            repair=f"`camplane cameras restart {facts.camera_id}`; if it comes again, the worker "
            "does not keep the worker contract",
        )


def _configuration(facts: WorkerFacts, wanted: Wanted) -> Iterator[Finding]:
    worker = facts.living
    if worker is None or (wanted.configured and wanted.active):
        return
    says = Side("cameras.yaml", "it inactive" if wanted.configured else "no such camera")
    is_recorded = facts.record is Record.ALIVE
    yield Finding(
        Kind.WORKER_INACTIVE if wanted.configured else Kind.WORKER_UNCONFIGURED,
        facts.camera_id,
        path=_worker_path(facts, "json") if is_recorded else _pid_path(facts),
        sides=(Side("record" if is_recorded else "pid file", _process(worker)), says),
        cause=_why_it_runs(is_recorded, wanted),
        repair=f"stop process {worker.pid}, which is proven to be this camera's worker; "
        "undoing does not start it again",
        remedy=Remedy.STOP,
    )


def _pid_file(facts: WorkerFacts) -> Iterator[Finding]:
    file, path = facts.pid_file, _pid_path(facts)
    worker = facts.recorded if facts.record is Record.ALIVE else None
    if worker and file is None:
        yield Finding(
            *(Kind.PID_FILE_MISSING, facts.camera_id, "", path),
            sides=(Side("record", _recorded(facts)), Side("pid file", "nothing: it is missing")),
            cause="an old server is stopping the camera, or the file was removed; an old server "
            "would start a second worker",
            repair=f"`camplane cameras restart {facts.camera_id}`, unless an old server stops it",
        )
    elif worker and file and file.is_worker and file.names != worker:
        yield Finding(
            *(Kind.WORKER_DOUBLE, facts.camera_id, "", path),
            sides=(Side("record", _recorded(facts)), Side("pid file", _named(facts))),
            cause="an old server, which takes no lock, started a second worker",
            repair=f"who supervises ends process {worker.pid} in a moment, of which the old server "
            f"knows nothing; else end one of them by hand, such as `kill {worker.pid}`",
        )
    elif worker and file and file.text != str(worker.pid):
        yield Finding(
            *(Kind.PID_FILE_DIFFERS, facts.camera_id, "", path),
            sides=(Side("record", _recorded(facts)), Side("pid file", _named(facts))),
            cause="an old server or a person wrote it",
            repair=f"write {worker.pid} into it",
            remedy=Remedy.WRITE_PID,
        )
    elif file and facts.record is Record.NONE and not file.is_worker and not facts.lock_held:
        unrelated = file.names is not None
        yield Finding(
            Kind.PID_FILE_UNRELATED if unrelated else Kind.PID_FILE_STALE,
            facts.camera_id,
            path=path,
            sides=(Side("pid file", _named(facts)), Side("record", "nothing")),
            cause="an old server's worker ended, and its number was given to another process, "
            "which the monolith would take for the worker, and end"
            if unrelated
            else "an old server's worker ended by itself",
            repair="remove it",
            remedy=Remedy.REMOVE,
            files=(path,),
        )


def _report(facts: WorkerFacts) -> Iterator[Finding]:
    worker = facts.recorded if facts.record is Record.ALIVE else None
    path = _worker_path(facts, "report")
    if worker and facts.report_pid is not None and facts.report_pid != worker.pid:
        yield Finding(
            *(Kind.REPORT_DIFFERS, facts.camera_id, "pid", path),
            sides=(Side("record", _recorded(facts)), Side("report", f"pid {facts.report_pid}")),
            cause="another process writes this camera's report, or did; its figures are not shown",
            repair="remove it; the worker writes it anew within a second",
            remedy=Remedy.REMOVE,
            files=(path,),
        )


def _left(facts: WorkerFacts, wanted: Wanted) -> Iterator[Finding]:
    if facts.record is not Record.NONE or facts.lock_held or facts.living:
        return
    for suffix, kind in _LEFT_SUFFIXES.items():
        # How the last worker ended and its lock are kept for as long as there is the camera.
        expected = wanted.configured and suffix in ("exit", "lock", "control")
        if suffix in facts.left and not expected:
            path = _worker_path(facts, suffix)
            known = "no worker that should run" if wanted.configured else "no such camera"
            yield Finding(
                *(kind, facts.camera_id, "", path),
                sides=(Side(path, "been left over"), Side("cameras.yaml", known)),
                cause=_WHY_LEFT[suffix],
                repair="remove it",
                remedy=Remedy.REMOVE,
                files=(path,),
            )


def _why_it_runs(is_recorded: bool, wanted: Wanted) -> str:
    if wanted.configured:
        return "an update or an edit of cameras.yaml made it inactive, which stops nothing"
    if is_recorded:
        return (
            "it was taken out of cameras.yaml by hand, or by an old server; "
            "who supervises stops it after 10 s"
        )
    return "an old server started it, and removed the camera before domain saw it run"


def _pid_path(facts: WorkerFacts) -> str:
    return f"logs/pids/{facts.camera_id}.pid"


def _worker_path(facts: WorkerFacts, suffix: str) -> str:
    return f"workers/{facts.camera_id}.{suffix}"


def _recorded(facts: WorkerFacts) -> str:
    if facts.recorded is None:
        return "nothing" if facts.record is Record.NONE else "no worker that can be read"
    state = "" if facts.record is Record.ALIVE else f", {facts.record}"
    return f"{_process(facts.recorded)}{state}"


def _named(facts: WorkerFacts) -> str:
    assert facts.pid_file is not None
    text = facts.pid_file.text
    if not text.isdecimal():
        return "no number"
    if facts.pid_file.names is None:
        return f"pid {text}, which does not live"
    return f"pid {text}" + ("" if facts.pid_file.is_worker else ", which is not its worker")


def _lock_side(facts: WorkerFacts) -> Side:
    if not facts.lock_held:
        return Side("lock", "no holder")
    holders = facts.holders
    if facts.recorded and facts.holds_lock:
        holders = (facts.recorded.pid,)
    return Side("lock", f"as holder pid {', '.join(map(str, holders)) or 'unknown'}")


def _by_hand_holders(facts: WorkerFacts) -> str:
    return (
        f"see what process {', '.join(map(str, facts.holders)) or '?'} is "
        f"(`fuser -v` on the file), and end it by hand if it is nothing you need"
    )


def _process(worker: Identity) -> str:
    return f"pid {worker.pid}"
