"""`camplane rules snooze|unsnooze|snoozes`: rules that are silent until a time."""

import time
from typing import Annotated

import typer

from gateway.cli.alerts.options import Author, author_or_login, moment
from gateway.cli.output import fail, note, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Gateway, Side, Url
from gateway.cli.shortening import minute
from gateway.rollout.plan.values import duration
from servicekit.moments import iso

RuleId = Annotated[int, typer.Argument(help="The rule's id.", show_default=False)]
Camera = Annotated[str, typer.Option(help="For this camera; for all when left out.")]


def snooze(
    rule_id: RuleId,
    seconds: Annotated[str, typer.Option("--for", help="For so long, such as 30m or 2h.")] = "",
    until: Annotated[str, typer.Option(help="Until then, such as 2026-11-30T12:00Z.")] = "",
    camera: Camera = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    author: Author = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
    as_json: AsJson = False,
) -> None:
    """Have a rule silent: what fires is kept, and told when the time is over if it still does."""
    body = {
        "camera_id": camera,
        "until": _until(seconds, until),
        "snoozed_by": author_or_login(author),
        "reason": reason,
    }
    answer = Gateway(data, url, path).ask("PUT", _of(rule_id), body).json()
    if as_json:
        print_json(answer)
    else:
        note(f"rule {rule_id} is silent for {camera or 'all cameras'} until {body['until']}")


def unsnooze(
    rule_id: RuleId,
    camera: Camera = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
    as_json: AsJson = False,
) -> None:
    """Let a rule be heard again before its time."""
    query = {"camera_id": camera} if camera else {}
    answer = Gateway(data, url, path).ask("DELETE", _of(rule_id), query=query).json()
    if as_json:
        print_json(answer)
    else:
        note(f"rule {rule_id} is heard again for {camera or 'all cameras'}")


def snoozes(
    data: Data = DEFAULT_DATA, url: Url = "", path: Side = "", as_json: AsJson = False
) -> None:
    """Show the rules that are silent, and until when."""
    items = Gateway(data, url, path).ask("GET", "/api/v1/alerts/snoozes").json()["items"]
    if as_json:
        print_json(items)
        return
    print_table(
        ("id", "camera", "until", "by", "reason"),
        (
            (
                one["rule_id"],
                one.get("camera_id", "all"),
                minute(one["until"]),
                one["snoozed_by"],
                one["reason"],
            )
            for one in items
        ),
        empty="No rule is silent.",
        whole=("id",),
    )


def _until(seconds: str, until: str) -> str:
    if bool(seconds) is bool(until):
        fail("say for how long with --for, or until when with --until", 2)
    if until:
        return moment("--until", until)
    try:
        return f"{iso(time.time() + duration(seconds))}Z"
    except ValueError as error:
        fail(f"--for: {error}", 2)


def _of(rule_id: int) -> str:
    return f"/api/v1/alerts/rules/{rule_id}/snooze"
