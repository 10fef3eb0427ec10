"""An Envoy that does nothing but hand each request on: what any Envoy costs on this machine."""

import asyncio
import contextlib
import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camplane_tools.harness.waiting import until
from gateway.proxy.admin import Admin, AdminError
from gateway.proxy.files import envoy_command
from gateway.proxy.http_filters import router, served
from gateway.proxy.topology import parse_address

_UP_SECONDS = 20.0
_OLD = "old"


@dataclass(frozen=True)
class BareEnvoy:
    """Where it listens, and its process."""

    url: str
    pid: int


@contextlib.asynccontextmanager
async def bare_envoy(folder: Path, upstream: str) -> AsyncIterator[BareEnvoy]:
    """Start one before `upstream`, a host and port; end it.

    One route, the router alone; no spans, no logs, no limits.
    """
    await asyncio.to_thread(folder.mkdir)
    socket, document = folder / "admin.sock", folder / "envoy.json"
    await asyncio.to_thread(document.write_text, json.dumps(_bootstrap(socket, upstream)))
    command = envoy_command(document, log_path=folder / "envoy.log")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: ASYNC220 (once)
    admin = Admin(str(socket))
    try:
        address = await until("the bare Envoy listens", _UP_SECONDS, lambda: _address(admin))
        yield BareEnvoy(f"http://{address}", process.pid)
    finally:
        await admin.close()
        process.kill()
        await asyncio.to_thread(process.wait)


async def _address(admin: Admin) -> str:
    """Return its host and port, "" as long as it does not listen."""
    with contextlib.suppress(AdminError):
        host, port = await admin.listen_address()
        return f"{host}:{port}"
    return ""


def _bootstrap(socket: Path, upstream: str) -> dict[str, Any]:
    route = {"match": {"prefix": "/"}, "route": {"cluster": _OLD}}
    hosts = [{"name": _OLD, "domains": ["*"], "routes": [route]}]
    listener = {
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
        "filter_chains": served(
            stat_prefix=_OLD, route_config={"virtual_hosts": hosts}, http_filters=[router([])]
        ),
    }
    endpoint = {"endpoint": {"address": parse_address(upstream)}}
    cluster = {
        "name": _OLD,
        "load_assignment": {"cluster_name": _OLD, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    return {
        "admin": {"address": {"pipe": {"path": str(socket)}}},
        "static_resources": {"listeners": [listener], "clusters": [cluster]},
    }
