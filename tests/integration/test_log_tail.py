"""Log tails are read from the end, and say what reading it all would have said."""

import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from camera_service.shared_state.logs.counts import LogCount
from camera_service.shared_state.logs.reader import LogReader
from camera_service.worker.log_files import shift


def whole(path: Path) -> list[str]:
    """What the monolith did: read the whole file as text."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return [line.rstrip("\n") for line in file]


def numbered(first: int, last: int) -> bytes:
    return b"".join(b"line %d\n" % number for number in range(first, last))


PIECES = st.sampled_from(
    [b"\n", b"\r\n", b"\r", b"a", b"\xe6\x97\xa5", b"\xff", b"  ", b"x" * 70_000]
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(PIECES, max_size=12).map(b"".join), st.integers(1, 6))
@example(b"", 1)
@example(b"\n", 1)
@example(b"x" * 65_535 + b"\r\n" + b"y", 1)
@example(b"a\r\n" + b"x" * 65_534 + b"\n", 2)
def test_a_tail_is_the_end_of_the_whole(tmp_path: Path, text: bytes, lines: int) -> None:
    path = tmp_path / "log"
    path.write_bytes(text)
    total, found = LogReader().tail(path, lines) or (None, None)
    everything = whole(path)
    assert (total, found) == (len(everything), everything[-lines:])


def test_the_count_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a\r")
    reader = LogReader()
    assert reader.tail(path, 5) == (1, ["a"])
    with path.open("ab") as file:
        file.write(b"\nb\nc")
    assert reader.tail(path, 5) == (3, ["a", "b", "c"])


@pytest.mark.parametrize("text", [b"", b"new\n"])
def test_a_file_that_was_cut_or_replaced_is_counted_anew(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n2\n3\n4\n5\n")
    reader = LogReader()
    assert reader.tail(path, 1) == (5, ["5"])
    path.write_bytes(text)
    assert reader.tail(path, 1) == (len(text.splitlines()), text.decode().splitlines())


def test_no_file_is_none(tmp_path: Path) -> None:
    assert LogReader().tail(tmp_path / "none", 1) is None


def test_older_generations_are_read_on_where_the_file_has_too_few_lines(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(numbered(20, 23))
    (tmp_path / "log.1").write_bytes(numbered(10, 20))
    (tmp_path / "log.2").write_bytes(numbered(0, 10))

    for lines in (3, 4, 13, 14, 22, 23, 30):
        total, found = LogReader().tail(tmp_path / "log", lines) or (None, [])
        assert total == 3
        assert found == numbered(0, 23).decode().splitlines()[-lines:]


def test_a_log_that_was_renamed_and_not_yet_made_anew_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "log.1").write_bytes(numbered(0, 5))

    assert LogReader().tail(tmp_path / "log", 2) == (0, ["line 3", "line 4"])


def test_no_line_is_missing_or_doubled_while_the_log_is_rotated(tmp_path: Path) -> None:
    path, reader = tmp_path / "log", LogReader()
    path.write_bytes(b"")
    done = threading.Event()

    def write() -> None:
        for number in range(3000):
            if path.exists() and path.stat().st_size > 500:
                shift(path, 9)
                path.replace(tmp_path / "log.1")
            with path.open("ab") as file:
                file.write(b"line %d\n" % number)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    looks = 0
    while not done.is_set():
        _, found = reader.tail(path, 100) or (0, [])
        numbers = [int(line.removeprefix("line ")) for line in found]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
        looks += 1
    writer.join()
    assert looks > 50


def test_a_count_is_kept_beside_a_large_log_and_goes_on_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(numbered(0, 400_000))
    with path.open("rb") as file:
        size = path.stat().st_size
        first = LogCount(path)
        assert first.lines(file.fileno(), size) == 400_000
        first.keep()
        with path.open("ab") as more:
            more.write(b"one\ntwo")

        second = LogCount(path)
        assert second.step(file.fileno(), size).position == size, "it began at the end"
        assert second.lines(file.fileno(), path.stat().st_size) == 400_002


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(b"x" * 8 + numbered(0, 500_000)),
        lambda path: path.write_bytes(b""),
        lambda path: (path.unlink(), path.write_bytes(numbered(0, 7))),
        lambda path: path.with_name(".log.lines").write_text('{"inode": [], "position": {}}'),
        lambda path: path.with_name(".log.lines").write_text("[" * 100_000),
    ],
    ids=["rewritten, larger", "cut", "replaced", "kept count of wrong types", "no JSON"],
)
def test_a_kept_count_that_is_not_the_log_s_is_not_believed(tmp_path: Path, change: Any) -> None:
    path = tmp_path / "log"
    path.write_bytes(numbered(0, 400_000))
    with path.open("rb") as file:
        count = LogCount(path)
        count.lines(file.fileno(), path.stat().st_size)
    count.keep()
    change(path)

    expected = path.read_bytes().count(b"\n")
    with path.open("rb") as file:
        for one in (count, LogCount(path)):
            assert one.lines(file.fileno(), path.stat().st_size) == expected
