"""`python -m tests.camera_table [--write]`: what cameras do and what camplane says, from the tests.

A test with the mark `camera` is a row: `start_worker` holds its workers' reports to it.
--write puts the table into docs/cameras.md.
"""

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "cameras.md"
FOLDER = ROOT / "tests" / "integration" / "worker"
BEGIN, END = "<!-- the table, by python -m tests.camera_table -->\n", "<!-- its end -->"
STREAMING = "streaming"


@dataclass(frozen=True)
class Row:
    """One situation. says: `streaming`, or the cause of a failure; words: of its message."""

    does: str
    says: str
    words: str = ""

    @classmethod
    def of(cls, mark: pytest.Mark) -> "Row":
        """Return the row that a mark makes."""
        return cls(*mark.args, **mark.kwargs)

    def is_borne_out_by(self, report: dict[str, object]) -> bool:
        """Does a worker's report say this?"""
        if self.says == STREAMING:
            return report["state"] == STREAMING
        return report["cause"] == self.says and self.words in str(report["message"])


class _Collector:
    """A plugin of pytest that takes the rows of what is collected."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            self.rows += [Row.of(mark) for mark in item.iter_markers("camera")]


def table() -> str:
    """Return the table as Markdown: what is read first, then what fails, by cause."""
    collector = _Collector()
    arguments = ["--collect-only", "-qq", "--no-header", "-p", "no:cacheprovider", str(FOLDER)]
    with contextlib.redirect_stdout(sys.stderr):  # pytest has its own things to say
        code = pytest.main(arguments, plugins=[collector])
    if code != pytest.ExitCode.OK:
        sys.exit(f"the tests cannot be collected ({code})")
    rows = sorted(dict.fromkeys(collector.rows), key=lambda row: (row.says != STREAMING, row.says))
    lines = ["| What a camera does | What camplane says | And in its message |", "|---|---|---|"]
    for row in rows:
        says = "it streams" if row.says == STREAMING else f"`source_failed`, `{row.says}`"
        lines.append(f"| {row.does} | {says} | {row.words} |")
    return "\n".join(lines) + "\n"


def document(text: str, rows: str) -> str:
    """Return the document with another table."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + "\n" + rows + "\n" + END + rest.split(END)[1]


def main(arguments: list[str]) -> None:
    """Print the table, or write it."""
    rows = table()
    if arguments == ["--write"]:
        DOCUMENT.write_text(document(DOCUMENT.read_text("utf-8"), rows), "utf-8")
    else:
        sys.stdout.write(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
