"""A trace as a waterfall in a terminal: a line a span, indented, with a bar where it was. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from gateway.cli.shortening import short_rpc

Json = Mapping[str, Any]

# A bar's cells, and what the rest of a line needs beside it: the names and the figures.
_MIN_BAR, _MAX_BAR = 8, 40
_FIGURES = 20


class _Spans:
    """The spans of a trace, with bars as wide as the terminal lets them be."""

    def __init__(self, spans: Sequence[Json], whole_ms: float) -> None:
        self._spans, self._whole_ms = spans, whole_ms

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render them; rich calls this."""
        names = list(_names(self._spans, str))
        if _room(names, options) < _MIN_BAR:
            names = list(_names(self._spans, short_rpc))
        room = _room(names, options)
        width = min(max(room, _MIN_BAR), _MAX_BAR)
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("span", overflow="fold")
        table.add_column("", no_wrap=True, min_width=width)
        for column in ("ms", "alone"):
            table.add_column(column, justify="right", no_wrap=True, min_width=len(column))
        for name, span in zip(names, self._spans, strict=True):
            failed = "red" if span["error"] else ""
            table.add_row(
                Text(name, style=failed),
                Text(bar(span, self._whole_ms, width), style=failed or "cyan"),
                f"{span['duration_ms']:.2f}",
                f"{span['self_ms']:.2f}",
            )
        yield table


def waterfall(trace: Json) -> RenderableType:
    """Return what the API says of one trace: a summary, and its spans."""
    summary = trace["summary"]
    fallback = f", {summary['fallback_reason']}" if summary["fallback_reason"] else ""
    head = Text(f"{summary['rpc'] or 'no operation'}  {summary['started'][:23]} UTC")
    way = Text(
        f"assigned to {summary['assigned'] or 'nobody'},"
        f" answered by {summary['answered'] or 'nobody'}: {summary['code']}{fallback},"
        f" {summary['duration_ms']:.2f} ms, kept as {summary['kind']}"
    )
    return Group(head, way, _Spans(trace["spans"], summary["duration_ms"]))


def _room(names: Sequence[str], options: ConsoleOptions) -> int:
    """Return how many cells are left for the bars."""
    return options.max_width - max(map(len, names), default=0) - _FIGURES


def _names(spans: Sequence[Json], shown: Callable[[str], str]) -> Iterator[str]:
    """Yield each span's name, set in below the one it is part of, with who made it."""
    depths: dict[str, int] = {}
    for span in spans:
        depth = depths.get(span["parent_id"], -1) + 1
        depths[span["span_id"]] = depth
        of = f" ({span['implementation']})" if span["implementation"] else ""
        yield " " * depth + shown(str(span["name"])) + of


def bar(span: Json, whole_ms: float, width: int = _MAX_BAR) -> str:
    """Return a span as a bar of a line that stands for the whole request; clocks may differ."""
    scale = width / whole_ms if whole_ms > 0 else 0.0
    begin = min(max(int(span["start_ms"] * scale), 0), width - 1)
    length = min(max(round(span["duration_ms"] * scale), 1), width - begin)
    return " " * begin + "━" * length
