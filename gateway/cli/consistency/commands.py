"""`camplane consistency …`: database, cameras.yaml, processes and files against each other."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from gateway.cli.consistency.access import consistency_access
from gateway.cli.output import REFUSED, console, counted, fail, note, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Url
from gateway.cli.table import Column

app = typer.Typer(
    help="See whether database, cameras.yaml, processes and files agree, and repair them.",
    no_args_is_help=True,
)

Config = Annotated[
    Path | None, typer.Option(help="The camplane.yaml, for a data directory where nothing runs.")
]
Only = Annotated[list[str] | None, typer.Option(help="Only this kind; may be repeated.")]
Camera = Annotated[list[str] | None, typer.Option(help="Only this camera; may be repeated.")]


@app.command()
def check(
    data: Data = DEFAULT_DATA, url: Url = "", config: Config = None, as_json: AsJson = False
) -> None:
    """Tell what differs, why, and what would mend it.

    Exit codes: 0 all agree, 1 they do not, 3 nobody answers.
    """
    found = consistency_access(data, url, config).check()
    if as_json:
        print_json(found)
    else:
        _print_check(found)
    if not found["consistent"]:
        raise typer.Exit(REFUSED)


@app.command()
def repair(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be done.")
    ] = False,
    only: Only = None,
    camera: Camera = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show what would mend the differences, ask, and do it; all is kept in a backup before."""
    place = consistency_access(data, url, config)
    plan = place.repair(False, only or [], camera or [])
    if as_json and (dry_run or not plan["actions"]):
        print_json(plan)
        return
    if not as_json:
        _print_plan(plan)
    if dry_run or not plan["actions"]:
        return
    if not yes:
        _ask()
    done = place.repair(True, only or [], camera or [])
    if as_json:
        print_json(done)
    else:
        _print_done(done)
    if any(action["outcome"] == "REPAIR_OUTCOME_FAILED" for action in done["actions"]):
        raise typer.Exit(REFUSED)


@app.command()
def undo(
    backup: Annotated[str, typer.Argument(help="The backup that the repair named.")],
    force: Annotated[
        bool, typer.Option("--force", help="Also when something has changed since.")
    ] = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Put back what a repair changed."""
    undone = consistency_access(data, url, config).undo(backup, force)
    if as_json:
        print_json(undone)
    else:
        for name in undone["restored"]:
            console.print(Text(f"put back  {name}"), soft_wrap=True)
        for name in undone["not_restored"]:
            console.print(Text(f"not put back  {name}", style="yellow"), soft_wrap=True)


def _print_check(found: dict[str, Any]) -> None:
    issues, notes = found["issues"], found["notes"]
    for title, some in (("differs", issues), ("worth a look", notes)):
        if not some:
            continue
        print_table(
            (
                Column(title, is_whole=True),
                Column("camera", is_whole=True),
                Column("field or file"),
                Column("repair", is_whole=True, spare=1),
            ),
            (
                (one["kind"], one["camera_id"], one["field"] or one["path"], _by_whom(one))
                for one in some
            ),
        )
        console.print()
        for one in some:
            _print_issue(one)
    known = counted(found["db_count"], "camera")
    counts = f"{known} in the database, {found['yaml_count']} in cameras.yaml"
    if issues:
        console.print(Text(f"{counted(len(issues), 'difference')}; {counts}", style="red"))
        note("`camplane consistency repair --dry-run` shows what would mend them.")
    else:
        console.print(Text(f"all agree; {counts}", style="green"))


def _print_issue(one: dict[str, Any]) -> None:
    console.print(Text(one["description"], style="bold"), soft_wrap=True)
    console.print(Text(f"  cause:  {one['cause']}"), soft_wrap=True)
    console.print(Text(f"  repair: {one['repair']}"), soft_wrap=True)
    console.print()


def _by_whom(one: dict[str, Any]) -> str:
    return "yes" if one["repairable"] else "by hand"


def _print_plan(plan: dict[str, Any]) -> None:
    for action in plan["actions"]:
        console.print(Text(f"{action['kind']}  {action['action']}", style="bold"), soft_wrap=True)
        _print_diff(action["diff"])
    for one in plan["by_hand"]:
        console.print(Text(f"by hand: {one['kind']}", style="yellow"))
        _print_issue(one)
    if not plan["actions"]:
        console.print("nothing to repair")
    _note_left_out(plan)


def _print_diff(diff: str) -> None:
    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in diff.splitlines():
        console.print(Text(f"  {line}", style=styles.get(line[:1], "")), soft_wrap=True)


def _print_done(done: dict[str, Any]) -> None:
    for action in done["actions"]:
        outcome = action["outcome"].removeprefix("REPAIR_OUTCOME_").lower()
        why = f": {action['detail']}" if action["detail"] else ""
        console.print(Text(f"{outcome:8} {action['action']}{why}"), soft_wrap=True)
    if done["backup"]:
        note(f"kept in {done['backup']}; `camplane consistency undo {done['backup']}` undoes it.")
    _note_left_out(done)


def _note_left_out(answer: dict[str, Any]) -> None:
    # A camplane of another release may not say.
    if left_out := answer.get("left_out"):
        note(f"{left_out} more are not shown; repair again, or choose with --only and --camera.")


def _ask() -> None:
    if not sys.stdin.isatty():
        fail("nothing was changed: say --yes, or answer at a terminal", 2)
    if not typer.confirm("Do it?", default=False):
        note("nothing was changed")
        raise typer.Exit(REFUSED)
