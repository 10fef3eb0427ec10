"""`camplane verify`: walks every endpoint of a running system, on both paths.

It works on a camera and a rule of its own, which it makes and removes; cameras
and rules of others are only read.
"""

import signal
from typing import TYPE_CHECKING, Any

import typer

from gateway.cli.commands import group_of
from gateway.cli.output import REFUSED, console, fail, note, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Gateway, Url
from gateway.cli.signals import ending

if TYPE_CHECKING:
    from camplane_tools.verify.rows import Row
    from camplane_tools.verify.verification import Verification
    from camplane_tools.verify.walk import Finding

app = typer.Typer(
    cls=group_of(
        {"routing": "camplane_tools.cli.verify_routing:routing"},
        {"routing": "Hold every switch against who answers, on camplanes of its own."},
        "verify",
    ),
)


@app.callback(invoke_without_command=True)
def verify(
    context: typer.Context, data: Data = DEFAULT_DATA, url: Url = "", as_json: AsJson = False
) -> None:
    """Walk every endpoint of a running system on both paths, and print what each answers.

    In front of a running monolith what that does not have is left out, and said.
    Whatever it made it removes, also when it fails or is interrupted; press Ctrl-C
    once and wait.

    Exit code 0: all as documented and both paths alike; 1: not. `verify routing`
    needs no running system.
    """
    if context.invoked_subcommand is not None:
        return
    gateway = Gateway(data, url)
    gateway.ask("GET", "/api/ping")
    found = _walked(gateway)
    if as_json:
        print_json(_document(found))
    else:
        _print(found)
    if found.stopped:
        note("stopped before the end")
    for one in found.left_behind:
        note(f"left behind, and not to be removed: {one}")
    if not found.is_good:
        raise typer.Exit(REFUSED)


def _walked(gateway: Gateway) -> "Verification":
    # What makes a film, and what speaks gRPC, take a while to import: not for a help text.
    from camplane_tools.verify.asking import Stop
    from camplane_tools.verify.verification import verify as walk

    stop = Stop()
    for number in ending():
        signal.signal(number, stop)
    try:
        return walk(gateway.url, stop, gateway.credentials)
    except KeyboardInterrupt:
        fail('stopped at once; a camera and a rule named "verify …" may be left', REFUSED)


def _document(found: "Verification") -> dict[str, Any]:
    operations = [
        {
            "operation": row.operation,
            "legacy": _facts(row.legacy or row.own),
            "domain": _facts(row.domain),
            "problem": row.problem,
            "left_out": row.left_out,
        }
        for row in found.rows
    ]
    return {"ok": found.is_good, "operations": operations, "left_behind": found.left_behind}


def _print(found: "Verification") -> None:
    print_table(
        ("operation", "legacy", "domain", "result"),
        (
            (row.operation, _cell(row.legacy or row.own), _cell(row.domain), _result(row))
            for row in found.rows
        ),
    )
    console.print(f"{len(found.rows) - found.failed} of {len(found.rows)} operations as documented")
    if left_out := sum(bool(row.left_out) for row in found.rows):
        console.print(f"{left_out} of them left out where the old server answers")


def _result(row: "Row") -> str:
    return row.problem or (f"left out: {row.left_out}" if row.left_out else "ok")


def _facts(finding: "Finding | None") -> dict[str, Any] | None:
    if finding is None:
        return None
    return {"status": finding.status, "milliseconds": finding.milliseconds}


def _cell(finding: "Finding | None") -> str:
    if finding is None or not finding.status:
        return ""
    return f"{finding.status}  {finding.milliseconds:6.1f} ms"
