"""Tables that fit the terminal: what is copied is never broken. Pure.

A pipe gets everything, in one line a row. In a terminal that is too narrow for that, texts get
shorter, then columns that say nothing go, then those that can be done without; what is left of
the width is for sentences, which go on in the next line.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

# What a sentence needs to be read at all.
_MIN_SENTENCE = 10
_GAP = 2


@dataclass(frozen=True)
class Column:
    """One column of a table.

    is_whole: its cells are never broken over lines: they are copied. is_number: set to the
    right, and whole. spare: columns with a higher number are left out earlier, those with 0 never.
    short: makes a cell shorter where the whole table does not fit.
    """

    name: str
    is_whole: bool = False
    is_number: bool = False
    spare: int = 0
    short: Callable[[str], str] | None = None

    @property
    def is_unbroken(self) -> bool:
        return self.is_whole or self.is_number


class FittingTable:
    """A table as wide as the terminal lets it be; into a pipe, as wide as it is."""

    def __init__(self, columns: Sequence[Column], rows: Iterable[Sequence[Text]]) -> None:
        self._columns = list(columns)
        self._rows = [list(row) for row in rows]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render it; rich calls this."""
        columns, rows = fitting(self._columns, self._rows, options.max_width)
        room = options.max_width - _needed(columns, rows, whole=False)
        table = Table(box=None, pad_edge=False, header_style="bold")
        for place, column in enumerate(columns):
            width = _least(column, [row[place] for row in rows])
            # A heading goes on below only where there is no room for it.
            if column.is_unbroken and (more := len(column.name) - width) > 0 and more <= room:
                width, room = width + more, room - more
            table.add_column(
                column.name,
                justify="right" if column.is_number else "left",
                overflow="fold",
                width=width if column.is_unbroken else None,
                min_width=width,
            )
        for row in rows:
            table.add_row(*row)
        yield table


def fitting(
    columns: Sequence[Column], rows: Sequence[Sequence[Text]], width: int
) -> tuple[list[Column], list[list[Text]]]:
    """Return the columns and rows that are to be shown in so many cells."""
    kept, cells = list(columns), [list(row) for row in rows]
    if _needed(kept, cells, whole=True) <= width:
        return kept, cells
    cells = [
        [_shortened(column, cell) for column, cell in zip(kept, row, strict=True)] for row in cells
    ]
    while _needed(kept, cells, whole=False) > width:
        going = _next_to_go(kept, cells)
        if not going:
            break
        kept = [one for n, one in enumerate(kept) if n not in going]
        cells = [[one for n, one in enumerate(row) if n not in going] for row in cells]
    return kept, cells


def _next_to_go(columns: Sequence[Column], rows: Sequence[Sequence[Text]]) -> set[int]:
    """Return the places of the columns that are missed least; none when all are needed.

    Those of one number go together: a figure of legacy without that of domain says little.
    """
    spare = [(n, column.spare) for n, column in enumerate(columns) if column.spare]
    if empty := {n for n, _ in spare if not any(row[n].plain for row in rows)}:
        return empty
    most = max((number for _, number in spare), default=0)
    return {n for n, number in spare if number == most}


def _needed(columns: Sequence[Column], rows: Sequence[Sequence[Text]], whole: bool) -> int:
    gaps = _GAP * len(columns)  # rich wants one behind the last column, too
    widths = (
        max([len(column.name), *(row[n].cell_len for row in rows)])
        if whole
        else _least(column, [row[n] for row in rows])
        for n, column in enumerate(columns)
    )
    return gaps + sum(widths)


def _least(column: Column, cells: Sequence[Text]) -> int:
    """Return how many cells of the terminal a column needs at least."""
    widest = max((cell.cell_len for cell in cells), default=0)
    return max(_head(column), widest if column.is_unbroken else min(widest, _MIN_SENTENCE))


def _head(column: Column) -> int:
    """Return the width of the longest word of the heading: that may go on below."""
    return max(map(len, column.name.split()), default=0)


def _shortened(column: Column, cell: Text) -> Text:
    return cell if column.short is None else Text(column.short(cell.plain), style=cell.style)
