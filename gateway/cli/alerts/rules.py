"""`camplane rules …`: alert rules and their history from the command line."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.alerts import snoozes
from gateway.cli.alerts.options import moment
from gateway.cli.output import counted, fail, note, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Gateway, Side, Url
from gateway.cli.settings import Settings, pairs
from gateway.cli.table import Column
from servicekit import json_body

app = typer.Typer(help="Keep alert rules, and see what they raised.", no_args_is_help=True)

BASE, STATES = "/api/v1/alerts/rules", "/api/v1/alerts/states"
RuleId = Annotated[int, typer.Argument(help="The rule's id.", show_default=False)]
# Text also when they look like a number.
TEXTS = ("name", "camera_id", "rule_type", "priority")


@app.command("list")
def list_rules(
    camera: Annotated[str, typer.Option(help="Only rules of this camera.")] = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
    as_json: AsJson = False,
) -> None:
    """Show the rules, the one updated last first."""
    query = {"camera_id": camera} if camera else {}
    items = Gateway(data, url, path).ask("GET", BASE, query=query).json()["items"]
    if as_json:
        print_json(items)
        return
    print_table(
        (
            Column("id", is_number=True),
            Column("name"),
            Column("camera", is_whole=True),
            Column("type", is_whole=True),
            Column("conditions", spare=2),
            Column("enabled", is_whole=True, spare=1),
            Column("priority", is_whole=True, spare=1),
        ),
        (
            (
                rule["id"],
                rule["name"],
                "all" if rule["camera_id"] is None else rule["camera_id"],
                rule["rule_type"],
                json.dumps(rule["conditions"], ensure_ascii=False),
                "yes" if rule["enabled"] else "no",
                rule["priority"] or "",
            )
            for rule in items
        ),
        empty="There is no rule yet: camplane rules add --help",
    )


@app.command()
def show(rule_id: RuleId, data: Data = DEFAULT_DATA, url: Url = "", path: Side = "") -> None:
    """Print one rule."""
    print_json(Gateway(data, url, path).ask("GET", f"{BASE}/{rule_id}").json())


@app.command()
def add(
    name: Annotated[str, typer.Option(help="At most 100 characters.", show_default=False)],
    rule_type: Annotated[str, typer.Option("--type", help="Such as violation_threshold.")],
    conditions: Annotated[str, typer.Option(help='JSON, such as {"threshold": 5}.')],
    camera: Annotated[str, typer.Option(help="The camera it watches; all when left out.")] = "",
    priority: Annotated[str, typer.Option(help="low, medium, high, critical.")] = "medium",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
    as_json: AsJson = False,
) -> None:
    """Add a rule."""
    rule = {
        "name": name,
        "rule_type": rule_type,
        "conditions": _json("--conditions", conditions),
        "priority": priority,
        **({"camera_id": camera} if camera else {}),
    }
    answer = Gateway(data, url, path).ask("POST", BASE, rule).json()
    if as_json:
        print_json(answer)
    else:
        note(f"added rule {answer['id']}")


@app.command("set")
def set_fields(
    rule_id: RuleId,
    changes: Settings = None,
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
) -> None:
    """Change some fields of a rule, such as enabled=false priority=high.

    One JSON object does as well: '{"enabled": false}'.
    """
    if not changes:
        fail("say what to set, such as enabled=false", 2)
    is_object = len(changes) == 1 and changes[0].lstrip().startswith("{")
    fields = _json("the changes", changes[0]) if is_object else pairs(changes, TEXTS)
    Gateway(data, url, path).ask("PUT", f"{BASE}/{rule_id}", fields)
    note(f"changed {', '.join(fields)} of rule {rule_id}")


@app.command()
def remove(rule_id: RuleId, data: Data = DEFAULT_DATA, url: Url = "", path: Side = "") -> None:
    """Remove a rule; the history it made stays."""
    Gateway(data, url, path).ask("DELETE", f"{BASE}/{rule_id}")
    note(f"removed rule {rule_id}")


@app.command()
def history(
    limit: Annotated[int, typer.Option(help="How many, 1 to 1000.")] = 20,
    camera: Annotated[str, typer.Option(help="Only alerts about this camera.")] = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
    as_json: AsJson = False,
) -> None:
    """Show alerts that were raised, newest first."""
    query: dict[str, Any] = {"limit": limit, **({"camera_id": camera} if camera else {})}
    gateway = Gateway(data, url, path)
    items = gateway.ask("GET", "/api/v1/alerts/history-db", query=query).json()["items"]
    if as_json:
        print_json(items)
        return
    print_table(
        (
            Column("time", is_whole=True),
            Column("camera", is_whole=True),
            Column("type", is_whole=True, spare=1),
            Column("rule", is_number=True),
            Column("message"),
        ),
        (
            (
                alert["timestamp"],
                alert["camera_id"] or "",
                alert["alert_type"],
                alert["rule_id"] or "",
                alert["message"] or "",
            )
            for alert in items
        ),
        empty="No alert was raised yet.",
    )


@app.command()
def states(
    data: Data = DEFAULT_DATA, url: Url = "", path: Side = "", as_json: AsJson = False
) -> None:
    """Show how each rule stands with each camera, and which are not evaluated."""
    items = list(Gateway(data, url, path).pages(STATES, {}))
    if as_json:
        print_json(items)
        return
    print_table(
        (
            Column("id", is_number=True),
            Column("name"),
            Column("camera", is_whole=True),
            Column("state", is_whole=True),
            Column("since", is_whole=True, spare=1),
            Column("fired last", is_whole=True, spare=2),
            Column("late", is_number=True, spare=3),
        ),
        (
            (
                one["rule_id"],
                one["rule_name"],
                one.get("camera_id", ""),
                one["phase"] or one.get("not_evaluated") or "nothing reported yet",
                one.get("since", ""),
                one.get("fired_at", ""),
                one["late_events"] or "",
            )
            for one in items
        ),
        empty="There is no rule yet: camplane rules add --help",
    )


@app.command()
def lint(
    data: Data = DEFAULT_DATA, url: Url = "", path: Side = "", as_json: AsJson = False
) -> None:
    """Say which enabled rules are not evaluated, or name channels that there are not.

    Exit code 1 when there is such a rule.
    """
    gateway = Gateway(data, url, path)
    rules = gateway.ask("GET", BASE, query={"enabled": "true"}).json()["items"]
    enabled = {rule["id"] for rule in rules}
    found = list(
        rule_findings(one for one in gateway.pages(STATES, {}) if one["rule_id"] in enabled)
    )
    if as_json:
        print_json(found)
    else:
        for one in found:
            note(f"rule {one['rule_id']}: {one['finding']}")
    if found:
        raise typer.Exit(1)


def rule_findings(states: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Tell what is wrong with rules, once each, by their states."""
    seen: set[int] = set()
    for one in states:
        if one["rule_id"] in seen:
            continue
        seen.add(one["rule_id"])
        if why := one.get("not_evaluated"):
            yield {"rule_id": one["rule_id"], "finding": f"is not evaluated: {why}"}
        if unknown := one["unknown_channels"]:
            said = f"{unknown} of its notification_channels are none of alerts.channels"
            yield {"rule_id": one["rule_id"], "finding": said}


@app.command()
def test(
    rule_id: RuleId,
    start: Annotated[str, typer.Option("--from", help="RFC 3339; a day before --to.")] = "",
    end: Annotated[str, typer.Option("--to", help="Such as 2026-11-30T12:00Z; now.")] = "",
    conditions: Annotated[str, typer.Option(help="A file with other conditions, JSON.")] = "",
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
    as_json: AsJson = False,
) -> None:
    """Hold a rule against events of the past, and say when it would have fired."""
    body: dict[str, Any] = {
        name: moment(option, text)
        for name, option, text in (("start_time", "--from", start), ("end_time", "--to", end))
        if text
    }
    if conditions:
        body["conditions"] = _json("--conditions", _read(conditions))
    answer = Gateway(data, url, path).ask("POST", f"{BASE}/{rule_id}/trial", body).json()
    if as_json:
        print_json(answer)
        return
    for name in ("stored", "given"):
        if name in answer:
            _print_trial(name, answer[name])
    note(f"{counted(answer['events'], 'event')}, until {answer['tested_to']}")


app.command()(snoozes.snooze)
app.command()(snoozes.unsnooze)
app.command("snoozes")(snoozes.snoozes)


def _print_trial(name: str, trial: dict[str, Any]) -> None:
    if why := trial.get("not_evaluated"):
        note(f"{name} conditions: not evaluated: {why}")
        return
    note(f"{name} conditions: fires {counted(trial['count'], 'time')}")
    if trial["firings"]:
        print_table(
            (
                Column("fires", is_whole=True),
                Column("camera", is_whole=True),
                Column("over", is_whole=True, spare=1),
                Column("event", is_whole=True, spare=2),
            ),
            (
                (one["fired_at"], one["camera_id"], one.get("resolved_at", ""), one["event_id"])
                for one in trial["firings"]
            ),
        )


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"--conditions: {path} cannot be read: {error}", 2)


def _json(name: str, text: str) -> Any:
    try:
        return json_body.loads(text)
    except ValueError as error:
        fail(f"{name} is not JSON: {error}", 2)
