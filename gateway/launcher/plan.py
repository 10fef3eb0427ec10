"""Which processes make up a camplane on one machine, and what each is told."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from gateway.access.place import AccessPlace, access_place
from gateway.launcher.children import ChildSpec
from gateway.launcher.configuration import OTLP_VARIABLE, Configuration, ConfigurationError
from gateway.proxy.topology import LOCAL_ORIGINS, LOOPBACK, ON, Access, Limits, OldServer, Topology
from servicekit.webhooks.channels import channels_json

CONTEXTS = ("camera", "alert")

L = TypeVar("L", Limits, OldServer)


@dataclass(frozen=True)
class Place:
    """The folders of one camplane.

    data: holds all state. sockets: a folder for Unix sockets, gone at the end.
    """

    data: Path
    sockets: Path

    @property
    def envoy(self) -> Path:
        return self.data / "envoy"

    @property
    def rollouts(self) -> Path:
        """The database of the rollouts' decisions."""
        return self.data / "rollout.db"

    @property
    def audit(self) -> Path:
        """The database of who wrote what, and who was refused."""
        return self.data / "audit.db"

    @property
    def access(self) -> AccessPlace:
        return access_place(self.data)

    def log(self, name: str) -> Path:
        """The log of a process, such as "camera/domain"."""
        return self.data / "logs" / f"{name.replace('/', '-')}.log"

    def address(self, name: str) -> str:
        """Where a service listens."""
        return f"unix:{self.sockets / name.replace('/', '-')}.sock"

    def metrics(self, name: str) -> str:
        """Where a service offers its metrics."""
        return self.address(f"metrics/{name}")


def topology(place: Place, configuration: Configuration, host: str, port: int) -> Topology:
    """Return what Envoy stands between."""
    limits = _filled(Limits, "gateway.limits", configuration.limits)
    old_server = _filled(OldServer, "legacy.limits", configuration.old_limits)
    old = configuration.old_http
    tls = configuration.tls
    if configuration.certificates and (tls is None or not tls.client_ca):
        raise ConfigurationError(
            "access.certificates needs gateway.tls.client_ca, which says who vouches for them"
        )
    return Topology(
        admin_socket=str(place.sockets / "envoy-admin.sock"),
        control=place.address("control"),
        camera_domain=place.address("camera/domain"),
        alert_domain=place.address("alert/domain"),
        camera_legacy="" if old else place.address("camera/legacy"),
        alert_legacy="" if old else place.address("alert/legacy"),
        host=host,
        port=port,
        old_http=old,
        lock_old_writes=configuration.lock_old_writes,
        # The control process takes the spans, and sends them on.
        otlp_endpoint=place.address("control") if configuration.tracing else None,
        cors_origins=(*_own_origins(configuration), *configuration.cors_origins),
        hosts=configuration.hosts,
        trusted_proxies=(*LOOPBACK, *configuration.trusted_proxies),
        limits=limits,
        old_server=old_server,
        access=Access(
            mode=configuration.access_mode,
            pass_through=configuration.access_pass_through,
            public_keys=str(place.access.public_keys),
            issuers=configuration.issuers,
            certificates=configuration.certificates,
        ),
        rate=configuration.rate,
        tls=tls,
        error_log=str(place.log("gateway-errors")),
        audit_log=str(place.log("gateway-audit")),
        metrics={name: place.metrics(name) for name in ("control", *service_names(configuration))},
    )


def _own_origins(configuration: Configuration) -> tuple[str, ...]:
    """Return the origins whose pages may call without being named: any port's of this machine.

    None where people log in: another port's server may be anybody's, and browsers send a
    login's cookie to all ports of a host alike. The gateway's own page needs no leave.
    """
    return () if configuration.access_mode == ON else LOCAL_ORIGINS


def _filled(kind: type[L], key: str, said: Mapping[str, Any]) -> L:
    """Return limits of a kind, defaults where the configuration is silent."""
    try:
        return kind(**said)
    except TypeError as error:
        known = ", ".join(field.name for field in fields(kind))
        raise ConfigurationError(f"{key} holds an unknown key; there are {known}") from error


def service_names(configuration: Configuration) -> list[str]:
    """Return the services of both contexts; an old HTTP server takes the place of legacy."""
    implementations = ("domain",) if configuration.old_http else ("legacy", "domain")
    return [f"{context}/{one}" for context in CONTEXTS for one in implementations]


def services(place: Place, configuration: Configuration) -> list[ChildSpec]:
    """Return the processes of the services."""
    return [
        ChildSpec(
            name=name,
            command=(sys.executable, "-m", f"{name.partition('/')[0]}_service"),
            log=place.log(name),
            environment=service_environment(place, configuration)
            | {
                "CAMPLANE_IMPLEMENTATION": name.partition("/")[2],
                "CAMPLANE_LISTEN": place.address(name),
                "CAMPLANE_METRICS_LISTEN": place.metrics(name),
            }
            | (alert_environment(place, configuration) if name.startswith("alert/") else {}),
            # A camera that was stopped on purpose stays stopped when a service
            # crashes; only a new `up` starts what is to start by itself.
            on_restart={"CAMPLANE_AUTO_START": "false"},
        )
        for name in service_names(configuration)
    ]


def service_environment(place: Place, configuration: Configuration) -> dict[str, str]:
    """Return what all services are told; what the configuration does not say, they inherit."""
    said = {
        "CAMPLANE_DATA": place.data,
        "CAMPLANE_TOKENS_FILE": place.access.tokens,
        "CAMPLANE_REQUEST_BYTES": configuration.limits.get("request_bytes"),
        "CAMPLANE_CAMERAS_FILE": configuration.cameras_file,
        "CAMPLANE_WORKER_COMMAND": configuration.worker_command,
        "CAMPLANE_WORKER_ENV_ALLOW": configuration.worker_env,
        "CAMPLANE_CAMERA_SCHEMES": configuration.camera_schemes,
        "CAMPLANE_CAMERA_FILE_ROOTS": configuration.camera_file_roots,
        "CAMPLANE_CAMERA_NETWORKS_ALLOW": configuration.camera_networks.get("allow"),
        "CAMPLANE_CAMERA_NETWORKS_DENY": configuration.camera_networks.get("deny"),
        "CAMPLANE_CAMERA_LOOPBACK": configuration.camera_networks.get("loopback"),
        "CAMPLANE_CAMERA_ENTRY_BYTES": configuration.camera_entry_bytes,
        "CAMPLANE_CAMERA_ENTRY_KEYS": configuration.camera_entry_keys,
        "CAMPLANE_WEBHOOK_NETWORKS_ALLOW": configuration.webhook_networks.get("allow"),
        "CAMPLANE_WEBHOOK_NETWORKS_DENY": configuration.webhook_networks.get("deny"),
        "CAMPLANE_WEBHOOK_LOOPBACK": configuration.webhook_networks.get("loopback"),
        "CAMPLANE_WEBHOOK_SECRETS": configuration.webhook_secrets,
        "CAMPLANE_CAMERA_DATABASE_URL": configuration.camera_database,
        "CAMPLANE_ALERT_DATABASE_URL": configuration.alert_database,
        "CAMPLANE_ALERT_EVENT_DAYS": configuration.alert_event_days,
        "CAMPLANE_ALERT_MAX_EVENTS": configuration.alert_max_events,
        # Empty, so that one in our own environment does not reach them.
        OTLP_VARIABLE: place.address("control") if configuration.tracing else "",
        # For Envoy alone, which has it from a file.
        **dict.fromkeys(_secret_variables(configuration), ""),
    }
    return {name: str(value) for name, value in said.items() if value is not None}


def alert_environment(place: Place, configuration: Configuration) -> dict[str, str]:
    """Return what the alert services alone are told: URLs of channels are secrets with many."""
    found = {"CAMPLANE_ALERT_CAMERAS": place.address("camera/domain")}
    if channels := channels_json(configuration.alert_channels):
        found["CAMPLANE_ALERT_CHANNELS"] = json.dumps(channels)
    return found


def _secret_variables(configuration: Configuration) -> list[str]:
    logins = [one.login for one in configuration.issuers if one.login is not None]
    return [one.secret_env for one in logins if one.secret_env]


def control(place: Place, configuration: Configuration) -> ChildSpec:
    """Return the control process beside Envoy; its endpoint is where spans are sent on to."""
    upstream = configuration.otlp_endpoint
    return ChildSpec(
        name="control",
        command=(sys.executable, "-m", "gateway"),
        log=place.log("control"),
        environment=service_environment(place, configuration)
        | {
            "CAMPLANE_LISTEN": place.address("control"),
            "CAMPLANE_METRICS_LISTEN": place.metrics("control"),
            "CAMPLANE_GATEWAY_DIRECTORY": str(place.envoy),
            "CAMPLANE_GATEWAY_DATABASE": str(place.data / "gateway.db"),
            "CAMPLANE_ROLLOUT_DATABASE": str(place.rollouts),
            "CAMPLANE_AUDIT_DATABASE": str(place.audit),
            OTLP_VARIABLE: f"http://{upstream}" if upstream else "",
        },
    )


def envoy(place: Place, command: Sequence[str]) -> ChildSpec:
    """Return Envoy itself."""
    return ChildSpec(name="envoy", command=command, log=place.log("envoy"))
