"""Real worker processes: never two for a camera, never a foreign one taken for a worker."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from camera_service.domain.errors import EntryUnusableError, WorkerNotStartedError
from camera_service.shared_state.files import locks
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.worker_command import TemplateError, WorkerCommand
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from camera_service.shared_state.processes.workers import Workers
from servicekit import process

SLEEPER = "{python} -c 'import time; time.sleep(600)' --camera-id {camera_id}"
# Says when its handler is set, so that a test knows that SIGTERM will be ignored.
STUBBORN = (
    "{python} -c 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    'print("ready", flush=True); time.sleep(600)\' {camera_id}'
)
PARENT = (
    "{python} -c 'import os, subprocess, sys; "
    'child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], '
    "close_fds=False); print(child.pid, flush=True); child.wait()' {camera_id}"
)

Make = Callable[..., Workers]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout.under(tmp_path / "data")
    layout.make()
    return layout


@pytest.fixture
def make(layout: Layout) -> Iterator[Make]:
    """Make Workers as services do, each for itself, on one data directory."""
    made: list[Workers] = []

    def workers(command: str = SLEEPER, stop_seconds: float = 5.0) -> Workers:
        made.append(Workers(layout, WorkerSettings(WorkerCommand.parse(command), stop_seconds)))
        return made[-1]

    yield workers
    for camera_id in layout.known_workers():
        stop(made[0], camera_id)


def start(workers: Workers, camera_id: str = "cam", **entry: object) -> int:
    with workers.control(camera_id) as control:
        return control.start({"id": camera_id, **entry}).pid


def stop(workers: Workers, camera_id: str = "cam") -> bool:
    with workers.control(camera_id) as control:
        return control.stop()


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


def test_a_started_worker_is_seen_and_stopped_by_another_service(make: Make) -> None:
    one, other = make(), make()
    pid = start(one)
    assert (other.status("cam").running, other.status("cam").pid) == (True, pid)
    assert stop(other) is True
    assert one.status("cam") == other.status("cam")
    assert one.status("cam").running is False
    assert one.status("cam").pid == 0


def test_starting_again_answers_the_same_worker_and_no_command(make: Make) -> None:
    one, other = make(), make()
    pid = start(one)
    with other.control("cam") as control:
        again = control.start({"id": "cam"})
    assert (again.pid, again.command) == (pid, None)


def test_many_who_start_at_once_start_one(make: Make, layout: Layout) -> None:
    services = [make(), make(), make()]
    with ThreadPoolExecutor(12) as pool:
        pids = set(pool.map(start, services * 4))
    assert len(pids) == 1
    assert {holder.pid for holder in process.holders(layout.worker_lock("cam"))} == pids


def test_stopping_what_does_not_run_stops_nothing(make: Make) -> None:
    assert stop(make()) is False


def test_a_worker_that_ignores_sigterm_is_killed_after_the_bound(
    make: Make, layout: Layout
) -> None:
    workers = make(STUBBORN, stop_seconds=0.2)
    pid = start(workers)
    until(lambda: "ready" in layout.log("cam").read_text())
    stop(workers)
    assert process.identify(pid) is None


def test_what_a_worker_started_ends_with_it(make: Make, layout: Layout) -> None:
    workers = make(PARENT)
    start(workers)
    until(lambda: layout.log("cam").read_text().strip())
    child = int(layout.log("cam").read_text())
    stop(workers)
    until(lambda: process.identify(child) is None)
    assert not locks.is_held(layout.worker_lock("cam"))


def test_a_dead_worker_does_not_run_and_leaves_no_zombie(make: Make) -> None:
    workers = make()
    pid = start(workers)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not workers.status("cam").running)
    until(lambda: not Path(f"/proc/{pid}").exists())


@pytest.mark.parametrize("end,returncode", [(signal.SIGKILL, -9), (signal.SIGSEGV, -11), (None, 7)])
def test_how_a_worker_ended_is_written_down_and_forgotten_at_the_next_start(
    make: Make, layout: Layout, end: int | None, returncode: int
) -> None:
    # It ends when it was given its job.
    of_itself = "{python} -ISc 'import sys; sys.stdin.read(); sys.exit(7)'"
    workers = make(SLEEPER if end else of_itself)
    pid = start(workers)
    recorded = json.loads(layout.record("cam").read_bytes())
    del recorded["start_id"]
    if end:
        os.kill(pid, end)
    until(layout.exit("cam").exists)
    record = json.loads(layout.exit("cam").read_bytes())
    assert record == {**recorded, "returncode": returncode, "time": record["time"]}
    assert abs(record["time"] - time.time()) < 5
    start(make())
    assert not layout.exit("cam").exists()


def test_how_a_worker_ended_is_not_worth_an_error(make: Make, layout: Layout) -> None:
    """Where it cannot be written, all else goes on."""
    workers = make()
    pid = start(workers)
    layout.exit("cam").mkdir()
    os.kill(pid, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{pid}").exists())
    layout.exit("cam").rmdir()
    assert start(workers) != pid


def test_a_worker_outlives_the_service_that_started_it(make: Make, layout: Layout) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(layout.root), SLEEPER], stdout=subprocess.PIPE
    )
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    workers = make()
    assert workers.status("cam").pid == pid
    assert start(workers) == pid
    assert stop(workers) is True
    until(lambda: process.identify(pid) is None)


STARTER = """
import sys, time
from pathlib import Path
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.worker_command import WorkerCommand
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from camera_service.shared_state.processes.workers import Workers

workers = Workers(Layout.under(Path(sys.argv[1])), WorkerSettings(WorkerCommand.parse(sys.argv[2])))
with workers.control("cam") as control:
    print(control.start({"id": "cam"}).pid, flush=True)
time.sleep(600)
"""


def test_a_worker_whose_starter_died_before_recording_it_is_adopted(
    make: Make, layout: Layout
) -> None:
    pid = start(make())
    layout.record("cam").unlink()
    layout.pid_file("cam").unlink()
    assert start(make()) == pid
    layout.record("cam").unlink()
    layout.pid_file("cam").unlink()
    assert stop(make()) is True
    until(lambda: process.identify(pid) is None)


def test_workers_without_a_record_are_found_again(make: Make, layout: Layout) -> None:
    pid = start(make())
    layout.record("cam").unlink()
    layout.pid_file("cam").unlink()
    workers = make()
    workers.adopt_all()
    assert workers.status("cam").pid == pid


@pytest.fixture
def stranger(layout: Layout) -> Iterator[subprocess.Popen[bytes]]:
    """A process of somebody else, even one that works in our folder."""
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, cwd=layout.root
    )
    yield child
    child.kill()
    child.wait()


def test_a_pid_file_that_names_a_stranger_is_no_worker_and_kills_nobody(
    make: Make, layout: Layout, stranger: subprocess.Popen[bytes]
) -> None:
    layout.pid_file("cam").write_text(str(stranger.pid))
    workers = make()
    assert workers.status("cam").running is False
    stop(workers)
    assert stranger.poll() is None
    layout.pid_file("cam").write_text(str(stranger.pid))
    assert start(workers) != stranger.pid


def test_a_record_whose_pid_was_given_to_another_process_kills_nobody(
    make: Make, layout: Layout, stranger: subprocess.Popen[bytes]
) -> None:
    known = process.identify(stranger.pid)
    assert known is not None
    record = {"pid": known.pid, "start_time": known.start_time - 1, "boot": known.boot}
    layout.record("cam").write_text(json.dumps(record))
    workers = make()
    assert workers.status("cam").running is False
    stop(workers)
    assert stranger.poll() is None


@pytest.mark.parametrize("text", ["", "0", "-1", "1", "999999999", "abc", "1 2", "\0"])
def test_any_text_in_a_pid_file_is_survived(make: Make, layout: Layout, text: str) -> None:
    layout.pid_file("cam").write_text(text)
    workers = make()
    assert workers.status("cam").running is False
    assert stop(workers) is False


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"pid": "x"}', '{"pid": 1}', "\0"])
def test_any_text_in_a_record_is_survived(make: Make, layout: Layout, text: str) -> None:
    layout.record("cam").write_text(text)
    workers = make()
    assert workers.status("cam").running is False
    assert start(workers) > 0


def test_a_worker_that_the_old_server_started_is_seen_and_not_doubled(
    make: Make, layout: Layout
) -> None:
    old = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)", "--camera-id", "cam"],
        cwd=layout.root,
    )
    try:
        layout.pid_file("cam").write_text(str(old.pid))
        workers = make()
        until(lambda: workers.status("cam").pid == old.pid)
        assert start(workers) == old.pid
        assert workers.status("other").running is False
        assert stop(workers) is True
        assert old.wait(5) == -signal.SIGTERM
    finally:
        old.kill()
        old.wait()


def test_a_command_that_cannot_be_run_is_named_and_holds_no_lock(
    make: Make, layout: Layout
) -> None:
    with pytest.raises(WorkerNotStartedError, match="nowhere/detector"):
        start(make("/nowhere/detector {camera_id}"))
    assert not locks.is_held(layout.worker_lock("cam"))
    assert start(make()) > 0


@pytest.mark.parametrize(
    "env", [["A"], "A=1", 5, {"A=B": "1"}, {"": "1"}, {"A": "\0"}, {"LD_PRELOAD": "/tmp/x.so"}]
)
def test_an_env_that_no_process_can_be_given_is_refused(make: Make, env: object) -> None:
    with pytest.raises(EntryUnusableError, match="env"):
        start(make(), env=env)


@pytest.mark.parametrize("value", ["a\0b", "-x", "$(id)", "a;b", "a\nb"])
@pytest.mark.parametrize("key", ["regions_file", "profile", "device", "imgsz"])
def test_a_value_in_the_command_that_may_be_more_than_a_value_is_refused(
    make: Make, key: str, value: str
) -> None:
    """What stands in the file past all checks starts nothing."""
    with pytest.raises(EntryUnusableError, match=key):
        start(make(), **{key: value})


@pytest.mark.parametrize(
    "entry",
    [
        {"profile": "x" * 200_000},
        {"env": {"A": "x" * 200_000}},
        {"env": {f"REDIS_{number}": "x" * 100_000 for number in range(30)}},
    ],
    ids=["long argument", "long variable", "many variables"],
)
def test_an_entry_whose_values_no_process_can_be_given_is_the_fault_of_the_entry(
    make: Make, layout: Layout, entry: dict[str, object]
) -> None:
    with pytest.raises(EntryUnusableError, match="too long"):
        start(make("sleep 600 {profile} {regions_file}"), **entry)
    assert not locks.is_held(layout.worker_lock("cam"))


def test_a_job_of_any_size_holds_up_nobody_where_the_worker_does_not_read_it(make: Make) -> None:
    assert start(make(), source="x" * 5_000_000) > 0


def test_any_number_of_workers_can_be_started_without_root_s_rights(layout: Layout) -> None:
    """An ordinary user may have few large pipes, and workers may keep their job open."""
    with tempfile.TemporaryDirectory(prefix="camplane-many-") as folder:
        Path(folder).chmod(0o777)
        done = subprocess.run(
            [sys.executable, "-c", STARTER_OF_MANY, folder], capture_output=True, text=True
        )
    assert done.stdout == "70\n", done.stderr


STARTER_OF_MANY = """
import os, sys
from pathlib import Path
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.worker_command import WorkerCommand
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from camera_service.shared_state.processes.workers import Workers

if not os.getuid():
    os.setuid(65534)
layout = Layout.under(Path(sys.argv[1]))
layout.make()
workers = Workers(layout, WorkerSettings(WorkerCommand.parse("sleep 600")))
ids = [f"cam{number}" for number in range(70)]
started = []
try:
    for camera_id in ids:
        with workers.control(camera_id) as control:
            started.append(control.start({"id": camera_id}).pid)
finally:
    for camera_id in ids[: len(started)]:
        with workers.control(camera_id) as control:
            control.stop()
print(len(started))
"""


def test_a_worker_is_given_its_environment_and_never_its_source_as_an_argument(
    make: Make, layout: Layout
) -> None:
    command = (
        "{python} -c 'import os, sys, time; "
        'print(os.environ["REDIS_X"], sys.stdin.read(), flush=True); time.sleep(600)\' {camera_id}'
    )
    workers = make(command)
    pid = start(workers, source="rtsp://u:geheim@10.0.0.1/1", env={"REDIS_X": "blau"})
    until(lambda: "geheim" in layout.log("cam").read_text())
    assert layout.log("cam").read_text().startswith("blau ")
    assert "geheim" not in Path(f"/proc/{pid}/cmdline").read_text()
    assert "geheim" not in Path(f"/proc/{pid}/environ").read_text()


@pytest.mark.parametrize(
    "camera_id", ["cam space", "摄像头1", "-x", "--help", "a'b\"c", "$(touch x)"]
)
def test_any_id_can_be_started(make: Make, layout: Layout, camera_id: str) -> None:
    workers = make()
    pid = start(workers, camera_id)
    until(lambda: camera_id in process.command_line(pid))  # empty for an instant of exec
    assert stop(workers, camera_id) is True


@pytest.mark.parametrize("text", ["", "'", "detector {source}", "detector {0}", "detector {"])
def test_a_template_that_cannot_work_is_refused(text: str) -> None:
    with pytest.raises(TemplateError):
        WorkerCommand.parse(text)


def test_a_pidfd_tells_of_a_death_at_once(make: Make) -> None:
    workers = make()
    fd = os.pidfd_open(start(workers))
    stop(workers)
    # Not select: a process with many files open has descriptors that it cannot take.
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    ((ready, events),) = poll.poll(0)
    assert (ready, bool(events & select.POLLIN)) == (fd, True)
    os.close(fd)
