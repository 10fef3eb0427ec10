"""Settings come from the environment, once, at start; `--help` of a service lists them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from servicekit.flags import parse_flag
from servicekit.telemetry import TelemetrySettings


class SettingsError(Exception):
    """A setting cannot be used; the message names it and says what it takes."""


class Environment:
    """Reads typed values from environment variables, and says which one is wrong."""

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = os.environ if variables is None else variables

    def text(self, name: str, default: str = "") -> str:
        """Return the variable, or `default` when it is unset or empty."""
        return self._variables.get(name) or default

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """Return the variable as a number within [low, high]."""
        text = self.text(name)
        if not text:
            return default
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise SettingsError(f"{name}={text!r}: give a number from {low:g} to {high:g}")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Return the variable as a truth value."""
        text = self.text(name)
        try:
            return parse_flag(text) if text else default
        except ValueError as error:
            raise SettingsError(f"{name}={error}") from error


@dataclass(frozen=True)
class ServerSettings:
    """What every service's server takes.

    address: where it listens, such as unix:/run/camplane/camera-domain.sock or
        127.0.0.1:50051; port 0 lets the kernel choose.
    grace_seconds: how long running calls may take to finish at a stop.
    request_bytes: how large the body of a request may be that the gateway lets through.
    metrics_address: where Prometheus may ask, written as `address`; empty for nowhere.
    tokens_file: where the gateway keeps which tokens are revoked; None where there is no gateway.
    """

    address: str = "127.0.0.1:0"
    grace_seconds: float = 5.0
    request_bytes: int = 1 << 20
    metrics_address: str = ""
    tokens_file: Path | None = None
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)


def server_settings(env: Environment) -> ServerSettings:
    """Read ServerSettings.

    CAMPLANE_LISTEN, CAMPLANE_GRACE_SECONDS, CAMPLANE_METRICS_LISTEN, CAMPLANE_TOKENS_FILE,
    CAMPLANE_REQUEST_BYTES, OTEL_EXPORTER_OTLP_ENDPOINT, CAMPLANE_TRACE_SAMPLES_PER_SECOND,
    CAMPLANE_TRACE_SLOW_MS.
    """
    return ServerSettings(
        address=env.text("CAMPLANE_LISTEN", "127.0.0.1:0"),
        grace_seconds=env.number("CAMPLANE_GRACE_SECONDS", 5.0, 0, 300),
        request_bytes=int(env.number("CAMPLANE_REQUEST_BYTES", 1 << 20, 1, 1 << 40)),
        metrics_address=_metrics_address(env),
        tokens_file=Path(tokens) if (tokens := env.text("CAMPLANE_TOKENS_FILE")) else None,
        telemetry=TelemetrySettings(
            endpoint=env.text("OTEL_EXPORTER_OTLP_ENDPOINT"),
            samples_per_second=env.number("CAMPLANE_TRACE_SAMPLES_PER_SECOND", 20, 0, 1e6),
            slow_ms=env.number("CAMPLANE_TRACE_SLOW_MS", 500, 0, 1e9),
        ),
    )


def _metrics_address(env: Environment) -> str:
    address = env.text("CAMPLANE_METRICS_LISTEN")
    host, _, port = address.rpartition(":")
    if address and not address.startswith("unix:/") and not (host and port.isdecimal()):
        raise SettingsError(
            f"CAMPLANE_METRICS_LISTEN={address!r}: give unix:/absolute/path or host:port"
        )
    return address
