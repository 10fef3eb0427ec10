"""What is copied from a table is not broken over lines."""

import subprocess
import sys

import pytest

PRINTS = """
from gateway.cli.output import print_table
print_table(
    ("id", "name", "cameras"),
    [("99f7fd74a2115b14", "alice of the night shift", "hall-*, yard-1"), ("a" * 16, "bob", "*")],
    whole=("id",),
)
"""


@pytest.mark.parametrize("width", ["20", "40", "200"])
def test_an_id_stands_in_one_line_however_narrow_the_terminal(width: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRINTS],
        env={"COLUMNS": width, "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = [line.split()[0] for line in done.stdout.splitlines() if line[:1].strip()]
    assert found == ["id", "99f7fd74a2115b14", "a" * 16], done.stdout
