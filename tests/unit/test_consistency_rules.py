"""What is judged a difference of database, cameras.yaml, processes and files, and what is not."""

import pytest

from camera_service.consistency.entry_rules import entry_findings
from camera_service.consistency.row_rules import row_findings
from camera_service.consistency.rows import Row, Stored
from camera_service.consistency.worker_facts import PidFile, Record, WorkerFacts
from camera_service.consistency.worker_rules import Wanted, worker_findings
from camera_service.domain.entry import Entry, key_of
from camera_service.domain.findings import Finding, Kind, Remedy
from camera_service.shared_state.processes.worker_inputs import WorkerInputs
from servicekit import strict_yaml
from servicekit.process import Identity

GATE: Entry = {"id": "gate", "name": "Gate", "source": "rtsp://u:pw@h/1", "zones": [1]}
WORKER, OTHER = Identity(7, 1), Identity(8, 1)
CONFIGURED = Wanted(configured=True, active=True, supervised=False)


def stored(*entries: Entry | None, signature: tuple[int, int, int] = (1, 2, 3)) -> Stored:
    return Stored(signature, [Row(at, key_of(e), e) for at, e in enumerate(entries)])


def compared(left: list[Entry], right: list[Entry]) -> list[tuple[str, str, str]]:
    found = row_findings(stored(*left), stored(*right), "")
    return [(one.kind, one.camera_id, one.field) for one in found]


def test_two_worlds_alike_have_no_difference() -> None:
    assert compared([], []) == []
    assert compared([GATE, GATE, {"name": "no id"}], [GATE, GATE, {"name": "no id"}]) == []


def test_a_camera_on_one_side_only_is_one_difference() -> None:
    assert compared([GATE], []) == [("ROW_EXTRA", "gate", "")]
    assert compared([], [GATE]) == [("ROW_MISSING", "gate", "")]
    assert compared([GATE], [GATE, GATE]) == [("ROW_MISSING", "gate", "")]


@pytest.mark.parametrize(
    ("left", "right"),
    [({"a": 1}, {"a": 2}), ({"a": 1}, {"a": True}), ({"a": 1}, {"a": 1.0}), ({"a": None}, {})],
)
def test_each_key_that_differs_is_named_down_to_what_is_nested(left: Entry, right: Entry) -> None:
    for one, other in ((left, right), (right, left)):
        assert compared([{"id": "x", **one}], [{"id": "x", **other}]) == [
            ("FIELD_DIFFERS", "x", "a")
        ]
        assert compared([{"id": "x", "in": {"to": one}}], [{"id": "x", "in": {"to": other}}]) == [
            ("FIELD_DIFFERS", "x", "in.to.a")
        ]


def test_the_order_of_cameras_and_of_keys_counts() -> None:
    hall = {**GATE, "id": "hall"}
    assert compared([GATE, hall], [hall, GATE]) == [("ORDER_DIFFERS", "", "order")]
    assert compared([GATE], [dict(reversed(GATE.items()))]) == [("FIELD_DIFFERS", "gate", "")]


def test_a_number_and_its_text_are_the_same_camera_with_another_id() -> None:
    assert compared([{"id": 7}], [{"id": "7"}]) == [("FIELD_DIFFERS", "7", "id")]


def test_an_id_beside_its_row_that_is_another_one_is_a_difference() -> None:
    tampered = Stored((1, 2, 3), [Row(0, "hall", GATE)])
    (found,) = row_findings(tampered, stored(GATE), "")
    assert (found.kind, found.camera_id, found.field) == ("FIELD_DIFFERS", "gate", "id (column)")


def test_a_version_that_was_not_taken_in_is_told_with_the_reason() -> None:
    found = list(row_findings(stored(signature=(9, 9, 9)), stored(GATE), "the disk is full"))
    assert [one.kind for one in found] == [Kind.MIRROR_STALE, Kind.ROW_MISSING]
    assert all("the disk is full" in one.cause for one in found)


def test_a_difference_tells_no_secret() -> None:
    left = {
        "id": "x",
        "source": "rtsp://u:s3cr3t@h/1",
        "env": {"HOME": "s3cr3t"},
        "rtspPassword": "s3cr3t",
        "login": {"name": "s3cr3t"},
        "note": "it is s3cr3t",
        "list": [{"apiToken": "s3cr3t"}],
    }
    right = {
        "id": "x",
        "source": "rtsp://u:0ther s3cr3t@h/1",
        "env": {"HOME": "0ther s3cr3t"},
        "rtspPassword": 12345,
        "login": {"name": "0ther s3cr3t"},
        "note": "0ther s3cr3t",
        "list": [{"apiToken": "0ther s3cr3t"}],
    }
    found = list(row_findings(stored(left), stored(right), ""))
    assert len(found) == 6
    told = str(found) + "".join(one.description for one in found)
    assert "rtsp://***@h/1" in told
    assert "in what is hidden" in told
    for secret in ("s3cr3t", "12345"):
        assert secret not in told


def test_what_an_entry_does_not_say_as_its_writer_may_think_is_a_note() -> None:
    items = [
        {"id": 7},
        {"id": "a/b"},
        "no mapping",
        {"id": "x", "active": True, "enabled": 0},
        {"id": "y", "enabled": False, "auto_start": True},
        {"id": "x", "active": True, "enabled": 0},
        {"id": "y"},
    ]
    found = list(entry_findings(items, "", "config/cameras.yaml", WorkerInputs()))
    assert all(one.is_note for one in found)
    assert [(one.kind, one.camera_id, one.remedy) for one in found] == [
        (Kind.ID_NOT_TEXT, "7", None),
        (Kind.ENTRY_UNUSABLE, "", None),
        (Kind.ENTRY_UNUSABLE, "", None),
        (Kind.FLAGS_DIFFER, "x", None),
        (Kind.AUTO_START_INACTIVE, "y", None),
        (Kind.ID_DUPLICATE, "x", Remedy.DROP_ENTRY),
        (Kind.ID_DUPLICATE, "y", None),
    ]


@pytest.mark.parametrize(
    ("written", "camera_id", "kind"),
    [
        ("off", "False", "true or false"),
        ("007", "7", "a number"),
        ("0x1F", "31", "a number"),
        ("12:30", "750", "a number"),
        ("1_000", "1000", "a number"),
        ("1.10", "1.1", "a number"),
        ("2026-12-01", "2026-12-01", "a date"),
    ],
)
def test_an_id_that_yaml_reads_as_something_else_is_told_with_its_line_and_what_became_of_it(
    written: str, camera_id: str, kind: str
) -> None:
    text = f"cameras:\n- id: a\n- name: N\n  id: {written}   # ours\n"
    items = strict_yaml.load(text)["cameras"]
    (found,) = entry_findings(items, text, "cameras.yaml", WorkerInputs())
    assert (found.kind, found.camera_id) == (Kind.ID_NOT_TEXT, camera_id)
    assert f"`{written}` on line 4, which YAML reads as {kind}" in found.description
    assert f"answers to '{camera_id}'" in found.repair


def test_an_entry_without_an_id_is_told_with_its_line() -> None:
    text = "cameras:\n- id: a\n- name: N\n  id: ~\n- text\n"
    items = strict_yaml.load(text)["cameras"]
    told = [one.description for one in entry_findings(items, text, "c.yaml", WorkerInputs())]
    assert ["(line 4)" in told[0], "(line 5)" in told[1]] == [True, True], told


def facts(**said: object) -> WorkerFacts:
    """Return what is seen of a worker that runs as it should, but for what is said."""
    healthy = {
        "camera_id": "gate",
        "record": Record.ALIVE,
        "recorded": WORKER,
        "lock_held": True,
        "holds_lock": True,
        "pid_file": PidFile("7", WORKER, True),
        "report_pid": 7,
        "left": frozenset({"json", "lock", "control", "report"}),
    }
    return WorkerFacts(**(healthy | said))  # type: ignore[arg-type]


def kinds(found: list[Finding]) -> list[str]:
    return [one.kind for one in found]


def test_a_worker_that_runs_and_a_camera_that_was_stopped_are_no_finding() -> None:
    assert worker_findings(facts(), CONFIGURED) == []
    stopped = {"record": Record.NONE, "recorded": None, "lock_held": False, "holds_lock": None}
    rest = {"pid_file": None, "report_pid": None, "left": frozenset({"lock", "control", "exit"})}
    assert worker_findings(facts(**stopped, **rest), CONFIGURED) == []
    # As the monolith runs it: no record, no lock.
    old = stopped | rest | {"pid_file": PidFile("7", WORKER, True), "left": frozenset()}
    assert worker_findings(facts(**old), CONFIGURED) == []


def test_a_worker_that_an_old_server_started_needs_no_lock() -> None:
    old = {"lock_held": False, "holds_lock": False, "left": frozenset({"json"})}
    assert worker_findings(facts(**old, by_old_server=True, report_pid=None), CONFIGURED) == []
    # But nobody else may have it.
    held = {"holds_lock": False, "lock_held": True, "holders": (8,), "unrecorded": OTHER}
    found = worker_findings(facts(**held, by_old_server=True), CONFIGURED)
    assert kinds(found) == ["LOCK_FOREIGN"]


def test_a_finding_names_a_file_that_there_is() -> None:
    none = {"record": Record.NONE, "recorded": None, "report_pid": None, "holds_lock": None}
    old = facts(**none, lock_held=False, left=frozenset())
    (found,) = worker_findings(old, Wanted(False, False, True))
    assert (found.kind, found.path) == (Kind.WORKER_UNCONFIGURED, "logs/pids/gate.pid")
    assert found.sides[0].where == "pid file"
    (found,) = worker_findings(facts(), Wanted(False, False, True))
    assert (found.kind, found.path) == (Kind.WORKER_UNCONFIGURED, "workers/gate.json")
    alone = facts(**none, unrecorded=OTHER, pid_file=None, left=frozenset({"lock"}))
    (found,) = worker_findings(alone, CONFIGURED)
    assert (found.kind, found.path) == (Kind.WORKER_UNRECORDED, "workers/gate.lock")
    unlocked = facts(lock_held=False, holds_lock=None, left=frozenset({"json"}))
    (found,) = worker_findings(unlocked, CONFIGURED)
    assert (found.kind, found.path) == (Kind.LOCK_NOT_HELD, "workers/gate.json")


@pytest.mark.parametrize("record", [Record.DEAD, Record.ANOTHER_BOOT])
def test_who_supervises_mends_a_dead_workers_record_so_it_is_no_finding(record: Record) -> None:
    dead = facts(record=record, lock_held=False, holds_lock=None, report_pid=7)
    supervised = Wanted(configured=True, active=True, supervised=True)
    assert worker_findings(dead, supervised) == []
    (found,) = worker_findings(dead, CONFIGURED)
    assert found.kind in (Kind.WORKER_DEAD, Kind.RECORD_OF_ANOTHER_BOOT)


def test_the_wish_of_a_camera_that_may_run_is_never_removed() -> None:
    gone = PidFile("7", None, False)
    dead = facts(record=Record.DEAD, lock_held=False, holds_lock=None, pid_file=gone)
    (found,) = worker_findings(dead, CONFIGURED)
    assert found.remedy is None
    for configured in (True, False):
        (found,) = worker_findings(dead, Wanted(configured, active=False, supervised=False))
        assert found.remedy is Remedy.FORGET


@pytest.mark.parametrize(
    ("said", "kind", "remedy"),
    [
        ({"record": Record.UNREADABLE, "unrecorded": OTHER}, "RECORD_UNREADABLE", Remedy.ADOPT),
        ({"record": Record.UNREADABLE, "holders": (8,)}, "RECORD_UNREADABLE", None),
        (
            {"record": Record.UNREADABLE, "lock_held": False, "holds_lock": None},
            "RECORD_UNREADABLE",
            Remedy.FORGET,
        ),
        ({"record": Record.NONE, "unrecorded": OTHER}, "WORKER_UNRECORDED", Remedy.ADOPT),
        ({"record": Record.DEAD, "unrecorded": OTHER}, "WORKER_UNRECORDED", Remedy.ADOPT),
        ({"holds_lock": False, "holders": (8,)}, "LOCK_FOREIGN", None),
        ({"holds_lock": False, "holders": (8,), "unrecorded": OTHER}, "LOCK_FOREIGN", None),
        ({"lock_held": False, "holds_lock": False}, "LOCK_NOT_HELD", None),
        ({"pid_file": None}, "PID_FILE_MISSING", None),
        ({"pid_file": PidFile("8", OTHER, True)}, "WORKER_DOUBLE", None),
        ({"pid_file": PidFile("8", OTHER, False)}, "PID_FILE_DIFFERS", Remedy.WRITE_PID),
        ({"pid_file": PidFile("x", None, False)}, "PID_FILE_DIFFERS", Remedy.WRITE_PID),
        ({"report_pid": 8}, "REPORT_DIFFERS", Remedy.REMOVE),
    ],
)
def test_each_disagreement_has_its_kind_and_its_remedy(
    said: dict[str, object], kind: str, remedy: Remedy | None
) -> None:
    if said.get("record"):
        said = {"recorded": WORKER if said["record"] is Record.DEAD else None, **said}
        said = {"pid_file": None, "report_pid": None, "holds_lock": None, **said}
    found = worker_findings(facts(**said), CONFIGURED)[0]
    assert (found.kind, found.remedy, found.is_note) == (kind, remedy, False)
    assert found.cause
    assert found.repair
    assert found.sides


def test_a_number_of_a_process_that_never_was_a_worker_is_worse_than_one_of_nobody() -> None:
    none = {"record": Record.NONE, "recorded": None, "lock_held": False, "report_pid": None}
    none |= {"holds_lock": None, "left": frozenset()}
    unrelated = worker_findings(facts(**none, pid_file=PidFile("8", OTHER, False)), CONFIGURED)
    stale = worker_findings(facts(**none, pid_file=PidFile("8", None, False)), CONFIGURED)
    assert kinds(unrelated) == ["PID_FILE_UNRELATED"]
    assert not unrelated[0].is_note
    assert kinds(stale) == ["PID_FILE_STALE"]
    assert stale[0].is_note


def test_a_process_is_only_to_be_stopped_when_it_is_a_proven_worker() -> None:
    for wanted, kind in (
        (Wanted(False, False, True), Kind.WORKER_UNCONFIGURED),
        (Wanted(True, False, True), Kind.WORKER_INACTIVE),
    ):
        (found,) = worker_findings(facts(), wanted)
        assert (found.kind, found.remedy) == (kind, Remedy.STOP)
    unproven = {"record": Record.NONE, "recorded": None, "holds_lock": None, "holders": (8,)}
    for one in worker_findings(facts(**unproven, pid_file=PidFile("8", OTHER, False)), CONFIGURED):
        assert one.remedy is not Remedy.STOP
