"""`camplane rules …`: alert rules and their history from the command line."""

import json
from typing import Annotated, Any

import typer

from gateway.cli.output import fail, note, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Gateway, Side, Url
from servicekit import json_body

app = typer.Typer(help="Keep alert rules, and see what they raised.", no_args_is_help=True)

BASE = "/api/v1/alerts/rules"
RuleId = Annotated[int, typer.Argument(help="The rule's id.", show_default=False)]
Json = Annotated[str, typer.Argument(help="A JSON object.", show_default=False)]


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
        ("id", "name", "camera", "type", "conditions", "enabled", "priority"),
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
    rule_id: RuleId, changes: Json, data: Data = DEFAULT_DATA, url: Url = "", path: Side = ""
) -> None:
    """Change some fields of a rule, such as '{"enabled": false}'."""
    Gateway(data, url, path).ask("PUT", f"{BASE}/{rule_id}", _json("the changes", changes))
    note(f"changed rule {rule_id}")


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
        ("time", "camera", "type", "rule", "message"),
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


def _json(name: str, text: str) -> Any:
    try:
        return json_body.loads(text)
    except ValueError as error:
        fail(f"{name} is not JSON: {error}", 2)
