"""`camplane channels …`: who can be told of alerts, and whether it arrives."""

from typing import Annotated
from urllib.parse import quote

import typer

from gateway.cli.output import REFUSED, fail, note, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Gateway, Side, Url

app = typer.Typer(
    help="See who can be told of alerts, and try whether it arrives.", no_args_is_help=True
)

BASE = "/api/v1/alerts/channels"


@app.command("list")
def list_channels(
    data: Data = DEFAULT_DATA, url: Url = "", path: Side = "", as_json: AsJson = False
) -> None:
    """Show the channels of the configuration, and what waits for each."""
    items = Gateway(data, url, path).ask("GET", BASE).json()["items"]
    if as_json:
        print_json(items)
        return
    print_table(
        ("channel", "kind", "waiting", "tried in vain", "given up"),
        (
            (one["name"], one["kind"], one["waiting"], one["failing"], one["given_up"])
            for one in items
        ),
        empty="There is no channel yet: name some in camplane.yaml, as docs/alert-rules.md says.",
    )


@app.command()
def test(
    channel: Annotated[str, typer.Argument(help="Its name.", show_default=False)],
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
    as_json: AsJson = False,
) -> None:
    """Send a message to a channel. Exit code 1: it was not taken."""
    answer = Gateway(data, url, path).ask("POST", f"{BASE}/{quote(channel, safe='')}/test").json()
    if as_json:
        print_json(answer)
        if not answer["delivered"]:
            raise typer.Exit(REFUSED)
    elif answer["delivered"]:
        note(f"{channel} took a message")
    else:
        fail(f"{channel} was not told: {answer['error']}", REFUSED)
