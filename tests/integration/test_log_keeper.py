"""While nobody asks, large logs are counted and endless ones are cut."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.logs import keeper as log_keeper
from camera_service.shared_state.logs.keeper import LogKeeper
from camera_service.shared_state.logs.reader import LogReader
from camera_service.worker.log_files import LogLimits

LINE = b"x" * 99 + b"\n"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout.under(tmp_path)
    layout.make()
    return layout


def until(true: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)


def test_a_large_log_is_counted_before_anyone_asks(layout: Layout) -> None:
    path = layout.log("gate")
    path.write_bytes(LINE * 200_000)
    keeper = LogKeeper(layout, LogReader(), LogLimits(), lambda _: False)
    keeper.start()
    until(path.with_name(".detect_gate.log.lines").exists)
    keeper.close()

    with path.open("rb") as file:
        count = LogReader().count(path).step(file.fileno(), path.stat().st_size)
    assert (count.position, count.lines) == (20_000_000, 200_000), "one step, from the kept count"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_keeper, "PATIENCE_SECONDS", 0.0)


@pytest.fixture
def writer(layout: Layout) -> Iterator["subprocess.Popen[str]"]:
    """A program that writes what it is told to its log, and never rotates it."""
    program = "import sys\nfor line in sys.stdin: sys.stdout.write(line); sys.stdout.flush()"
    with layout.log("gate").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=log, text=True
        )
    yield child
    child.communicate()


def test_an_endless_log_is_cut_masked_and_gone_on_with(
    layout: Layout, impatient: None, writer: "subprocess.Popen[str]"
) -> None:
    path, secret = layout.log("gate"), "opening rtsp://user:hunter2@camera/1\n"
    path.with_name(path.name + ".1").write_text("older\n")
    assert writer.stdin is not None
    writer.stdin.write(secret * 1000 + "half a line rtsp://user:hun")
    writer.stdin.flush()
    until(lambda: path.stat().st_size >= 1000 * len(secret))
    keeper = LogKeeper(layout, LogReader(), LogLimits(10_000, 3), lambda _: True)
    keeper.look()

    assert path.stat().st_size == 0
    assert (path.with_name(path.name + ".1").read_text()).startswith(
        "opening rtsp://***@camera/1\n" * 1000
    )
    assert path.with_name(path.name + ".2").read_text() == "older\n"
    writer.stdin.write("\nafter the cut\n")
    writer.stdin.flush()
    until(lambda: "after the cut\n" in path.read_text())
    assert path.stat().st_size < 100, "it appends, and leaves no hole"


def test_a_log_is_left_whole_when_nobody_writes_it_or_it_may_yet_be_rotated(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = layout.log("gate")
    path.write_bytes(LINE * 1000)
    size = path.stat().st_size
    monkeypatch.setattr(log_keeper, "PATIENCE_SECONDS", 0.0)
    for limits, running in (
        (LogLimits(size // 10, 3), False),
        (LogLimits(size // 2, 3), True),
        (LogLimits(0, 3), True),
    ):
        LogKeeper(layout, LogReader(), limits, lambda _, running=running: running).look()
    monkeypatch.setattr(log_keeper, "PATIENCE_SECONDS", 60.0)
    keeper = LogKeeper(layout, LogReader(), LogLimits(size // 10, 3), lambda _: True)
    keeper.look()
    keeper.look()

    assert path.stat().st_size == size
    assert not path.with_name(path.name + ".1").exists()


def test_one_process_looks_after_the_logs_and_another_takes_over(layout: Layout) -> None:
    path = layout.log("gate")
    first, second = (LogKeeper(layout, LogReader(), LogLimits(), lambda _: False) for _ in range(2))
    lock = layout.log_keeper_lock()
    first.start()
    until(lock.exists)
    second.start()
    first.close()
    path.write_bytes(LINE * 100_000)
    until(path.with_name(".detect_gate.log.lines").exists)
    second.close()
