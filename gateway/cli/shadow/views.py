"""What mirrored reads tell, as text for a terminal. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

Json = Mapping[str, Any]

# The weightiest; the JSON has all.
_REASONS = 5
_FIELDS = 3
_VERDICTS = {"alike": "green", "differs": "bold red", "unknown": "yellow"}
_COLUMNS = ("RPC", "verdict", "pairs", "differ", "noise", "fields that differ", "trace")


def shadow(answer: Json) -> RenderableType:
    """Return each context with its verdict, its reasons and its RPCs."""
    parts: list[RenderableType] = []
    for one in answer["contexts"]:
        parts.append(
            Text(one["context"], style="bold")
            + Text("  the paths' replies: ")
            + Text(one["verdict"], style=_VERDICTS[one["verdict"]])
            + Text(f"; {one['pairs']:,} pairs, {one['mirrored']} % of the reads are mirrored now")
        )
        parts += [Text(f"  {text}") for text in one["reasons"][:_REASONS]]
        if one["rpcs"]:
            parts.append(_table(map(_row, one["rpcs"])))
        parts.append(Text())
    return Group(*parts)


def _row(rpc: Json) -> Sequence[Text]:
    fields = ", ".join(
        f"{one['field']} ({one['differing']}, noise {one['noise_differing']})"
        for one in rpc["fields"][:_FIELDS]
    )
    return (
        Text(rpc["rpc"]),
        Text(rpc["verdict"], style=_VERDICTS[rpc["verdict"]]),
        Text(f"{rpc['pairs']:,}"),
        Text(_rate(rpc["difference_rate"], rpc["pairs"])),
        Text(_rate(rpc["noise_rate"], rpc["noise_pairs"])),
        Text(fields),
        Text(next(iter(rpc["exemplars"]), "")),
    )


def _rate(rate: Json, pairs: int) -> str:
    return f"{rate['value']:.2f} %" if pairs else "-"


def _table(rows: Any) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in _COLUMNS:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
