"""The monitoring API's JSON as text for a terminal. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from gateway.cli.output import cell_of, counted, sentence_below
from gateway.cli.shortening import clock, prefix, short_rpc
from gateway.cli.table import Column, FittingTable

Json = Mapping[str, Any]

TRACE_COLUMNS = (
    Column("trace", is_whole=True, short=prefix),
    Column("span", is_whole=True, spare=9, short=prefix),
    Column("time (UTC)", is_whole=True, short=clock),
    Column("RPC", is_whole=True, short=short_rpc),
    Column("assigned", is_whole=True, spare=4),
    Column("answered", is_whole=True, spare=2),
    Column("code", is_whole=True, spare=1),
    Column("ms", is_number=True),
    Column("why kept", spare=3),
)
# The weightiest sentences; the JSON has all.
_REASONS = 5
_VERDICTS = {"better": "green", "same": "green", "worse": "bold red", "unknown": "yellow"}
_RPC_COLUMNS = (
    Column("RPC", is_whole=True, short=short_rpc),
    Column("verdict", is_whole=True),
    *(Column(f"{path} n", is_number=True) for path in ("legacy", "domain")),
    *(Column(f"{path} failed", is_number=True, spare=1) for path in ("legacy", "domain")),
    *(Column(f"{path} p50", is_number=True, spare=2) for path in ("legacy", "domain")),
    *(Column(f"{path} p95", is_number=True) for path in ("legacy", "domain")),
)
_LIVE_COLUMNS = (
    Column("path", is_whole=True),
    *(Column(name, is_number=True) for name in ("requests/s", "failed", "p50 ms", "p95 ms")),
)


def comparison(answer: Json) -> RenderableType:
    """Return a comparison: each context with its verdict and its RPCs, then the checks."""
    parts: list[RenderableType] = []
    for context in answer["contexts"]:
        ratio = context["sample_ratio"]
        parts.append(
            _headline(
                context,
                f"{counted(context['requests'], 'request')}, "
                f"{context['fallbacks']:,} fell back to legacy"
                + _apart(context["forced"], context["tools"]),
            )
        )
        parts += _reasons(context)
        if ratio["alarm"]:
            parts.append(
                Text(
                    f"  split: {ratio['observed']:.1f} % of {ratio['requests']:,} requests came to"
                    f" domain, {ratio['expected']:.1f} % should have",
                    style="bold red",
                )
            )
        rows = map(_rpc_row, context["rpcs"])
        parts += [_table(_RPC_COLUMNS, rows), Text()]
    return Group(*parts, *_truth(answer["truth"]), _receiver(answer["receiver"]))


def live(figures: Json) -> RenderableType:
    """Return the figures of the last ten seconds."""
    parts: list[RenderableType] = [Text(f"{figures['timestamp'][:19]} UTC, the last 10 s")]
    for context in figures["contexts"]:
        fallbacks = f"{context['fallbacks_per_second']:.1f} fell back to legacy a second"
        fallbacks += _apart(context["forced_per_second"], context["tools_per_second"], " a second")
        parts.append(_headline(context, fallbacks))
        parts += _reasons(context)
        rows = [_live_row(path, context[path]) for path in ("legacy", "domain")]
        parts += [_table(_LIVE_COLUMNS, rows), Text()]
    return Group(*parts, *_truth(figures["truth"]), _receiver(figures["receiver"]))


def live_lines(figures: Json) -> Iterator[str]:
    """Yield a line for each context, for what is no terminal."""
    for context in figures["contexts"]:
        sides = (
            f"{path} {row[1]}/s {row[2]} failed p95 {row[4]} ms"
            for path in ("legacy", "domain")
            if (row := _live_row(path, context[path]))
        )
        yield (
            f"{figures['timestamp'][:19]}Z  {context['context']}  domain is {context['verdict']}, "
            f"{context['weight']} % to domain; {'; '.join(sides)}"
        )


def trace_row(summary: Json) -> Sequence[object]:
    """Return the row of one kept trace, under TRACE_COLUMNS."""
    return (
        summary["trace_id"],
        summary["span_id"],
        summary["started"][:19].replace("T", " "),
        summary["rpc"],
        summary["assigned"],
        summary["answered"] or "nobody",
        summary["code"],
        f"{summary['duration_ms']:.1f}",
        " ".join(filter(None, (summary["kind"], summary["fallback_reason"]))),
    )


def _headline(context: Json, more: str) -> Text:
    return (
        Text(context["context"], style="bold")
        + Text("  domain is ")
        + Text(context["verdict"], style=_VERDICTS[context["verdict"]])
        + Text(
            f"  ({context['weight']} % to domain;"
            f" domain answered {context['answered_by_domain']:.1f} %; {more})"
        )
    )


def _apart(forced: float, tools: float, each: str = "") -> str:
    """Say what was asked beside the split, so that it explains who answered."""
    numbers = (forced, "forced by force_domain"), (tools, "of camplane's own tools")
    said = [f"{number:,.4g}{each} {what}" for number, what in numbers if number]
    return f"; besides {' and '.join(said)}" if said else ""


def _reasons(context: Json) -> list[RenderableType]:
    return [sentence_below(reason) for reason in context["reasons"][:_REASONS]]


def _rpc_row(rpc: Json) -> Sequence[Text | str]:
    legacy, domain = rpc["legacy"], rpc["domain"]
    return (
        rpc["rpc"],
        Text(rpc["verdict"], style=_VERDICTS[rpc["verdict"]]),
        *(f"{path['requests']:,}" for path in (legacy, domain)),
        *(_failed(path) for path in (legacy, domain)),
        *(_time(path, name) for name in ("p50", "p95") for path in (legacy, domain)),
    )


def _failed(path: Json) -> str:
    return f"{100 * path['failures'] / path['requests']:.1f} %" if path["requests"] else ""


def _time(path: Json, name: str) -> str:
    times = path.get("time")
    return f"{times[name]['value']:.1f} ms" if times else ""


def _live_row(name: str, path: Json) -> Sequence[str]:
    figures = ("requests_per_second", "failure_rate", "p50_ms", "p95_ms")
    rate, failed, p50, p95 = (path[figure] for figure in figures)
    return (name, f"{rate:.1f}", f"{failed:.1f} %", f"{p50:.1f}", f"{p95:.1f}")


def _table(columns: Sequence[Column], rows: Iterable[Sequence[Text | str]]) -> RenderableType:
    return FittingTable(columns, ([cell_of(cell) for cell in row] for row in rows))


def _truth(truth: Json) -> list[RenderableType]:
    said: list[RenderableType] = []
    for name in ("completeness", "agreement"):
        check = truth[name]
        text = f"{name}: {check['percent']:.2f} % of {counted(check['expected'], 'request')}"
        said.append(Text(text, style="bold red" if check["alarm"] else ""))
        if check["alarm"]:
            said += map(sentence_below, check["differences"][:_REASONS])
    if refused := truth["refused"]:
        codes = ", ".join(f"{count:,} {code}" for code, count in refused.items())
        said.append(Text(f"refused at the door: {codes}"))
    if not truth["sufficient"]:
        said.append(Text("the figures cannot be trusted yet: every verdict is unknown"))
    return said


def _receiver(receiver: Json) -> Text:
    dropped = ", ".join(f"{count:,} {reason}" for reason, count in receiver["dropped"].items())
    return Text(
        f"receiver: {receiver['spans']:,} spans, not counted: {dropped or 'none'};"
        f" {counted(receiver['traces_kept'], 'trace')} kept"
    )
