"""`python -m gateway` as the process that it is."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from camplane.gateway.v1 import monitoring_service_pb2, monitoring_service_pb2_grpc

from gateway.proxy.files import write_configuration
from gateway.proxy.topology import Topology
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split

ROOT = Path(__file__).parents[3]


def command(directory: Path | None, *arguments: str) -> tuple[list[str], dict[str, str]]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"}
    environment["CAMPLANE_GATEWAY_DIRECTORY"] = str(directory or "")
    return [sys.executable, "-m", "gateway", *arguments], environment


@pytest.fixture
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="gw-") as folder:
        names = ("control", "camera_domain", "camera_legacy", "alert_domain", "alert_legacy")
        addresses = {name: f"unix:{folder}/{name}.sock" for name in names}
        topology = Topology(admin_socket=f"{folder}/admin.sock", **addresses)
        write_configuration(topology, Routing(Split(0, 0)), Path(folder))
        yield Path(folder)


def test_it_serves_where_the_configuration_says_and_stops_when_told(directory: Path) -> None:
    arguments, environment = command(directory)
    process = subprocess.Popen(arguments, env=environment, stderr=subprocess.DEVNULL)
    try:
        with grpc.insecure_channel(f"unix:{directory}/control.sock") as channel:
            stub = monitoring_service_pb2_grpc.MonitoringServiceStub(channel)
            ping = monitoring_service_pb2.PingRequest()
            assert stub.Ping(ping, timeout=10, wait_for_ready=True).message == "pong"
            # Neither a service nor Envoy runs: it says so, and lives on.
            with pytest.raises(grpc.RpcError) as raised:
                stub.GetHealth(monitoring_service_pb2.GetHealthRequest(), timeout=5)
            assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
            with pytest.raises(grpc.RpcError) as raised:
                stub.GetMetrics(monitoring_service_pb2.GetMetricsRequest(), timeout=5)
            assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
            assert "admin.sock" in raised.value.details()
            assert stub.Ping(ping, timeout=5).message == "pong"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


def test_help_names_every_setting() -> None:
    arguments, environment = command(None, "--help")
    told = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=True)
    assert "CAMPLANE_GATEWAY_DIRECTORY" in told.stdout


def test_without_a_configuration_it_says_what_to_give() -> None:
    arguments, environment = command(Path("/nonexistent"))
    told = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert told.stderr.startswith("error: CAMPLANE_GATEWAY_DIRECTORY='/nonexistent': give")
