"""What `camplane up` does: everything on this machine, in one terminal."""

import asyncio
import contextlib
import os
import shlex
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import grpc
from camplane.camera.v1 import camera_service_pb2 as camera_pb
from camplane.camera.v1 import camera_service_pb2_grpc as camera_grpc
from rich.text import Text

from gateway.cli.credentials import VARIABLE
from gateway.cli.lifecycle.entry_warnings import entry_warnings, usable
from gateway.cli.lifecycle.running import say_what_stays
from gateway.cli.output import COLOURS, console, counted, fail, note, program
from gateway.cli.rest import DEFAULT_DATA, Gateway
from gateway.cli.signals import ending
from gateway.control.health import ANYBODY
from gateway.demo.streams import DemoStreams, DemoStreamsError
from gateway.launcher.cameras_file import CamerasFileError
from gateway.launcher.children import ChildFailedError
from gateway.launcher.configuration import Configuration, ConfigurationError, read_configuration
from gateway.launcher.instance import AlreadyRunningError
from gateway.launcher.served_cameras import CamerasServedError
from gateway.launcher.up import Camplane, Order, UpError, running
from gateway.launcher.workers import WorkersError, workers
from gateway.proxy.topology import OFF, ON, Tls, is_every, is_loopback
from gateway.vocabulary.split import split_from_environment

# Names of every address at once, and so of none in a certificate.
_ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104


def bring_up(
    data: Path,
    port: int,
    host: str,
    insecure: bool,
    tls: bool,
    cameras: Path | None,
    config: Path | None,
    demo: bool,
) -> None:
    """Do what `camplane up` is asked for, until it is told to stop."""
    os.umask(0o077)  # all of it may hold passwords, or a lock that a rollback needs
    os.environ.pop(VARIABLE, None)  # it would be every worker's, whatever program that is
    data = data.absolute()
    try:
        configuration = read_configuration(config, os.environ)
        if cameras and configuration.cameras_file:
            fail(f"--cameras and cameras.file in {config} both name a cameras.yaml; give one", 2)
        if demo:
            configuration = _with_loopback(configuration)
        if tls:
            configuration = _self_signed(configuration, data, host)
        split = split_from_environment(os.environ)
        order = Order(data, port, split, configuration, cameras, host, insecure)
        asyncio.run(_run(order, demo))
    except (ConfigurationError, CamerasFileError, ValueError) as error:
        fail(str(error), 2)
    except (
        *(AlreadyRunningError, CamerasServedError, UpError),
        *(ChildFailedError, WorkersError, DemoStreamsError),
    ) as error:
        fail(str(error), 1)
    except OSError as error:
        fail(f"{error.strerror}: {error.filename}", 1)


def _with_loopback(configuration: Configuration) -> Configuration:
    """Let cameras and webhooks be on this machine, unless the file says otherwise."""
    return replace(
        configuration,
        camera_networks={"loopback": "true", **configuration.camera_networks},
        webhook_networks={"loopback": "true", **configuration.webhook_networks},
    )


def _self_signed(configuration: Configuration, data: Path, host: str) -> Configuration:
    if configuration.tls:
        fail("--tls and gateway.tls in --config both name a certificate; give one", 2)
    # Cryptography takes a while to import.
    from gateway.tls.self_signed import self_signed

    hosts = [one for one in (host, *configuration.hosts) if one not in _ANY_ADDRESS]
    certificate, key = self_signed(data / "tls", hosts)
    return replace(configuration, tls=Tls(str(certificate), str(key)))


async def _run(order: Order, demo: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ending():
        loop.add_signal_handler(number, stop.set)
    note("starting …")
    async with contextlib.AsyncExitStack() as stack:
        camplane = await _or_stop(stack.enter_async_context(running(order, _tell)), stop)
        if camplane is None:
            return
        entries: list[dict[str, Any]] = []
        if demo:
            streams = DemoStreams()
            entries = await streams.start(order.data)
            stack.push_async_callback(streams.stop)
            await asyncio.to_thread(_show_demo_cameras, order.data, entries)
        _greet(camplane, order, demo)
        tasks = [asyncio.create_task(one(camplane)) for one in (_watch, _warn)]
        await stop.wait()
        for task in tasks:
            task.cancel()
        note("stopping the services …")
    if demo:
        # Their streams end with us: left alone they would only fail.
        ids = [str(entry["id"]) for entry in entries]
        await workers(camplane.place, order.configuration, "stop-workers", *ids)
    say_what_stays(await workers(camplane.place, order.configuration), order.data)


async def _or_stop(starting, stop):  # type: ignore[no-untyped-def]
    """Return what `starting` gives; None when `stop` is set first."""
    work, asked = asyncio.ensure_future(starting), asyncio.ensure_future(stop.wait())
    await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if work.done():
        return work.result()
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    return None


def _greet(camplane: Camplane, order: Order, demo: bool) -> None:
    split = camplane.split
    console.print()
    console.print(Text("camplane is up:  ") + Text(_url(camplane, order), style="bold"))
    console.print(Text("  the page       ") + Text(f"{_url(camplane, order)}/ui", style="bold"))
    console.print(f"  data           {order.data}", soft_wrap=True)
    resumed = "" if split == order.split else ", as the rollout was: `camplane rollout status`"
    console.print(
        f"  to domain      cameras {split.camera} %, alert rules {split.alert} %{resumed}"
    )
    refuses = order.configuration.access_mode == ON
    if not refuses and not is_loopback(order.host):
        mark = Text("insecure", style="bold red")
        console.print(Text("  ") + mark + Text(f"       {ANYBODY}"), soft_wrap=True)
    if order.configuration.access_mode != OFF:
        told = "who may do what is asked" if refuses else "only counted: nobody is refused"
        console.print(f"  access         {order.configuration.access_mode}: {told}")
    if order.cameras:
        console.print(f"  cameras.yaml   a copy of {order.cameras}", soft_wrap=True)
    if order.configuration.old_http:
        console.print(f"  old side       http://{order.configuration.old_http}")
    if order.configuration.otlp_endpoint:
        console.print(f"  spans          also to {order.configuration.otlp_endpoint}")
    where = (
        "" if order.data == DEFAULT_DATA.absolute() else f" --data {shlex.quote(str(order.data))}"
    )
    console.print(f"  try            {_first_command(camplane, order, where)}", soft_wrap=True)
    console.print(f"                 {program()} verify{where}", soft_wrap=True)
    stops = "the services and the demo's cameras" if demo else "the services; cameras go on"
    console.print(f"  Ctrl-C         stops {stops}", soft_wrap=True)
    console.print()


def _first_command(camplane: Camplane, order: Order, where: str) -> str:
    """Return what works as it is printed, on this machine: no certificate is for 0.0.0.0."""
    tls = order.configuration.tls
    words = ["curl", *(("--cacert", shlex.quote(str(tls.certificate))) if tls else ())]
    if order.configuration.access_mode == ON:
        token = f"{program()} token create --name me --role viewer --expires 1h{where}"
        words.append(f'-H "Authorization: Bearer $({token})"')
    return " ".join((*words, f"{_url(camplane, order)}/api/v1/cameras"))


def _url(camplane: Camplane, order: Order) -> str:
    """Return the address for who sits at this machine: none is at 0.0.0.0."""
    url = camplane.public_url
    if is_every(order.host):
        return f"{url.partition(':')[0]}://localhost:{url.rpartition(':')[2]}"
    return url


async def _warn(camplane: Camplane) -> None:
    """Say which entries of cameras.yaml will not do what their writer thinks."""
    async with grpc.aio.insecure_channel(camplane.place.address("camera/domain")) as channel:
        stub = camera_grpc.CameraServiceStub(channel)
        with contextlib.suppress(grpc.aio.AioRpcError):  # others tell what is wrong then
            checked = await stub.CheckConsistency(camera_pb.CheckConsistencyRequest())
            known = usable(checked.yaml_count, checked.notes)
            console.print(f"cameras.yaml: {counted(known, 'camera')}")
            for line in entry_warnings(checked.notes):
                console.print(Text(line, style="yellow"))


async def _watch(camplane: Camplane) -> None:
    """Print each change of a camera's state."""
    states = {
        camera_pb.CAMERA_STATE_STOPPED: "stopped",
        camera_pb.CAMERA_STATE_STARTING: "starting",
        camera_pb.CAMERA_STATE_STREAMING: "streaming",
        camera_pb.CAMERA_STATE_SOURCE_FAILED: "source failed",
        camera_pb.CAMERA_STATE_REMOVED: "removed",
        camera_pb.CAMERA_STATE_RESTARTING: "restarting",
        camera_pb.CAMERA_STATE_CRASH_LOOP: "crash loop",
    }
    known: dict[str, tuple[object, ...]] = {}
    while True:
        async with grpc.aio.insecure_channel(camplane.place.address("camera/domain")) as channel:
            stub = camera_grpc.CameraServiceStub(channel)
            with contextlib.suppress(grpc.aio.AioRpcError):
                async for event in stub.WatchCameras(camera_pb.WatchCamerasRequest()):
                    now = (event.state, event.cause, event.pid)
                    before, known[event.camera_id] = known.get(event.camera_id), now
                    if before is None and event.state == camera_pb.CAMERA_STATE_STOPPED:
                        continue
                    if before != now:
                        cause = camera_pb.StreamFailure.Name(event.cause).lower()
                        why = cause.removeprefix("stream_failure_") if event.cause else ""
                        _say(event.camera_id, states.get(event.state, "?"), why, event.pid)
        await asyncio.sleep(1)


def _say(camera_id: str, state: str, why: str, pid: int) -> None:
    line = Text(f"{datetime.now():%H:%M:%S}  camera {camera_id}  ")
    line += Text(state, style=COLOURS.get(state, ""))
    line += Text(f" ({why})" if why else "") + Text(f"  pid {pid}" if pid else "", style="dim")
    console.print(line)


def _tell(name: str, sentence: str) -> None:
    console.print(Text(f"{datetime.now():%H:%M:%S}  {name} {sentence}", style="yellow"))


def _show_demo_cameras(data: Path, entries: list[dict[str, object]]) -> None:
    """Configure the demo's cameras, which have new addresses each time, and start them."""
    gateway = Gateway(data)
    for entry in entries:
        address = f"/api/v1/cameras/{entry['id']}"
        if gateway.send("PUT", address, entry).status_code == 404:
            gateway.ask("POST", "/api/v1/cameras", entry)
        gateway.ask("POST", f"{address}/restart")
