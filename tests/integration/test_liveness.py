"""Which recorded workers live, told by records and by the kernel."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.liveness import Liveness
from servicekit import atomic_file, process

Child = subprocess.Popen[bytes]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout.under(tmp_path)
    layout.make()
    return layout


@pytest.fixture
def liveness(layout: Layout) -> Iterator[Liveness]:
    liveness = Liveness(layout)
    yield liveness
    liveness.close()


@pytest.fixture
def children() -> Iterator[list[Child]]:
    """Give two processes that wait for the end of their input."""
    command = [sys.executable, "-ISc", "input()"]
    made = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(2)]
    yield made
    for child in made:
        child.kill()
        child.communicate()


def record(layout: Layout, child: int, **other: object) -> None:
    worker = process.identify_child(child)
    atomic_file.replace(layout.record("gate"), json.dumps({**vars(worker), **other}).encode())


def test_a_worker_lives_until_it_ends_though_nobody_waited_for_it(
    layout: Layout, liveness: Liveness, children: list[Child]
) -> None:
    worker = process.identify(children[0].pid)
    record(layout, children[0].pid)
    assert liveness.find("gate") == worker
    children[0].kill()
    os.waitid(os.P_PID, children[0].pid, os.WEXITED | os.WNOWAIT)  # a zombie now
    assert liveness.find("gate") is None
    assert liveness.recorded("gate") == worker


def test_the_next_record_is_the_one_that_counts(
    layout: Layout, liveness: Liveness, children: list[Child]
) -> None:
    for child in children:
        record(layout, child.pid)
        assert liveness.find("gate") == process.identify(child.pid)
    layout.record("gate").unlink()
    assert liveness.find("gate") is liveness.recorded("gate") is None


@pytest.mark.parametrize("other", [{"start_time": 1}, {"boot": "an earlier one"}, {"pid": 0}])
def test_a_process_that_is_not_the_recorded_one_is_no_worker(
    layout: Layout, liveness: Liveness, children: list[Child], other: dict[str, object]
) -> None:
    record(layout, children[0].pid, **other)
    assert liveness.find("gate") is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pid": "x"}', "\0", '{"pid": 1e400}'])
def test_a_record_that_is_none_names_nobody(layout: Layout, liveness: Liveness, text: str) -> None:
    layout.record("gate").write_text(text)
    assert liveness.find("gate") is liveness.recorded("gate") is None


def test_a_death_ends_the_wait_for_one(
    layout: Layout, liveness: Liveness, children: list[Child]
) -> None:
    record(layout, children[0].pid)
    liveness.find("gate")
    waiting = threading.Thread(target=liveness.wait_for_death, args=(100,), daemon=True)
    waiting.start()
    children[0].kill()
    waiting.join(20)
    assert not waiting.is_alive()


def test_who_waits_for_a_death_can_be_told_to_stop(
    layout: Layout, liveness: Liveness, children: list[Child]
) -> None:
    """Told once, nobody waits any more, and what dies is still noticed."""
    record(layout, children[0].pid)
    liveness.find("gate")
    waiting = threading.Thread(target=liveness.wait_for_death, args=(100,), daemon=True)
    waiting.start()
    liveness.stop_waiting()
    waiting.join(20)
    assert not waiting.is_alive()
    liveness.wait_for_death(100)
    children[0].kill()
    children[0].wait()
    assert liveness.find("gate") is None


def descriptors_of(child: int) -> int:
    """Count what this process holds of a child; others' descriptors come and go beside it."""
    held = 0
    for descriptor in Path("/proc/self/fdinfo").iterdir():
        # One that was closed since the listing belongs to no live child.
        with contextlib.suppress(FileNotFoundError):
            text = descriptor.read_text()
            held += f"\nPid:\t{child}\n" in text
    return held


def test_workers_that_are_gone_hold_no_descriptor(
    layout: Layout, liveness: Liveness, children: list[Child]
) -> None:
    for child in children:
        record(layout, child.pid)
        liveness.find("gate")
        assert descriptors_of(child.pid) == 1
    assert descriptors_of(children[0].pid) == 0
    layout.record("gate").unlink()
    liveness.find("gate")
    assert descriptors_of(children[1].pid) == 0
