"""`camplane audit`: who wrote what, and who was refused, read from the file of the audit log."""

import contextlib
import json
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.audit.line import REFUSED as REFUSED_CALL
from gateway.audit.line import TORN
from gateway.audit.log_file import Wanted, after, broken_at, last_number, newest
from gateway.chain.entry import Entry, Seen
from gateway.chain.log_file import LogUnreadableError
from gateway.cli.output import REFUSED, console, counted, fail, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data
from gateway.cli.shortening import clock
from gateway.cli.table import Column
from gateway.launcher.plan import Place

_LOOK_SECONDS = 0.5
_COLUMNS = (
    Column("no", is_number=True),
    Column("time (UTC)", is_whole=True, short=clock),
    Column("who", is_whole=True, spare=1),
    Column("address", is_whole=True, spare=3),
    Column("call", is_whole=True, short=lambda call: call.rpartition("Service/")[2]),
    Column("of", is_whole=True),
    Column("answer", is_whole=True, short=lambda answer: answer.replace(", gRPC ", "/")),
    Column("reason", spare=2),
)
# What an entry may name, of which one stands in the table.
_NAMED = ("camera_id", "rule_id", "alert_id", "context")


def audit(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, at most.")] = 50,
    subject: Annotated[str, typer.Option(help="Only what this one asked.")] = "",
    rpc: Annotated[
        str, typer.Option(help="Only of this RPC, such as StartCamera, or CameraService/….")
    ] = "",
    refused: Annotated[bool, typer.Option("--refused", help="Only what was refused.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing.")] = False,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Check the whole log instead: that no entry was changed, dropped or put in.",
        ),
    ] = False,
    head: Annotated[
        str,
        typer.Option(
            help="With --verify: a hash noted before. It must still be in the log, which tells "
            "whether its end was cut off."
        ),
    ] = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """List who changed what, and who was refused; or check the whole log with --verify.

    Exit code 1: it is broken. Read from the data directory, whether a camplane runs
    there or not. With --json, an entry is a line.
    """
    if head and not verify:
        fail("--head belongs to --verify", 2)
    path = Place(data.absolute(), data.absolute() / "run").audit
    wanted = _wanted(subject, rpc, refused)
    try:
        if verify:
            _verify(path, head, as_json)
            return
        end = last_number(path)
        found = newest(path, limit, wanted)
        _print([one for one in found if not follow or one.number <= end], as_json)
        if follow:
            with contextlib.suppress(KeyboardInterrupt):
                _follow(path, end, wanted, as_json)
    except LogUnreadableError as error:
        fail(str(error), REFUSED)
    except ValueError as error:
        fail(f"{path}: an entry cannot be read ({error}); --verify says more", REFUSED)


def _wanted(subject: str, rpc: str, refused: bool) -> Wanted:
    def wanted(fields: Mapping[str, Any]) -> bool:
        label = str(fields.get("rpc", ""))
        return (
            (not subject or fields.get("subject") == subject)
            and (not rpc or rpc in (label, label.rpartition("/")[2]))
            and (not refused or fields.get("outcome") == REFUSED_CALL)
        )

    return wanted


def _follow(path: Path, number: int, wanted: Wanted, as_json: bool) -> None:
    """Print what comes after a number, for ever."""
    while True:
        time.sleep(_LOOK_SECONDS)
        found = list(after(path, number))
        number = found[-1].number if found else number
        _print([one for one in found if wanted(one.fields)], as_json)


def _print(found: Iterable[Entry], as_json: bool) -> None:
    if not as_json:
        print_table(_COLUMNS, map(_row, found))
        return
    for one in found:
        sys.stdout.write(json.dumps({"number": one.number, **one.fields}) + "\n")
    sys.stdout.flush()


def _row(one: Entry) -> tuple[str, ...]:
    fields = one.fields
    if fields["outcome"] == TORN:
        return (str(one.number), *("" for _ in _COLUMNS[2:]), "a line that broke off")
    called = fields["rpc"] or f"{fields['method']} {fields['path']}"
    of = next((fields[name] for name in _NAMED if name in fields), "")
    code = fields["grpc_status"]
    answer = f"{fields['status']}" if code is None else f"{fields['status']}, gRPC {code}"
    at = fields["at"][:19].replace("T", " ")
    told = (at, fields["subject"], fields["address"], called, of, answer, fields["reason"])
    return (str(one.number), *map(_shown, told))


def _shown(text: str) -> str:
    """Return the text with what would move a cursor, or hide what stands there, spelled out."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def _verify(path: Path, head: str, as_json: bool) -> None:
    seen = Seen(head)
    trouble = broken_at(path, seen.by)
    if not trouble and not seen.found:
        trouble = f"{head} is no entry's hash: the end was cut off, or it is another log"
    if as_json:
        print_json({"entries": seen.count, "head": seen.head, "trouble": trouble})
        raise typer.Exit(REFUSED if trouble else 0)
    if trouble:
        fail(f"the audit log is broken: {trouble}", REFUSED)
    console.print(
        f"{counted(seen.count, 'entry', 'entries')}, unbroken; head {seen.head or 'none'}",
        soft_wrap=True,
    )
