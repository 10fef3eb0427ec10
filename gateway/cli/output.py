"""What commands print: tables for people, JSON for machines; and how they end."""

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

REFUSED = 1
UNREACHABLE = 3

console = Console(highlight=False)
_errors = Console(stderr=True, highlight=False)

COLOURS = {
    "ok": "green",
    "yes": "green",
    "streaming": "green",
    "running": "green",
    "starting": "yellow",
    "stopped": "dim",
    "source failed": "red",
    "no": "dim",
}


def program() -> str:
    """Return how this command line is called here: by its name, or its path if not on PATH."""
    return "camplane" if shutil.which("camplane") else sys.argv[0]


def fail(message: str, code: int = REFUSED) -> NoReturn:
    """Print an error and end with `code`."""
    _errors.print(Text("error: ", style="bold red") + Text(message), soft_wrap=True)
    raise typer.Exit(code)


def note(message: str) -> None:
    """Print a line for the person who watches, not for a pipe."""
    _errors.print(Text(message), soft_wrap=True)


def print_json(value: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "") -> None:
    """Print rows under headings; `empty` when there is none."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    count = 0
    for row in rows:
        table.add_row(*(Text(str(cell), style=COLOURS.get(str(cell), "")) for cell in row))
        count += 1
    if count:
        console.print(table)
    elif empty:
        console.print(empty)
