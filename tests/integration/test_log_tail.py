"""Log tails are read from the end, and say what reading it all would have said."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from camera_service.world.logs import LogReader


def whole(path: Path) -> list[str]:
    """What the monolith did: read the whole file as text."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return [line.rstrip("\n") for line in file]


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
