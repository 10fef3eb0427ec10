"""`camplane down|status|logs`: what runs, or ran, on a data directory."""

import asyncio
import contextlib
import shlex
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.text import Text

from gateway.cli import conditions
from gateway.cli.output import UNREACHABLE, console, fail, note, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Gateway, detail
from gateway.launcher.configuration import read_configuration
from gateway.launcher.instance import Instance, command, load
from gateway.launcher.plan import Place
from gateway.launcher.workers import WorkersError, workers
from servicekit.process import end

DOWN_SECONDS = 60.0


def say_what_stays(left: list[Mapping[str, object]], data: Path) -> None:
    """Tell which cameras go on without a camplane."""
    if not left:
        note("stopped; no camera is running.")
        return
    note(f"stopped. Still running, as meant: {', '.join(map(_name, left))}.")
    where = "" if data == DEFAULT_DATA.absolute() else f" --data {shlex.quote(str(data))}"
    but = ", the old server's excepted" if any(w["by_old_server"] for w in left) else ""
    note(f"`camplane up{where}` takes them over; `camplane down{where}` stops them{but}.")


def _name(worker: Mapping[str, object]) -> str:
    whose = ", the old server's" if worker["by_old_server"] else ""
    return f"{worker['camera_id']} (pid {worker['pid']}{whose})"


def down(
    data: Data = DEFAULT_DATA,
    keep_cameras: Annotated[
        bool, typer.Option("--keep-cameras", help="Leave running cameras alone.")
    ] = False,
) -> None:
    """Stop the services of a data directory, and its cameras."""
    data = data.absolute()
    instance = load(data)
    if instance is not None:
        note(f"stopping process {instance.pid} …")
        if not end(instance.launcher, DOWN_SECONDS):
            fail(f"process {instance.pid} does not end", 1)
    place = Place(data, data / "run")
    configuration = read_configuration(None)
    try:
        if keep_cameras:
            say_what_stays(asyncio.run(workers(place, configuration)), data)
            return
        stopped = asyncio.run(workers(place, configuration, "stop-workers"))
    except WorkersError as error:
        fail(str(error), 1)
    for worker in stopped:
        note(f"stopped camera {worker['camera_id']} (pid {worker['pid']})")
    if instance is None and not stopped:
        note(f"nothing runs on {data}")


def status(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Show what runs, how the traffic is split and how the cameras are. Exit code 3: not up."""
    data = data.absolute()
    instance = load(data)
    if instance is None:
        left = asyncio.run(workers(Place(data, data / "run"), read_configuration(None)))
        if as_json:
            print_json({"up": False, "workers": left})
        else:
            note(f"no camplane runs on {data}; {command('up', data)} starts one")
            if left:
                print_table(("camera", "pid"), ((w["camera_id"], w["pid"]) for w in left))
        raise typer.Exit(UNREACHABLE)
    _print_status(instance, data, as_json)


def _print_status(instance: Instance, data: Path, as_json: bool) -> None:
    gateway = Gateway(data)
    answer = gateway.send("GET", "/api/v1/monitoring/health")
    health: dict[str, Any] = {"status": detail(answer), "checks": {}}
    if answer.is_success:
        health = answer.json()
    statuses = gateway.send("POST", "/api/v1/cameras/batch-status", {"conditions": True})
    cameras = statuses.json() if statuses.is_success else {}
    if as_json:
        print_json(
            {
                "up": True,
                "url": instance.public_url or instance.url,
                "pid": instance.pid,
                "processes": instance.processes,
                "health": health,
                "cameras": cameras,
            }
        )
        return
    console.print(
        Text(instance.public_url or instance.url, style="bold") + Text(f"  {health['status']}")
    )
    for name, finding in health["checks"].items():
        if isinstance(finding, str) and finding != "ok":
            console.print(Text(f"  {name}: {finding}", style="red"))
    print_table(("process", "pid"), instance.processes.items())
    console.print()
    if not statuses.is_success:
        console.print(Text(f"cameras: {detail(statuses)}", style="red"))
        return
    if failing := conditions.failing(cameras.values()):
        told = f"{failing} of {len(cameras)} cameras fail"
        console.print(Text(told, style="red"))
    print_table(
        ("camera", "state", "why", "pid", "frames/s"),
        (
            (i, conditions.state(s), conditions.why(s), s["pid"] or "", _rate(gateway, i, s))
            for i, s in sorted(cameras.items(), key=lambda one: conditions.urgency(one[1]))
        ),
        empty="no camera is configured",
        whole=("camera", "state"),
    )


def _rate(gateway: Gateway, camera_id: str, status: Mapping[str, Any]) -> str:
    """Return the frames a second that come now, of a camera that can have some."""
    if not status["running"] or conditions.fails(status):
        return ""
    answer = gateway.send("GET", f"/api/v1/cameras/{quote(camera_id, safe='')}/stats")
    if not answer.is_success:
        return "?"
    stats = answer.json()["stats"]
    return f"{stats['avg_fps']:g}" if stats.get("known", True) else "unknown"


def logs(
    name: Annotated[
        str, typer.Argument(help="Such as camera/domain or envoy; all if left out.")
    ] = "",
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of each.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing.")] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Print the logs of the services (a camera's own: camplane cameras logs ID)."""
    place = Place(data.absolute(), data.absolute() / "run")
    known = ("camera/legacy", "camera/domain", "alert/legacy", "alert/domain", "control", "envoy")
    if name and name not in known:
        fail(f"there is no process {name}; there are {', '.join(known)}", 2)
    files = {n: place.log(n) for n in ([name] if name else known) if place.log(n).exists()}
    if not files:
        fail(f"there are no logs in {data}; did a camplane ever run there?", 1)
    ends = {n: _print_tail(n, path, lines) for n, path in files.items()}
    with contextlib.suppress(KeyboardInterrupt):
        while follow:
            time.sleep(0.5)
            for n, path in files.items():
                ends[n] = _print_from(n, path, ends[n])


def _print_tail(name: str, path: Path, lines: int) -> int:
    with path.open(errors="replace") as file:
        for line in deque(file, maxlen=lines):
            _print_line(name, line)
        return file.tell()


def _print_from(name: str, path: Path, position: int) -> int:
    with path.open(errors="replace") as file:
        file.seek(position)
        for line in file:
            _print_line(name, line)
        return file.tell()


def _print_line(name: str, line: str) -> None:
    console.print(Text(f"{name:14} ", style="dim") + Text(line.rstrip("\n")), soft_wrap=True)
