"""What commands print: tables for people, JSON for machines; and how they end.

What is printed for people holds names and reasons that anyone may have chosen: see Terminal.
"""

import json
import shlex
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import typer
from rich.console import Console, ConsoleDimensions, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.text import Text

from gateway.cli.table import Column, FittingTable
from servicekit.visible import DOING, escape

REFUSED = 1
UNREACHABLE = 3
# Wider than any row.
_PIPE_WIDTH = 100_000


class Terminal(Console):
    """Shows text as it is: no markup in it, and no control characters but those of our own styles.

    One Text is one line; what has several is several of them. Into a pipe or a file no line
    is broken: who reads it there has no width.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    @property
    def size(self) -> ConsoleDimensions:
        """How much there is room for."""
        size = super().size
        return size if self.is_terminal else ConsoleDimensions(_PIPE_WIDTH, size.height)

    @size.setter
    def size(self, new: tuple[int, int]) -> None:
        self._width, self._height = new

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render anything; rich passes every part of it here."""
        if isinstance(renderable, str):
            renderable = Text(renderable)
        return super().render(
            _visible(renderable) if isinstance(renderable, Text) else renderable, options
        )


console = Terminal()
_errors = Terminal(stderr=True)

COLOURS = {
    "ok": "green",
    "yes": "green",
    "streaming": "green",
    "running": "green",
    "starting": "yellow",
    "stopped": "dim",
    "source failed": "red",
    "restarting": "red",
    "crash loop": "red",
    "no": "dim",
}


def program() -> str:
    """Return how this command line is called here: by its name, or its path if not on PATH.

    It can be copied into a shell, whatever the path holds.
    """
    return "camplane" if shutil.which("camplane") else shlex.quote(sys.argv[0])


def counted(number: int, noun: str, several: str = "") -> str:
    """Return how many there are: 1 camera, 2 cameras; several: the plural, if not by an s."""
    return f"{number:,} {noun if number == 1 else several or f'{noun}s'}"


def fail(message: str, code: int = REFUSED) -> NoReturn:
    """Print an error and end with `code`."""
    first, *more = message.split("\n")
    _errors.print(Text("error: ", style="bold red") + Text(first), soft_wrap=True)
    for line in more:
        _errors.print(Text(f"       {line}"), soft_wrap=True)
    raise typer.Exit(code)


def note(message: str) -> None:
    """Print a line for the person who watches, not for a pipe."""
    _errors.print(Text(message), soft_wrap=True)


def print_json(value: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(json_text(value, indent=2) + "\n")


def json_text(value: Any, indent: int | None = None) -> str:
    """Return a value as JSON, in which what would do something in a terminal is written \\u009b."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return DOING.sub(lambda letter: "\n" if letter[0] == "\n" else f"\\u{ord(letter[0]):04x}", text)


def print_table(
    columns: Sequence[str | Column],
    rows: Iterable[Sequence[object]],
    empty: str = "",
    whole: Sequence[str] = (),
) -> None:
    """Print rows under headings; `empty` when there is none.

    whole: columns whose cells are never broken, however narrow the terminal: they are copied.
    """
    as_columns = [
        one if isinstance(one, Column) else Column(one, is_whole=one in whole) for one in columns
    ]
    table_rows = [[cell_of(cell) for cell in row] for row in rows]
    if table_rows:
        console.print(FittingTable(as_columns, table_rows))
    elif empty:
        console.print(empty)


def cell_of(value: object) -> Text:
    """Return a cell of a table, in the colour that a word such as "streaming" has everywhere.

    Its control characters are made visible before a column is made as wide as its cells.
    """
    text = str(value)
    return _visible(value if isinstance(value, Text) else Text(text, style=COLOURS.get(text, "")))


def sentence_below(sentence: str) -> RenderableType:
    """Return a sentence that belongs to the line above it: set off, in all its lines."""
    return Padding(Text(sentence), (0, 0, 0, 2), expand=False)


def _visible(text: Text) -> Text:
    """Return the text with its control characters shown, set off from what stands around them."""
    found, end = text.blank_copy(), 0
    for letter in DOING.finditer(text.plain):
        found.append_text(text[end : letter.start()])
        found.append(escape(letter.group()), style="reverse")
        end = letter.end()
    return found.append_text(text[end:]) if end else text
