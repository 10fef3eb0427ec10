"""What mirrored reads tell, as text for a terminal. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from gateway.cli.output import counted, sentence_below
from gateway.cli.shortening import prefix, short_rpc
from gateway.cli.table import Column, FittingTable

Json = Mapping[str, Any]

# The weightiest; the JSON has all.
_REASONS = 5
_FIELDS = 3
_VERDICTS = {"alike": "green", "differs": "bold red", "unknown": "yellow"}
_COLUMNS = (
    Column("RPC", is_whole=True, short=short_rpc),
    Column("verdict", is_whole=True),
    Column("pairs", is_number=True),
    Column("differ", is_number=True),
    Column("noise", is_number=True, spare=2),
    Column("fields that differ", spare=1),
    Column("trace", is_whole=True, short=prefix),
)


def shadow(answer: Json) -> RenderableType:
    """Return each context with its verdict, its reasons and its RPCs."""
    parts: list[RenderableType] = []
    for one in answer["contexts"]:
        parts.append(
            Text(one["context"], style="bold")
            + Text("  the paths' replies: ")
            + Text(one["verdict"], style=_VERDICTS[one["verdict"]])
            + Text(f"; {counted(one['pairs'], 'pair')}, ")
            + Text(f"{one['mirrored']} % of the reads are mirrored now")
        )
        parts += map(sentence_below, one["reasons"][:_REASONS])
        if one["rpcs"]:
            parts.append(FittingTable(_COLUMNS, map(_row, one["rpcs"])))
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
