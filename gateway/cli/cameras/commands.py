"""`camplane cameras …`: every camera operation from the command line."""

import contextlib
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from gateway.cli import conditions, following
from gateway.cli.output import console, fail, note, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Gateway, Side, Url
from gateway.cli.settings import Settings, pairs
from gateway.cli.table import Column

app = typer.Typer(help="Configure cameras and control their workers.", no_args_is_help=True)

BASE = "/api/v1/cameras"
# Text also when they look like a number: device 0, a camera named 12.
TEXTS = ("id", "name", "source")
CameraId = Annotated[str, typer.Argument(help="The camera's id.", show_default=False)]


@app.command("list")
def list_cameras(
    data: Data = DEFAULT_DATA, url: Url = "", path: Side = "", as_json: AsJson = False
) -> None:
    """Show all cameras and how they stand, those that fail first."""
    gateway = Gateway(data, url, path)
    cameras = gateway.ask("GET", BASE).json()["cameras"]
    if as_json:
        print_json(cameras)
        return
    statuses = gateway.ask("POST", f"{BASE}/batch-status", {"conditions": True}).json()
    seen = [(camera, statuses.get(str(camera.get("id")), {})) for camera in cameras]
    print_table(
        (
            Column("id", is_whole=True),
            Column("name", spare=1),
            Column("state", is_whole=True),
            Column("why", spare=1),
            Column("active", is_whole=True, spare=2),
            Column("auto-start", is_whole=True, spare=3),
            Column("pid", is_whole=True, spare=2),
        ),
        (
            (
                camera.get("id", ""),
                camera.get("name", ""),
                conditions.state(status),
                conditions.why(status),
                _yes(camera.get("active", camera.get("enabled", True))),
                _yes(camera.get("auto_start", False)),
                status.get("pid") or "",
            )
            for camera, status in sorted(seen, key=lambda one: conditions.urgency(one[1]))
        ),
        empty="There is no camera yet: camplane cameras add ID --name NAME --source SOURCE",
    )


@app.command()
def show(camera_id: CameraId, data: Data = DEFAULT_DATA, url: Url = "", path: Side = "") -> None:
    """Print one camera as it is configured (its source with its password)."""
    print_json(Gateway(data, url, path).ask("GET", _of(camera_id)).json())


@app.command()
def add(
    camera_id: CameraId,
    name: Annotated[str, typer.Option(help="Its display name.", show_default=False)],
    source: Annotated[str, typer.Option(help="rtsp:// or http:// URL, file, or device number.")],
    settings: Settings = None,
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
) -> None:
    """Add a camera. It is not started."""
    entry = {"id": camera_id, "name": name, "source": source, **pairs(settings, TEXTS)}
    Gateway(data, url, path).ask("POST", BASE, entry)
    note(f"added {camera_id}")


@app.command("set")
def set_keys(
    camera_id: CameraId,
    settings: Settings = None,
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
) -> None:
    """Change some keys of a camera, such as name=Door fps=10 active=false."""
    changes = pairs(settings, TEXTS)
    if not changes:
        fail("say what to set, such as name=Door", 2)
    Gateway(data, url, path).ask("PUT", _of(camera_id), changes)
    note(f"changed {', '.join(changes)} of {camera_id}")


@app.command()
def remove(camera_id: CameraId, data: Data = DEFAULT_DATA, url: Url = "", path: Side = "") -> None:
    """Stop a camera and remove it from the configuration."""
    Gateway(data, url, path).ask("DELETE", _of(camera_id))
    note(f"removed {camera_id}")


def _operation(name: str, help_text: str, done: str) -> None:
    @app.command(name, help=help_text)
    def operation(
        camera_id: CameraId,
        data: Data = DEFAULT_DATA,
        url: Url = "",
        path: Side = "",
        as_json: AsJson = False,
    ) -> None:
        answer = Gateway(data, url, path).ask("POST", f"{_of(camera_id)}/{name}")
        if as_json:
            print_json(answer.json())
            return
        pid = answer.json().get("pid")
        note(f"{camera_id} {done}" + (f", pid {pid}" if pid else ""))


_operation("start", "Start a camera's worker.", "runs")
_operation("stop", "Stop a camera's worker.", "is stopped")
_operation("restart", "Stop a camera's worker and start a new one.", "runs")
_operation("activate", "Allow a camera to be started.", "is active")
_operation("deactivate", "Stop a camera and forbid starting it.", "is inactive")


@app.command("auto-start")
def auto_start(
    camera_id: CameraId,
    wish: Annotated[str, typer.Argument(help="on or off", show_default=False)],
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
) -> None:
    """Say whether a camera starts with the service."""
    if wish not in ("on", "off"):
        fail("give on or off", 2)
    query = {"auto_start": "true" if wish == "on" else "false"}
    Gateway(data, url, path).ask("PUT", f"{_of(camera_id)}/auto-start", query=query)
    note(f"auto-start of {camera_id} is {wish}")


@app.command()
def stats(
    camera_id: CameraId,
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
    as_json: AsJson = False,
) -> None:
    """Show what a camera's worker reports about its stream."""
    answer = Gateway(data, url, path).ask("GET", f"{_of(camera_id)}/stats").json()
    if as_json:
        print_json(answer)
        return
    head = [
        ("state", conditions.state(answer)),
        ("why", conditions.why(answer)),
        ("message", answer.get("condition", {}).get("message", "")),
        ("running", _yes(answer["running"])),
        ("pid", answer["pid"] or ""),
    ]
    head = [row for row in head if row[1]]
    figures = answer["stats"]
    if not figures.pop("known", True):
        figures = dict.fromkeys(figures, "unknown")
    print_table(("figure", "value"), [*head, *figures.items()])


@app.command()
def logs(
    camera_id: CameraId,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many, 1 to 10000.")] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing.")] = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
) -> None:
    """Print the end of a camera's log."""
    query = {"lines": lines}
    gateway = Gateway(data, url, path)
    # Asked first in both cases: what is wrong with the gateway or the id is said by it.
    answer = gateway.ask("GET", f"{_of(camera_id)}/logs", query=query).json()
    if message := answer.get("message"):
        gateway.ask("GET", _of(camera_id))  # an unknown id has no log either: that is said first
        note(message)
    if not follow:
        for line in answer["lines"]:
            console.print(line, soft_wrap=True)
        return
    with contextlib.suppress(KeyboardInterrupt):
        for event in following.follow(gateway, f"{_of(camera_id)}/logs/stream", query):
            if event.name == "message":
                console.print(event.data, soft_wrap=True)
            else:
                note(f"({event.data})")


@app.command()
def preview(
    camera_id: CameraId,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where to put the JPEG; - is stdout.")
    ],
    data: Data = DEFAULT_DATA,
    url: Url = "",
    path: Side = "",
) -> None:
    """Take one picture of a camera's source."""
    picture = Gateway(data, url, path).ask("GET", f"{_of(camera_id)}/preview").content
    if str(output) == "-":
        sys.stdout.buffer.write(picture)
    else:
        output.write_bytes(picture)
        note(f"{output}: {len(picture)} bytes")


@app.command()
def refresh(data: Data = DEFAULT_DATA, url: Url = "", path: Side = "") -> None:
    """Reconcile configuration, database and processes now."""
    note(Gateway(data, url, path).ask("POST", f"{BASE}/refresh").json()["message"])


def _of(camera_id: str) -> str:
    # Bytes that are no UTF-8 are for the gateway to refuse.
    return f"{BASE}/{quote(camera_id, safe='', errors='surrogateescape')}"


def _yes(value: object) -> str:
    return "yes" if value else "no"
