"""Bring everything up in order, keep it up, and take it down in reverse."""

import asyncio
import contextlib
import errno
import ipaddress
import os
import socket
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway.launcher import cameras_file, plan
from gateway.launcher.children import Child, ChildSpec, Tell
from gateway.launcher.configuration import Configuration
from gateway.launcher.instance import (
    Instance,
    claimed,
    command,
    forget,
    require_not_running,
    socket_directory,
)
from gateway.launcher.plan import Place
from gateway.launcher.served_cameras import ServedCameras, claimed_cameras
from gateway.launcher.workers import workers
from gateway.proxy.admin import Admin, AdminError
from gateway.proxy.files import envoy_command, write_bootstrap, write_configuration
from gateway.proxy.oidc_login import write_secrets
from gateway.proxy.topology import GATEWAY, LOCAL, ON, Login, Topology, is_loopback
from gateway.rollout.at_start import recorded, starting_split
from gateway.rollout.decisions.state import RolloutState
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split
from servicekit.database.trouble import DatabaseTroubleError
from servicekit.disk import shortage
from servicekit.process import this_process

# Less than Envoy's files, the databases and a line of each log need.
MIN_MIB = 4
READY_SECONDS = 60.0
STOP_SECONDS = 10.0
LOOK_SECONDS = 0.05
SAVE_AGAIN_SECONDS = 1.0


class UpError(Exception):
    """Camplane cannot be brought up; the text says what to do."""


@dataclass(frozen=True)
class Order:
    """What `camplane up` was asked for.

    port: 0 lets the kernel choose. cameras: a cameras.yaml to begin with a copy of.
    host: the address the gateway listens on. insecure: others may reach it, though nobody
    is asked who they are.
    """

    data: Path
    port: int
    split: Split
    configuration: Configuration
    cameras: Path | None = None
    host: str = "127.0.0.1"
    insecure: bool = False


class Camplane:
    """A running camplane: its children, by name, the gateway's URL, and the split it began with.

    url: for the machine's own tools; public_url: for everybody.
    """

    def __init__(self, place: Place, configuration: Configuration, tell: Tell) -> None:
        self.place = place
        self.configuration = configuration
        self.children: dict[str, Child] = {}
        self.url = ""
        self.public_url = ""
        self.split = Split(0, 0)
        self._tell = tell

    async def add(self, spec: ChildSpec) -> Child:
        child = self.children[spec.name] = Child(spec, self._tell, self._pid_changed)
        await child.start()
        return child

    def _pid_changed(self) -> None:
        if not self.url:  # not before all of it is up, and not while it goes down
            return
        try:
            self.save()
        except OSError:  # a full disk must not keep us from starting the process again
            asyncio.get_running_loop().call_later(SAVE_AGAIN_SECONDS, self._pid_changed)

    async def stop(self) -> None:
        """End Envoy first, so that nobody is sent to a service that goes."""
        self.url = ""
        for name in reversed(list(self.children)):
            if name == "envoy":
                await self.children.pop(name).stop(STOP_SECONDS)
        await asyncio.gather(*(child.stop(STOP_SECONDS) for child in self.children.values()))

    def save(self) -> None:
        """Write down where everything is, for the other commands."""
        pids = {name: child.pid for name, child in self.children.items() if child.pid}
        me = this_process()
        instance = Instance(
            pid=me.pid,
            start_time=me.start_time,
            boot=me.boot,
            url=self.url,
            run_directory=str(self.place.sockets),
            processes=pids,
            public_url=self.public_url,
        )
        instance.save(self.place.data)


@contextlib.asynccontextmanager
async def running(order: Order, tell: Tell) -> AsyncIterator[Camplane]:
    """Run a camplane within the block.

    Raises AlreadyRunningError, CamerasServedError, CamerasFileError, UpError, WorkersError or
    ChildFailedError when it cannot.
    """
    if order.cameras:
        cameras_file.check(order.cameras)
    require_allowed(order.host, order.insecure, order.configuration.access_mode == ON)
    # Before the port: who starts one directory twice must not be told to choose another port.
    require_not_running(order.data)
    require_free(order.host, order.port)
    make_directory(order.data)
    if full := shortage([order.data], MIN_MIB):
        raise UpError(full)
    file = order.configuration.cameras_file or order.data / "config" / "cameras.yaml"
    with (
        claimed(order.data),
        claimed_cameras(file) as served,
        socket_directory(order.data) as sockets,
    ):
        await _require_no_other_workers(served, order, sockets)
        served.write(order.data)
        if order.cameras:
            cameras_file.begin_with(order.cameras, order.data)
        camplane = Camplane(Place(order.data, sockets), order.configuration, tell)
        try:
            await _bring_up(camplane, order)
            camplane.save()
            yield camplane
        finally:
            await camplane.stop()
            forget(order.data)


async def _require_no_other_workers(served: ServedCameras, order: Order, sockets: Path) -> None:
    """Raise UpError while workers of another data directory read cameras of the same file."""
    other = served.before
    if other is None or other == order.data or not other.is_dir():
        return
    if left := await workers(Place(other, sockets), order.configuration):
        ids = ", ".join(str(one["camera_id"]) for one in left)
        raise UpError(
            f"workers of {other} still read cameras of {served.file} ({ids}): they would have two. "
            f"{command('down', other)} stops them, {command('up', other)} goes on"
        )


async def _bring_up(camplane: Camplane, order: Order) -> None:
    place = camplane.place
    topology = plan.topology(place, order.configuration, order.host, order.port)
    place.envoy.mkdir(exist_ok=True)
    # An earlier release left it open: whoever holds the lock in it holds up every decision.
    place.envoy.chmod(0o700)
    states = await asyncio.to_thread(_rollouts, place)
    camplane.split = starting_split(order.split, states)
    pins = states["camera"].pins if "camera" in states else {}
    mirrored = {context: state.mirrored for context, state in states.items()}
    await asyncio.to_thread(_prepare_access, place, topology)
    await asyncio.to_thread(_prepare_certificate, place, topology)
    routing = Routing(camplane.split, pins, mirrored=mirrored)
    bootstrap = write_configuration(topology, routing, place.envoy)
    for spec in [
        *plan.services(place, order.configuration),
        plan.control(place, order.configuration),
    ]:
        await camplane.add(spec)
    await asyncio.gather(
        *(
            _until_serving(child, place.address(name))
            for name, child in list(camplane.children.items())
        )
    )
    envoy = await camplane.add(plan.envoy(place, envoy_command(bootstrap)))
    host, port = await _until_listening(envoy, topology.admin_socket)
    found = replace(topology, port=port)
    camplane.url = camplane.public_url = f"http://{host}:{port}"
    if topology.tls is not None:
        local, local_port = await _until_listening(envoy, topology.admin_socket, LOCAL)
        found = replace(found, local_port=local_port)
        camplane.public_url = f"https://{host}:{port}"
        camplane.url = f"http://{local}:{local_port}"
    if found != topology:
        # An Envoy that is started again must be found where the first one was.
        write_bootstrap(found, place.envoy)


def _rollouts(place: Place) -> Mapping[str, RolloutState]:
    """Return where the rollouts stood; UpError when their log cannot be read."""
    try:
        return recorded(place.rollouts)
    except (DatabaseTroubleError, ValueError, KeyError) as error:
        raise UpError(
            f"the rollouts' log {place.rollouts} cannot be read: {error}; "
            "put a backup in its place, or move it away to begin a new one at the "
            "environment's split"
        ) from error


async def _until_serving(child: Child, address: str) -> None:
    """Wait until a service says that it serves."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        deadline = asyncio.get_running_loop().time() + READY_SECONDS
        while True:
            try:
                answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=1)
                if answer.status == health_pb2.HealthCheckResponse.SERVING:
                    child.serves()
                    return
            except grpc.aio.AioRpcError:
                pass  # it does not listen yet
            if failure := child.failed():
                raise failure
            if asyncio.get_running_loop().time() > deadline:
                raise UpError(
                    f"{child.spec.name} does not serve after {READY_SECONDS:g} s; "
                    f"its log says why: {child.spec.log}"
                )
            await asyncio.sleep(LOOK_SECONDS)


def _prepare_access(place: Place, topology: Topology) -> None:
    """Have Envoy's keys and the revoked tokens in place; UpError when they cannot be known."""
    if not topology.access.looks:
        return
    # Cryptography takes a while to import.
    from gateway.access.keys import KeyUnreadableError, cookie_secret, signing_key
    from gateway.access.revoking import tell_envoy
    from gateway.access.store import TokensUnreadableError, known

    try:
        key = signing_key(place.access)
        tell_envoy(place.envoy, known(place.access), topology.access.refuses, time.time())
    except (KeyUnreadableError, TokensUnreadableError) as error:
        raise UpError(str(error)) from error
    if topology.access.login is not None:
        secret = _secret_of(topology.access.login)
        write_secrets(place.envoy, secret, cookie_secret(key))


def _secret_of(login: Login) -> str:
    """Return the secret that the provider knows us by; UpError when there is none."""
    if login.secret_env:
        where, found = f"the variable {login.secret_env}", os.environ.get(login.secret_env, "")
    else:
        where = login.secret_file
        try:
            found = Path(login.secret_file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UpError(f"{where} cannot be read: {error}") from error
    if not found.strip():
        raise UpError(f"{where} holds no secret, which access.issuers[].login says is there")
    return found.strip()


def _prepare_certificate(place: Place, topology: Topology) -> None:
    """Let Envoy have the certificate; UpError when it cannot be used. Blocks."""
    if topology.tls is None:
        return
    # Cryptography takes a while to import.
    from gateway.proxy.transport import write_certificate, write_client_ca
    from gateway.tls.pair import CertificateError, read_authorities, read_pair

    try:
        pair = read_pair(Path(topology.tls.certificate), Path(topology.tls.key))
        write_certificate(place.envoy, pair.chain, pair.key)
        if topology.tls.client_ca:
            write_client_ca(place.envoy, read_authorities(Path(topology.tls.client_ca)))
    except CertificateError as error:
        raise UpError(f"gateway.tls: {error}") from error


async def _until_listening(envoy: Child, admin_socket: str, name: str = GATEWAY) -> tuple[str, int]:
    """Wait until Envoy takes requests; return where it does, host and port."""
    admin = Admin(admin_socket)
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    try:
        while True:
            try:
                address = await admin.listen_address(name)
                envoy.serves()
                return address
            except AdminError as error:
                if failure := envoy.failed():
                    raise failure from error
                if asyncio.get_running_loop().time() > deadline:
                    raise UpError(
                        f"Envoy does not listen after {READY_SECONDS:g} s; "
                        f"its log says why: {envoy.spec.log}"
                    ) from error
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await admin.close()


def make_directory(data: Path) -> None:
    """Make the data directory; UpError when it cannot be written to."""
    try:
        (data / "logs").mkdir(parents=True, exist_ok=True)
        probe = data / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise UpError(
            f"the data directory {data} cannot be written to: {error.strerror}; "
            "choose another with --data, or give yourself the right to write there"
        ) from error


def require_allowed(host: str, insecure: bool, refuses: bool) -> None:
    """Raise UpError when others could reach a gateway that refuses nobody, and nobody said so."""
    if not refuses and not insecure and not is_loopback(host):
        raise UpError(
            f"--host {host} lets others reach the gateway, which asks nobody who they are: they "
            "could read camera passwords, start and stop cameras and move requests. Set "
            "`access: {mode: on}` in --config, or leave it out and put your own access control in "
            "front, or say --insecure"
        )


def require_free(host: str, port: int) -> None:
    """Raise UpError when the gateway cannot listen on `port` of the address `host`."""
    try:
        family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    except ValueError:
        raise UpError(f"--host {host}: give an address of this machine, such as 0.0.0.0") from None
    with socket.socket(family) as probe:
        # As a server would: a port in TIME_WAIT is free, one that is listened on is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UpError(_why_not_there(host, port, error)) from error


def _why_not_there(host: str, port: int, error: OSError) -> str:
    """Return what keeps us from listening there, and the option that helps."""
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"--host {host} is no address of this machine; `ip address` lists those that are, "
            "0.0.0.0 means all of them, 127.0.0.1 this machine alone"
        )
    return (
        f"port {port} of {host} cannot be used: {error.strerror}; "
        "choose another with --port (0 finds a free one)"
    )
