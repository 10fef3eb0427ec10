"""Workers forked from a loaded parent are as good as fresh ones, on real video, and cost less."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from camera_service.domain.errors import StorageFailedError
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.forking import ForkingLauncher
from camera_service.shared_state.processes.limits import Limits
from camera_service.shared_state.processes.worker_command import DEFAULT_TEMPLATE, WorkerCommand
from camera_service.shared_state.processes.worker_inputs import WorkerInputs
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from camera_service.shared_state.processes.workers import Workers
from camera_service.worker.source_rules import LOOPBACK, SourceRules
from gateway.demo import footage
from servicekit import process

STREET = str(footage.street())


def until(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)
    return found


class Fleet:
    """Workers of one data directory, forked by this process."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self.layout = Layout.under(root)
        self.layout.make()
        self.launchers: list[ForkingLauncher] = []
        command = WorkerCommand.parse(DEFAULT_TEMPLATE)
        sources = SourceRules.told_by({LOOPBACK: "true"})
        inputs = WorkerInputs(("PYTHONMALLOC", "TZ", "REDIS_*"), sources)
        settings = WorkerSettings(command, limits=limits, inputs=inputs)
        self.workers = Workers(self.layout, settings, self.launcher)
        self.workers.prepare()

    def launcher(self, ended: Any) -> ForkingLauncher:
        self.launchers.append(ForkingLauncher(ended))
        return self.launchers[-1]

    @property
    def parent(self) -> int:
        parent = self.launchers[0]._parent
        assert parent is not None
        return parent._process.pid

    def start(self, camera_id: str, source: str = STREET, **entry: object) -> int:
        with self.workers.control(camera_id) as control:
            return control.start({"id": camera_id, "source": source, **entry}).pid

    def stop(self, camera_id: str) -> bool:
        with self.workers.control(camera_id) as control:
            return control.stop()

    def report(self, camera_id: str) -> dict[str, Any]:
        path = self.layout.report(camera_id)
        return json.loads(path.read_text()) if path.exists() else {}

    def wait_for(self, camera_id: str, state: str) -> dict[str, Any]:
        until(lambda: self.report(camera_id).get("state") == state)
        return self.report(camera_id)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Fleet]]:
    """Make fleets that are stopped with the test."""
    fleets: list[Fleet] = []

    def fleet(limits: Limits | None = None) -> Fleet:
        fleets.append(Fleet(tmp_path / f"data-{len(fleets)}", limits or Limits()))
        return fleets[-1]

    yield fleet
    for made in fleets:
        for camera_id in made.layout.known_workers():
            made.stop(camera_id)
        made.workers.close()


@pytest.fixture
def fleet(make: Callable[..., Fleet]) -> Fleet:
    return make()


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def descriptors(pid: int | str) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def private_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(x.split()[1]) for x in lines if x.startswith("Private_")) / 1024


@pytest.fixture
def rtsp() -> Iterator[str]:
    """The URL of the street, served by the demo's RTSP server."""
    server = subprocess.Popen(
        [sys.executable, "-m", "gateway.demo.rtsp_server", str(footage.street().parent), "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert server.stdout is not None
    yield f"rtsp://127.0.0.1:{int(server.stdout.readline())}/street.mp4?play_count=0"
    server.kill()
    server.communicate()


def test_a_forked_worker_reads_real_video_in_less_memory(fleet: Fleet, rtsp: str) -> None:
    """From a stream and from a file, each in at most 12 MiB of its own."""
    pids = [fleet.start("stream", rtsp), fleet.start("file")]
    assert [parent_of(pid) for pid in pids] == [fleet.parent] * 2
    for camera_id in ("stream", "file"):
        until(lambda name=camera_id: fleet.report(name).get("total_frames", 0) > 50)
        assert fleet.report(camera_id)["state"] == "streaming"
    assert max(private_mib(pid) for pid in pids) < 12


def test_a_source_with_tls_fails_by_name_in_a_forked_worker(fleet: Fleet) -> None:
    """The TLS library survives the fork: what cannot be reached is refused, not a crash."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        for scheme in ("https", "rtsps"):
            fleet.start(scheme, f"{scheme}://127.0.0.1:{bound.getsockname()[1]}/1")
        for scheme in ("https", "rtsps"):
            assert fleet.wait_for(scheme, "source_failed")["cause"] == "refused"


def test_a_tls_handshake_is_made_in_a_forked_worker(fleet: Fleet) -> None:
    """The handshake begins, and a server that answers with something else is no crash."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        fleet.start("tls", f"https://127.0.0.1:{server.getsockname()[1]}/1")
        connection, _ = server.accept()
        with connection:
            assert connection.recv(3)[:2] == b"\x16\x03", "a TLS handshake record"
        report = fleet.wait_for("tls", "source_failed")
        assert report["pid"] == fleet.workers.status("tls").pid


def test_a_forked_worker_holds_its_own_descriptors_and_no_other(fleet: Fleet, rtsp: str) -> None:
    """Standard input, output, error and the lock; the one connection, and who is asked for it."""
    fleet.start("one", rtsp)
    pid = fleet.start("two", rtsp)
    fleet.wait_for("two", "streaming")
    links = {int(fd.name): str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir()}
    log, lock = str(fleet.layout.log("two")), str(fleet.layout.worker_lock("two"))
    assert links.pop(0) == "/dev/null", "the job, with its password, is let go of"
    assert [links.pop(number) for number in (1, 2, 3)] == [log, log, lock]
    assert sorted(links.values())[0] == "anon_inode:seccomp notify"
    assert [link.split(":")[0] for link in links.values()] == ["anon_inode", "socket"]


def test_environments_do_not_mix_and_a_job_is_seen_nowhere(fleet: Fleet) -> None:
    source = "rtsp://user:hunter2@127.0.0.1:1/x"
    first = fleet.start("first", source, env={"REDIS_X": "hunter2-blue"})
    second = fleet.start("second", source)
    for camera_id in ("first", "second"):
        fleet.wait_for(camera_id, "source_failed")
    for pid in (first, second, fleet.parent):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        environ = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"hunter2" not in command + environ
    assert b"--camera-id=second" in Path(f"/proc/{second}/cmdline").read_bytes()
    assert b"--camera-id=first" in Path(f"/proc/{first}/cmdline").read_bytes()
    for pid, expected in ((first, True), (second, False), (fleet.parent, False)):
        assert (b"hunter2-blue" in memory_of(pid)) is expected
    assert b"hunter2" not in memory_of(fleet.parent), "the parent never knows a password"


def memory_of(pid: int) -> bytes:
    """Return what the process may write to of its memory."""
    found = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *_ = line.split()
            begin, end = (int(number, 16) for number in span.split("-"))
            if rights.startswith("rw") and end < 1 << 63:
                memory.seek(begin)
                found.append(memory.read(end - begin))
    return b"".join(found)


def test_when_the_parent_is_killed_its_workers_go_on_and_the_next_is_forked_again(
    fleet: Fleet,
) -> None:
    before = fleet.start("before")
    fleet.wait_for("before", "streaming")
    parent = fleet.parent
    os.kill(parent, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{parent}").exists())
    frames = fleet.report("before")["total_frames"]
    fleet.workers.prepare()
    after = fleet.start("after")
    assert (parent_of(after), fleet.parent != parent) == (fleet.parent, True)
    until(lambda: fleet.report("before")["total_frames"] > frames)
    assert fleet.workers.status("before").pid == before
    assert fleet.stop("before") is True


def test_starts_while_the_parent_hangs_or_dies_give_one_worker_each(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that the parent takes too late makes no second worker."""
    monkeypatch.setattr("camera_service.shared_state.processes.forking._ANSWER_SECONDS", 0.3)
    for round_number, number in enumerate((signal.SIGSTOP, signal.SIGKILL)):
        fleet.workers.prepare()
        parent = fleet.parent
        os.kill(parent, number)
        ids = [f"cam {round_number} {i}" for i in range(4)]
        started: dict[str, int] = {}
        threads = [
            threading.Thread(target=lambda i=i, to=started: to.update({i: fleet.start(i)}))
            for i in ids
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        until(lambda gone=parent: not Path(f"/proc/{gone}").exists())
        for camera_id in ids:
            fleet.wait_for(camera_id, "streaming")
            holders = process.holders(fleet.layout.worker_lock(camera_id))
            assert [holder.pid for holder in holders] == [started[camera_id]]


def test_a_parent_that_wakes_too_late_forks_a_child_that_does_nothing(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child finds that nobody waits for it, and ends without its job."""
    monkeypatch.setattr("camera_service.shared_state.processes.forking._ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(
        "camera_service.shared_state.processes.forking.Parent.kill", lambda self: None
    )
    parent = fleet.parent
    os.kill(parent, signal.SIGSTOP)
    pid = fleet.start("cam")
    os.kill(parent, signal.SIGCONT)
    assert parent_of(pid) == os.getpid()
    # It answers in order: when this one is there, the late one was made before.
    other = fleet.start("other")
    assert parent_of(other) == parent
    until(lambda: [h.pid for h in process.holders(fleet.layout.worker_lock("cam"))] == [pid])
    assert fleet.wait_for("cam", "streaming")["pid"] == pid


def test_workers_outlive_a_killed_service_and_its_parent_ends(
    make: Callable[..., Fleet], tmp_path: Path
) -> None:
    service = subprocess.Popen(
        [sys.executable, "-c", SERVICE, str(tmp_path / "data-0"), STREET], stdout=subprocess.PIPE
    )
    assert service.stdout is not None
    pid, parent = map(int, service.stdout.readline().split())
    assert parent_of(pid) == parent
    service.kill()
    service.wait()
    service.stdout.close()
    until(lambda: process.identify(parent) is None)
    next_service = make()
    assert next_service.start("cam") == pid, "adopted, and not started twice"
    assert next_service.wait_for("cam", "streaming")["pid"] == pid
    assert next_service.stop("cam") is True
    assert process.identify(pid) is None


SERVICE = """
import sys, time
from pathlib import Path
from camera_service.shared_state.processes.forking import ForkingLauncher
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.worker_command import DEFAULT_TEMPLATE, WorkerCommand
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from camera_service.shared_state.processes.workers import Workers

layout = Layout.under(Path(sys.argv[1]))
layout.make()
workers = Workers(layout, WorkerSettings(WorkerCommand.parse(DEFAULT_TEMPLATE)), ForkingLauncher)
workers.prepare()
with workers.control("cam") as control:
    pid = control.start({"id": "cam", "source": sys.argv[2]}).pid
print(pid, workers._starter._launcher._parent._process.pid, flush=True)
time.sleep(600)
"""


def test_fifty_starts_and_stops_leave_no_zombie_and_no_descriptor(fleet: Fleet) -> None:
    fleet.start("cam")
    fleet.stop("cam")
    before = descriptors("self"), descriptors(fleet.parent)
    pids = []
    for _ in range(50):
        pids.append(fleet.start("cam"))
        fleet.stop("cam")
    until(lambda: not [pid for pid in pids if Path(f"/proc/{pid}").exists()])
    fleet.start("cam")
    fleet.stop("cam")
    until(lambda: descriptors(fleet.parent) <= before[1])
    assert descriptors("self") <= before[0] + 1  # a directory that is being read


def test_how_a_forked_worker_ended_is_written_down(fleet: Fleet) -> None:
    pid = fleet.start("cam")
    os.kill(pid, signal.SIGKILL)
    until(fleet.layout.exit("cam").exists)
    ended = json.loads(fleet.layout.exit("cam").read_bytes())
    assert (ended["pid"], ended["returncode"]) == (pid, -signal.SIGKILL)


def test_what_is_read_while_python_loads_makes_a_fresh_worker(fleet: Fleet) -> None:
    pid = fleet.start("cam", env={"PYTHONMALLOC": "malloc"})
    assert parent_of(pid) == os.getpid()
    assert parent_of(fleet.start("other", env={"TZ": "Asia/Tokyo"})) == fleet.parent
    assert fleet.wait_for("cam", "streaming")["pid"] == pid


@pytest.mark.parametrize("forked", [True, False])
def test_limits_are_in_force(
    make: Callable[..., Fleet], monkeypatch: pytest.MonkeyPatch, forked: bool
) -> None:
    fleet = make(Limits(memory_mib=600, files=100, nice=7, oom_score_adj=600))
    env = {} if forked else {"PYTHONMALLOC": "malloc"}
    pid = fleet.start("cam", env=env)
    assert (parent_of(pid) == fleet.parent) is forked
    limits = {
        name: resource.prlimit(pid, getattr(resource, f"RLIMIT_{name}"))
        for name in ("CORE", "DATA", "NOFILE")
    }
    assert limits == {"CORE": (0, 0), "DATA": (600 << 20, 600 << 20), "NOFILE": (100, 100)}
    # A worker of a service that is nicer by itself stays so.
    nice = max(7, os.getpriority(os.PRIO_PROCESS, 0))
    assert os.getpriority(os.PRIO_PROCESS, pid) == nice
    assert Path(f"/proc/{pid}/oom_score_adj").read_text() == "600\n"
    fleet.wait_for("cam", "streaming")
    for task in Path(f"/proc/{pid}/task").iterdir():
        assert os.getpriority(os.PRIO_PROCESS, int(task.name)) == nice, "its threads as well"


def test_a_worker_that_needs_more_memory_than_it_may_have_dies_and_says_so(
    make: Callable[..., Fleet], rtsp: str
) -> None:
    plenty = make()
    pid = plenty.start("cam", rtsp)
    plenty.wait_for("cam", "streaming")
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    needs = next(int(line.split()[1]) for line in status if line.startswith("VmData:"))
    fleet = make(Limits(memory_mib=needs // 1024 - 5))
    fleet.start("cam", rtsp)
    until(fleet.layout.exit("cam").exists)
    # 12 from the reader; 1 where memory ends before it has a thread.
    assert json.loads(fleet.layout.exit("cam").read_bytes())["returncode"] in (1, 12)


def test_a_cgroup_that_cannot_be_used_is_said_once_and_stops_nothing(
    make: Callable[..., Fleet], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fleet = make(Limits(cgroup=tmp_path / "nowhere"))
    for camera_id in ("one", "two"):
        fleet.start(camera_id)
        fleet.wait_for(camera_id, "streaming")
    said = [r.getMessage() for r in caplog.records if str(tmp_path / "nowhere") in r.getMessage()]
    assert len(said) == len(set(said)) > 0
    assert StorageFailedError.__name__ not in caplog.text


def test_the_parent_has_let_go_of_the_lock_when_it_tells_of_the_worker() -> None:
    """One that is stopped at once must leave its lock to nobody who could be taken for it."""
    script = """
import os
from camera_service.worker import parent

class Channel:
    def send(self, data):
        for descriptor in descriptors:
            try:
                os.fstat(descriptor)
            except OSError:
                continue
            raise SystemExit(f"{descriptor} is still open")

descriptors = [os.open(os.devnull, os.O_RDWR) for _ in range(parent.DESCRIPTORS)]
os.waitpid(parent._fork(Channel(), descriptors), 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
