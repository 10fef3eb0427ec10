"""A log is read onward line by line, whatever becomes of its file meanwhile."""

import os
import random
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera_service.shared_state.logs import following
from camera_service.shared_state.logs.following import TOO_LONG, LogFollower
from camera_service.worker.log_files import shift


@pytest.fixture(autouse=True)
def leaving_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "LEAVING_SECONDS", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log"


def append(path: Path, text: str) -> None:
    with path.open("ab") as file:
        file.write(text.encode())


def rotate(path: Path, keep: int = 3) -> None:
    shift(path, keep)
    path.replace(path.with_name("log.1"))
    path.touch()


def texts(follower: LogFollower) -> list[str]:
    """Read until there is no more."""
    found: list[str] = []
    while lines := follower.read().lines:
        found += [text for text, _ in lines]
    return found


def test_it_begins_with_the_last_lines_and_goes_on_with_each_new_one(path: Path) -> None:
    append(path, "one\ntwo\nthree\n")
    follower = LogFollower.at_last(path, 2)

    assert texts(follower) == ["two", "three"]
    append(path, "four\nfi")
    assert texts(follower) == ["four"]
    append(path, "ve\nsix\n")
    assert texts(follower) == ["five", "six"]


@pytest.mark.parametrize("lines", [0, 1, 2, 3, 5, 6, 7, 100])
def test_the_last_lines_may_lie_in_older_generations(path: Path, lines: int) -> None:
    append(path, "1\n2\n")
    rotate(path)
    append(path, "3\n4\n5\n")
    rotate(path)
    append(path, "6\n7")  # which is not complete

    expected = ["1", "2", "3", "4", "5", "6"]
    assert texts(LogFollower.at_last(path, lines)) == expected[len(expected) - min(lines, 6) :]


def test_a_log_that_does_not_exist_is_waited_for(path: Path) -> None:
    follower = LogFollower.at_last(path, 10)
    assert texts(follower) == []
    append(path, "first\n")
    assert texts(follower) == ["first"]


def test_several_rotations_between_two_looks_lose_nothing(path: Path) -> None:
    append(path, "1\n")
    follower = LogFollower.at_last(path, 10)
    assert texts(follower) == ["1"]
    for number in range(2, 5):
        append(path, f"{number}\nunfinished")
        rotate(path)
    append(path, "5\n")

    assert texts(follower) == ["2", "unfinished", "3", "unfinished", "4", "unfinished", "5"]


def test_lines_that_were_rotated_away_unread_are_a_gap(path: Path) -> None:
    append(path, "1\n")
    follower = LogFollower.at_last(path, 10)
    assert not follower.read().gap
    for number in range(2, 6):
        append(path, f"{number}\n")
        rotate(path, keep=1)
    found = [follower.read() for _ in range(3)]

    assert [text for lines in found for text, _ in lines.lines] == ["2"]
    append(path, "6\n")
    last = follower.read()
    assert (last.lines[0][0], last.gap, last.rotated) == ("6", True, True)


@pytest.mark.parametrize("text", ["", "new\n", "new, and longer than it was before\n"])
def test_a_log_that_was_cut_is_read_from_its_new_start(path: Path, text: str) -> None:
    append(path, "one\ntwo\n")
    follower = LogFollower.at_last(path, 10)
    assert texts(follower) == ["one", "two"]
    os.truncate(path, 0)
    append(path, text + "more\n")
    found = follower.read()

    assert [line for line, _ in found.lines] == [*text.splitlines(), "more"]
    assert (found.rotated, found.gap) == (True, True)


def test_a_place_is_gone_on_from_also_after_rotations(path: Path) -> None:
    append(path, "1\n2\n3\n")
    places = [place for _, place in LogFollower.at_last(path, 10).read().lines]
    rotate(path)
    append(path, "4\n")
    rotate(path)
    append(path, "5\n")

    assert texts(LogFollower.after(path, places[0], 1)) == ["2", "3", "4", "5"]
    assert texts(LogFollower.after(path, places[2], 1)) == ["4", "5"]


def test_a_place_that_is_gone_or_no_place_begins_with_the_last_lines_after_a_gap(
    path: Path,
) -> None:
    append(path, "1 rtsp://user:hunter2@camera\n2\n3\n")
    inode = path.stat().st_ino
    inside = f"{inode}-15"  # from here on the password could not be known for one
    for place in (
        inside,
        f"{inode}-999",
        "7-0",
        "x",
        "-1-2",
        "٣-٣",
        "9" * 30 + "-1",
        f"{inode}--1",
    ):
        found = LogFollower.after(path, place, 2).read()
        assert ([text for text, _ in found.lines], found.gap) == (["2", "3"], True), place


def test_a_line_without_end_takes_no_memory(path: Path) -> None:
    append(path, "one\n")
    follower = LogFollower.at_last(path, 10)
    assert texts(follower) == ["one"]
    append(path, "x" * (3 << 20))
    assert texts(follower) == []
    append(path, "the end of it\nnext\n" + "y" * 400_000 + "\n")

    assert texts(follower) == [TOO_LONG, "next", "y" * 400_000]


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.sampled_from(["\n", "\r\n", "\r", "a", "日", "\u2028", "x" * 300_000]), max_size=20
    ),
    st.integers(0, 2**32),
)
def test_however_it_is_written_the_lines_are_those_of_the_file(
    path: Path, pieces: list[str], seed: int
) -> None:
    path.unlink(missing_ok=True)
    follower, chance = LogFollower.at_last(path, 0), random.Random(seed)
    found = []
    for piece in pieces:
        append(path, piece)
        if chance.random() < 0.5:
            found += texts(follower)
    append(path, "\nend\n")
    found += texts(follower)

    whole = "".join([*pieces, "\nend\n"]).replace("\r\n", "\n").replace("\r", "\n")
    assert found == whole.split("\n")[:-1]


@pytest.mark.parametrize("moved", [3, 2, 1])
def test_a_follower_is_not_misled_by_a_rotation_that_is_half_done(path: Path, moved: int) -> None:
    """A writer that is stopped between two renames leaves a number that no file has."""
    for number in range(4):
        append(path, f"{number}\n")
        rotate(path, keep=9)
    (path.with_name("log.4")).replace(path.with_name("log.5"))
    follower = LogFollower.at_last(path, 0)
    follower.close()
    follower = LogFollower.after(path, f"{path.with_name('log.5').stat().st_ino}-0", 0)
    for number in range(3, moved - 1, -1):
        path.with_name(f"log.{number}").replace(path.with_name(f"log.{number + 1}"))
        found = follower.read()
        assert not found.gap
        assert [text for text, _ in found.lines] == [["0"], ["1"], ["2"]][3 - number]


def test_a_follower_misses_no_line_of_a_writer_that_rotates(path: Path) -> None:
    path.touch()
    follower, count = LogFollower.at_last(path, 0), 3000
    done = threading.Event()

    def write() -> None:
        for number in range(count):
            append(path, f"{number}\n")
            if path.stat().st_size > 500:
                rotate(path, keep=50)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    found: list[str] = []
    while not done.is_set():
        found += texts(follower)
        time.sleep(0.001)
    writer.join()
    found += texts(follower)

    assert [int(text) for text in found] == list(range(count))
