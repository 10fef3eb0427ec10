"""`camplane traffic …`: who answered, and whether domain is better or worse than legacy."""

import contextlib
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.live import Live

from gateway.cli.following import follow
from gateway.cli.output import console, json_text, note, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Gateway, Url
from gateway.cli.traffic.views import TRACE_COLUMNS, comparison, live, live_lines, trace_row
from gateway.cli.traffic.waterfall import waterfall

app = typer.Typer(
    help="See who answered, and whether domain is better or worse than legacy.",
    invoke_without_command=True,
)

_API = "/api/v1/monitoring"

Context = Annotated[str, typer.Option(help="camera or alert; both if left out.")]
Rpc = Annotated[str, typer.Option(help="One operation, such as CameraRestService/UpdateCamera.")]


@app.callback()
def traffic(
    command: typer.Context,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help="Live figures each second, until Ctrl-C; into a pipe, a line a context.",
        ),
    ] = False,
    minutes: Annotated[
        int, typer.Option(min=1, max=1440, help="How far back to compare; not for --watch.")
    ] = 60,
    context: Context = "",
    rpc: Rpc = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Compare legacy and domain by the traces of every request, RPC by RPC."""
    if command.invoked_subcommand is not None:
        return
    gateway = Gateway(data, url)
    if watch:
        _watch(gateway, context, as_json)
        return
    query = {"minutes": minutes, "context": context, "rpc": rpc}
    answer = gateway.ask("GET", f"{_API}/comparison", query=query).json()
    if as_json:
        print_json(answer)
        return
    console.print(comparison(answer))


@app.command()
def traces(
    context: Context = "",
    rpc: Rpc = "",
    path: Annotated[str, typer.Option("--path", help="Assigned to legacy or domain.")] = "",
    kind: Annotated[str, typer.Option(help="slow, failed, fallback, typical or difference.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, at most.")] = 20,
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """List traces that were kept, the newest first."""
    query = {"context": context, "rpc": rpc, "assigned": path, "kind": kind, "limit": limit}
    answer = Gateway(data, url).ask("GET", f"{_API}/traces", query=query).json()
    if as_json:
        print_json(answer)
        return
    print_table(TRACE_COLUMNS, map(trace_row, answer["traces"]), empty="no trace is kept of such")


@app.command()
def trace(
    trace_id: Annotated[
        str, typer.Argument(help="As `camplane traffic traces` lists it; its first 8 digits do.")
    ],
    span_id: Annotated[str, typer.Argument(help="Which of its requests, if it has several.")] = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Show one request as a waterfall of its spans."""
    path, query = f"{_API}/traces/{Path(trace_id).name}", {"span_id": span_id}
    answer = Gateway(data, url).ask("GET", path, query=query).json()
    if as_json:
        print_json(answer)
        return
    console.print(waterfall(answer))
    if len(answer["requests"]) > 1:
        note(f"{len(answer['requests'])} requests of this trace are kept; name the span of another")
        print_table(TRACE_COLUMNS, map(trace_row, answer["requests"]))


def _watch(gateway: Gateway, context: str, as_json: bool) -> None:
    """Show each event until Ctrl-C."""
    events = (json.loads(event.data) for event in follow(gateway, f"{_API}/stream", {}))
    with contextlib.suppress(KeyboardInterrupt):
        if as_json:
            for figures in events:
                sys.stdout.write(json_text(_only(figures, context)) + "\n")
                sys.stdout.flush()
        if not console.is_terminal:
            for figures in events:
                for line in live_lines(_only(figures, context)):
                    console.print(line)
        note("live figures; Ctrl-C leaves")
        with Live(console=console, auto_refresh=False) as screen:
            for figures in events:
                screen.update(live(_only(figures, context)), refresh=True)


def _only(figures: dict[str, Any], context: str) -> dict[str, Any]:
    contexts = [one for one in figures["contexts"] if context in ("", one["context"])]
    return {**figures, "contexts": contexts}
