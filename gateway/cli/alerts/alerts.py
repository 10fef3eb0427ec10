"""`camplane alerts …`: alerts that were raised, and what people say of them."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated, Any

import typer

from gateway.cli.alerts.options import Author, author_or_login
from gateway.cli.output import REFUSED, counted, note, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Gateway, Side, Url
from gateway.cli.shortening import clock, minute
from gateway.cli.table import Column

app = typer.Typer(help="See alerts that were raised, and say what they are.", no_args_is_help=True)

BASE = "/api/v1/alerts/raised"
# Of one request; more are sent in several.
_MAX_HANDLED = 100
AlertIds = Annotated[list[int], typer.Argument(help="Ids of alerts.", show_default=False)]
Comment = Annotated[str, typer.Option(help="What else there is to say.")]
Rule = Annotated[int, typer.Option(help="Only alerts of this rule.", show_default=False)]
Camera = Annotated[str, typer.Option(help="Only alerts about this camera.")]


@app.command("list")
def list_alerts(
    rule: Rule = 0,
    camera: Camera = "",
    state: Annotated[str, typer.Option(help="Only those: firing or resolved.")] = "",
    handled: Annotated[
        str,
        typer.Option(help="Only: none, any, acknowledged, confirmed or false_positive."),
    ] = "",
    limit: Annotated[int, typer.Option(help="How many, the newest; 0 for all.", min=0)] = 20,
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
    as_json: AsJson = False,
) -> None:
    """Show alerts, newest first."""
    query = _given(rule_id=rule, camera_id=camera, state=state, handled=handled)
    sized = {**query, "page_size": min(limit, 1000)}
    items = list(islice(Gateway(data, url, path).pages(BASE, sized), limit or None))
    if as_json:
        print_json(items)
        return
    print_table(
        (
            Column("id", is_number=True),
            Column("fired", is_whole=True, short=clock),
            Column("camera", is_whole=True),
            Column("rule"),
            Column("state", is_whole=True),
            Column("handled", is_whole=True, spare=1),
        ),
        (
            (
                one["id"],
                minute(one["fired_at"]),
                one["camera_id"],
                one["rule_name"],
                one["state"],
                one.get("handling", "").replace("_", " "),
            )
            for one in items
        ),
        empty="There is no such alert.",
    )


@app.command()
def show(
    alert_id: Annotated[int, typer.Argument(help="The alert's id.", show_default=False)],
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
    as_json: AsJson = False,
) -> None:
    """Show all that is known of one alert."""
    alert = Gateway(data, url, path).ask("GET", f"{BASE}/{alert_id}").json()["alert"]
    if as_json:
        print_json(alert)
        return
    print_table(("alert", str(alert["id"])), _facts(alert))


def _handling(name: str, handling: str, help_text: str) -> None:
    @app.command(name, help=help_text)
    def command(
        alert_ids: AlertIds,
        comment: Comment = "",
        author: Author = "",
        data: Data = DEFAULT_DATA,
        url: Url = "",
        path: Side = "",
        as_json: AsJson = False,
    ) -> None:
        _handle(Gateway(data, url, path), alert_ids, handling, comment, author, as_json)


_handling(
    "ack",
    "acknowledged",
    "Say that somebody has seen these alerts. Exit code 1 when there is not one of them.",
)
_handling(
    "confirm",
    "confirmed",
    "Say that these alerts are what their rule is for. Exit code 1 as of ack.",
)
_handling(
    "false-positive",
    "false_positive",
    "Say that these alerts are not what their rule is for. Exit code 1 as of ack.",
)


@app.command()
def statistics(
    first: Annotated[str, typer.Option("--from", help="The first day; a week up to --to.")] = "",
    last: Annotated[str, typer.Option("--to", help="Such as 2026-11-30, in UTC; today.")] = "",
    rule: Rule = 0,
    camera: Camera = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
    as_json: AsJson = False,
) -> None:
    """Count alerts by rule, by camera and by day, and how they were handled."""
    query = _given(first_day=first, last_day=last, rule_id=rule, camera_id=camera)
    answer = Gateway(data, url, path).ask("GET", f"{BASE}/statistics", query=query).json()
    if as_json:
        print_json(answer)
        return
    raised = counted(answer["total"]["raised"], "alert")
    note(f"{raised}, {answer['first_day']} to {answer['last_day']}")
    for name, field in (("rule", "rule_id"), ("camera", "camera_id"), ("day", "day")):
        _print_counts(name, field, answer[f"by_{name}"])


def _print_counts(name: str, field: str, counts: Sequence[dict[str, Any]]) -> None:
    numbers = ("raised", "acknowledged", "confirmed", "false_positive")
    print_table(
        (name, "alerts", "acknowledged", "confirmed", "false"),
        ((one[field], one["raised"], *(one[n] or "" for n in numbers[1:])) for one in counts),
        whole=(name,),
    )


def _handle(
    gateway: Gateway,
    alert_ids: Sequence[int],
    handling: str,
    comment: str,
    author: str,
    as_json: bool,
) -> None:
    found: dict[str, Any] = {"changed": 0, "unchanged": 0, "refused": []}
    said = {"handling": handling, "comment": comment, "handled_by": author_or_login(author)}
    for first in range(0, len(alert_ids), _MAX_HANDLED):
        some = alert_ids[first : first + _MAX_HANDLED]
        answer = gateway.ask("POST", f"{BASE}/handle", {"alert_ids": some, **said}).json()
        for name in found:
            found[name] += answer[name]
    if as_json:
        print_json(found)
    else:
        before = f"; {found['unchanged']} were before" if found["unchanged"] else ""
        note(f"{found['changed']} {handling.replace('_', ' ')}{before}")
        for one in found["refused"]:
            note(one["why"])
    if found["refused"]:
        raise typer.Exit(REFUSED)


def _facts(alert: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Tell an alert line by line; what there is not is left out."""
    handling = alert.get("handling", "").replace("_", " ")
    by = f"{handling} by {alert.get('handled_by')}, {alert.get('handled_at')}"
    ended = alert.get("resolved_at", "")
    if alert["rule_changed"]:
        ended += ", since its rule was changed, disabled or deleted"
    event = alert["event"] or {}
    facts = {
        "says": alert["message"],
        "rule": f"{alert['rule_id']}, {alert['rule_type']}",
        "camera": alert["camera_id"],
        "priority": alert.get("priority", ""),
        "state": alert["state"],
        "true since": alert.get("since", ""),
        "fired": alert["fired_at"],
        "over": ended,
        "told": "nobody, since its rule was snoozed" if alert["silent"] else "",
        "events": alert["count"],
        "by event": event.get("event_id", ""),
        "picture": event.get("snapshot", ""),
        "history": alert.get("history_id", ""),
        "handled": by if handling else "by nobody yet",
        "comment": alert.get("comment", ""),
    }
    yield from ((name, value) for name, value in facts.items() if value != "")


def _given(**query: Any) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value}
