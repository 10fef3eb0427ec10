"""A trace as a waterfall in a terminal: a line a span, indented, with a bar where it was. Pure."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

Json = Mapping[str, Any]

_BAR = 40


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
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column, justify in (("span", "left"), ("", "left"), ("ms", "right"), ("alone", "right")):
        table.add_column(column, justify=justify, no_wrap=column == "")  # type: ignore[arg-type]
    depths: dict[str, int] = {}
    for span in trace["spans"]:
        depth = depths.get(span["parent_id"], -1) + 1
        depths[span["span_id"]] = depth
        of = f" ({span['implementation']})" if span["implementation"] else ""
        table.add_row(
            Text("  " * depth + span["name"] + of, style="red" if span["error"] else ""),
            Text(bar(span, summary["duration_ms"]), style="red" if span["error"] else "cyan"),
            f"{span['duration_ms']:.2f}",
            f"{span['self_ms']:.2f}",
        )
    return Group(head, way, table)


def bar(span: Json, whole_ms: float) -> str:
    """Return a span as a bar of a line that stands for the whole request; clocks may differ."""
    scale = _BAR / whole_ms if whole_ms > 0 else 0.0
    begin = min(max(int(span["start_ms"] * scale), 0), _BAR - 1)
    length = min(max(round(span["duration_ms"] * scale), 1), _BAR - begin)
    return " " * begin + "━" * length
