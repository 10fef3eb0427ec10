"""`camplane rollout …`: how much of the traffic goes to the domain implementations, live."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.output import UNREACHABLE, fail, note, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data
from gateway.envoy.files import read_routing, read_topology, write_routes
from gateway.launcher.instance import load
from gateway.launcher.plan import Place
from gateway.rollout.split import CONTEXTS, Split

app = typer.Typer(help="See and set how the traffic is split.", no_args_is_help=True)

Percent = Annotated[int | None, typer.Option(min=0, max=100, help="Percent to domain.")]


@app.command()
def status(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Show the percent of each context's requests that go to domain."""
    now = read_routing(_directory(data))
    split, held_back = now.split, now.held_back
    if as_json:
        print_json({c: {"domain": split.domain(c), "held_back": c in held_back} for c in CONTEXTS})
        return
    print_table(
        ("context", "to domain", "to legacy", ""),
        (
            (
                context,
                f"{split.domain(context)} %",
                f"{100 - split.domain(context)} %",
                "held back: domain is down" if context in held_back else "",
            )
            for context in CONTEXTS
        ),
    )


@app.command("set")
def set_split(camera: Percent = None, alert: Percent = None, data: Data = DEFAULT_DATA) -> None:
    """Set the split, such as --camera 25. No request is lost; a camera stays on its side.

    It holds until `camplane up` starts anew, which begins as its environment says.
    """
    if camera is None and alert is None:
        fail("say how much, such as --camera 25 or --alert 10", 2)
    directory = _directory(data)
    now = read_routing(directory)
    split = Split(
        camera=now.split.camera if camera is None else camera,
        alert=now.split.alert if alert is None else alert,
    )
    write_routes(read_topology(directory), directory, split, now.pins, now.token)
    note(f"to domain: cameras {split.camera} %, alert rules {split.alert} %")


def _directory(data: Path) -> Path:
    data = data.absolute()
    if load(data) is None:
        fail(f"no camplane runs on {data}; `camplane up --data {data}` starts one", UNREACHABLE)
    return Place(data, data).envoy
