"""What is copied from a table is not broken over lines; what is left out is missed least."""

import subprocess
import sys

import pytest
from rich.text import Text

from gateway.cli.table import Column, fitting
from tests.terminal import in_terminal, plain

PRINTS = """
from gateway.cli.output import print_table
print_table(
    ("id", "name", "cameras"),
    [("99f7fd74a2115b14", "alice of the night shift", "hall-*, yard-1"), ("a" * 16, "bob", "*")],
    whole=("id",),
)
"""
COLUMNS = (
    Column("trace", is_whole=True, short=lambda text: text[:8]),
    Column("RPC", is_whole=True),
    Column("why", spare=1),
    Column("legacy ms", is_number=True, spare=2),
    Column("domain ms", is_number=True, spare=2),
)
ROW = ("0123456789abcdef", "BatchGetCameraStatus", "", "12.5", "9.1")


@pytest.mark.parametrize("width", [20, 40, 200])
def test_an_id_stands_in_one_line_however_narrow_the_terminal(width: int) -> None:
    written, _ = in_terminal([sys.executable, "-c", PRINTS], width)
    found = [line.split()[0] for line in plain(written).splitlines() if line[:1].strip()]
    assert found == ["id", "99f7fd74a2115b14", "a" * 16], written


def test_a_pipe_gets_each_row_in_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRINTS],
        env={"COLUMNS": "20", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[1] == "99f7fd74a2115b14  alice of the night shift  hall-*, yard-1"


@pytest.mark.parametrize(
    ("width", "names", "trace"),
    [
        (80, ["trace", "RPC", "why", "legacy ms", "domain ms"], "0123456789abcdef"),
        (60, ["trace", "RPC", "why", "legacy ms", "domain ms"], "01234567"),
        (52, ["trace", "RPC", "legacy ms", "domain ms"], "01234567"),
        (40, ["trace", "RPC"], "01234567"),
        (5, ["trace", "RPC"], "01234567"),
    ],
)
def test_what_does_not_fit_is_shortened_then_left_out(
    width: int, names: list[str], trace: str
) -> None:
    """First columns that are empty, then those that are spare: figures of both paths together."""
    columns, rows = fitting(COLUMNS, [[Text(cell) for cell in ROW]], width)
    assert [column.name for column in columns] == names
    assert rows[0][0].plain == trace
    assert "BatchGetCameraStatus" in [cell.plain for cell in rows[0]]
