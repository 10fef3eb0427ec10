"""Envoy itself accepts every kind of configuration that can be written."""

import json
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.access.keys import signing_key
from gateway.access.place import AccessPlace
from gateway.proxy.files import envoy_command, read_routing, write_configuration
from gateway.proxy.revocation import write_revoked
from gateway.proxy.topology import ON, REQUIRED, SHADOW, Access, Issuer, Limits, Topology
from gateway.proxy.topology_file import read_topology
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split

SOCKETS = {
    "admin_socket": "/tmp/none/admin.sock",
    "control": "unix:/tmp/none/control.sock",
    "camera_domain": "unix:/tmp/none/camera-domain.sock",
    "alert_domain": "unix:/tmp/none/alert-domain.sock",
}
LEGACY = {"camera_legacy": "127.0.0.1:50052", "alert_legacy": "alert-legacy:50053"}
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": LEGACY,
    "traced": {**LEGACY, "otlp_endpoint": "127.0.0.1:4317"},
    "before the monolith": {"old_http": "127.0.0.1:8000"},
    "before the monolith, by name, traced": {"old_http": "old:8000", "otlp_endpoint": "otel:4317"},
    "by IPv6, other limits": {
        **LEGACY,
        "host": "::1",
        "camera_domain": "[::1]:50051",
        "cors_origins": (),  # no page may call
        "trusted_proxies": ("10.0.0.7", "fd00::/8"),
        "limits": Limits(request_bytes=1000, header_kib=8, connections=10, timeout_seconds=0.5),
    },
}


ISSUERS = (
    Issuer("https://id.example", "camplane", "https://id.example/keys", roles_claim=("a", "b")),
    Issuer("http://id.example", "camplane", "http://127.0.0.1:1/keys"),
)
VARIANTS |= {
    "with access on": {**LEGACY, "access": Access(ON, issuers=ISSUERS)},
    "with access tried, before the monolith": {
        "old_http": "127.0.0.1:8000",
        "access": Access(SHADOW, REQUIRED),
    },
}

KNOWN_WARNINGS = (
    # The tap might not notice a recorder that went away over a Unix socket. It does:
    # tests/e2e/test_record_command.py.
    "[warning][tap]",
    # What is to replace it leaves out the interval (gateway/proxy/tracing.py).
    "OpenTelemetryAccessLogConfig.common_config",
)


@pytest.mark.parametrize("variant", VARIANTS)
def test_envoy_accepts_bootstrap_and_routes(variant: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        topology = Topology(**{**SOCKETS, **VARIANTS[variant]})
        if topology.access.looks:
            topology = with_keys(topology, Path(folder))
        pins, mirrored = {"cam 7": "legacy"}, {"camera": 20, "alert": 1}
        routing = Routing(Split(30, 50), pins, mirrored=mirrored)
        bootstrap = write_configuration(topology, routing, Path(folder))
        inline_routes(bootstrap)
        command = [*envoy_command(bootstrap), "--mode", "validate"]
        validated = subprocess.run(command, capture_output=True, text=True, check=False)
        assert validated.returncode == 0, validated.stderr[-500:]
        said = [
            line
            for line in validated.stderr.splitlines()
            if not any(known in line for known in KNOWN_WARNINGS)
        ]
        assert "warning" not in "\n".join(said)
        assert read_topology(Path(folder)) == topology
        assert read_routing(Path(folder)) == Routing(Split(30, 50), pins=pins, mirrored=mirrored)


def with_keys(topology: Topology, folder: Path) -> Topology:
    """Lay the files that Envoy reads of access, and return the topology that names them."""
    place = AccessPlace(folder)
    signing_key(place)
    write_revoked(folder, ["a"], topology.access.refuses)
    access = replace(topology.access, public_keys=str(place.public_keys))
    return replace(topology, access=access)


def inline_routes(bootstrap: Path) -> None:
    """Put the routes into the bootstrap: validation does not read files that are watched."""
    document = json.loads(bootstrap.read_text())
    [routes] = json.loads(bootstrap.with_name("routes.json").read_text())["resources"]
    del routes["@type"]
    chain = document["static_resources"]["listeners"][0]["filter_chains"][0]
    manager = chain["filters"][0]["typed_config"]
    del manager["rds"]
    manager["route_config"] = routes
    bootstrap.write_text(json.dumps(document))
