"""What `camplane up` can be told in a file; docs/configuration.md explains each key."""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from gateway.launcher.certificates import parse_certificates
from gateway.launcher.issuers import parse_issuers
from gateway.launcher.rate import parse_rate
from gateway.launcher.tls import parse_tls
from gateway.proxy.topology import OFF, ON, OPEN, REQUIRED, SHADOW, Certificate, Issuer, Rate, Tls
from servicekit import strict_yaml
from servicekit.webhooks.channels import parse_channels
from servicekit.webhooks.target import Target

OTLP_VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"


class ConfigurationError(Exception):
    """The file cannot be used; the text names the key and what it takes."""


@dataclass(frozen=True)
class Configuration:
    """The file's content, defaults where it is silent.

    old_http: host:port of the monolith itself, to be the old side; old_limits: what is
    asked of it (gateway.proxy.topology.OldServer); lock_old_writes: its writes of cameras
    are passed on under locks.
    tracing: requests are traced, and the two paths compared.
    otlp_endpoint: host:port of an OTLP/gRPC receiver that all spans are sent on to.
    cameras_file: a cameras.yaml to be worked on in place, where it lies.
    rate: what one client may ask for; None for no limit.
    tls: the certificate of the port; None for no TLS.
    access_mode, access_pass_through, issuers, certificates: see gateway.proxy.topology.Access.
    worker_command: see docs/worker-contract.md. worker_env: what cameras may set, as
    CAMPLANE_WORKER_ENV_ALLOW says it.
    camera_schemes, camera_file_roots, camera_networks: where cameras may point;
    webhook_networks, webhook_secrets: where webhooks go, and what signs them. As the services
    read them from their environment, networks by `allow`, `deny` and `loopback`.
    camera_entry_bytes, camera_entry_keys: how large a camera's entry may be.
    alert_event_days, alert_max_events: how long events are kept, and how many at most.
    alert_channels: who can be told of alerts, by name.
    """

    old_http: str | None = None
    old_limits: Mapping[str, float] = field(default_factory=dict)
    lock_old_writes: bool = True
    cameras_file: Path | None = None
    worker_command: str | None = None
    worker_env: str | None = None
    camera_schemes: str | None = None
    camera_file_roots: str | None = None
    camera_networks: Mapping[str, str] = field(default_factory=dict)
    camera_entry_bytes: float | None = None
    camera_entry_keys: float | None = None
    webhook_networks: Mapping[str, str] = field(default_factory=dict)
    webhook_secrets: str | None = None
    camera_database: str | None = None
    alert_database: str | None = None
    alert_event_days: float | None = None
    alert_max_events: float | None = None
    alert_channels: Mapping[str, Target] = field(default_factory=dict)
    tracing: bool = True
    otlp_endpoint: str | None = None
    cors_origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    rate: Rate | None = None
    tls: Tls | None = None
    access_mode: str = OFF
    access_pass_through: str = OPEN
    issuers: tuple[Issuer, ...] = ()
    certificates: tuple[Certificate, ...] = ()


_KEYS = {
    "legacy": {"http": "old_http", "limits": "old_limits", "lock_writes": "lock_old_writes"},
    "cameras": {
        "file": "cameras_file",
        "schemes": "camera_schemes",
        "file_roots": "camera_file_roots",
        "networks": "camera_networks",
        "entry_bytes": "camera_entry_bytes",
        "entry_keys": "camera_entry_keys",
    },
    "webhooks": {"networks": "webhook_networks", "secret_env": "webhook_secrets"},
    "alerts": {
        "event_days": "alert_event_days",
        "max_events": "alert_max_events",
        "channels": "alert_channels",
    },
    "worker": {"command": "worker_command", "env": "worker_env"},
    "databases": {"camera": "camera_database", "alert": "alert_database"},
    "telemetry": {"enabled": "tracing", "otlp_endpoint": "otlp_endpoint"},
    "gateway": {
        "cors_origins": "cors_origins",
        "hosts": "hosts",
        "trusted_proxies": "trusted_proxies",
        "limits": "limits",
        "tls": "tls",
        "rate": "rate",
    },
    "access": {
        "mode": "access_mode",
        "pass_through": "access_pass_through",
        "issuers": "issuers",
        "certificates": "certificates",
    },
}
# Keys whose values have a form of their own; ValueError with what is wrong.
_PARSERS: Mapping[str, Callable[[Any, Path], Any]] = {
    "issuers": parse_issuers,
    "certificates": lambda value, _: parse_certificates(value),
    "tls": parse_tls,
    "rate": lambda value, _: parse_rate(value),
    "alert_channels": lambda value, _: parse_channels(value),
}
_CHOICES = {"access_mode": (OFF, SHADOW, ON), "access_pass_through": (OPEN, REQUIRED)}


# As the services take them.
_WITHIN = {
    "alert_event_days": (0.01, 3650.0),
    "alert_max_events": (1000.0, 1e9),
    "camera_entry_bytes": (1024.0, 2.0**20),
    "camera_entry_keys": (10.0, 50_000.0),
}
_HOST_NAME = re.compile(r"(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\*?|\*")
_SCHEME = re.compile(r"[a-z][a-z0-9+]*")
_HOST_AND_PORT = re.compile(r"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")


def read_configuration(
    path: Path | None, environment: Mapping[str, str] = MappingProxyType({})
) -> Configuration:
    """Return the file's configuration; all defaults without a file.

    environment: OTEL_EXPORTER_OTLP_ENDPOINT counts where the file names no endpoint.
    """
    configuration = Configuration() if path is None else _read(path)
    if configuration.otlp_endpoint is None and environment.get(OTLP_VARIABLE):
        endpoint = _host_and_port(OTLP_VARIABLE, environment[OTLP_VARIABLE])
        return replace(configuration, otlp_endpoint=endpoint)
    return configuration


def _read(path: Path) -> Configuration:
    try:
        data = strict_yaml.load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        cause = " ".join(str(error).split())
        raise ConfigurationError(f"{path} is malformed: {cause}") from error
    return parse_configuration(data or {}, path.parent)


def parse_configuration(data: Any, folder: Path) -> Configuration:
    """Return what `data` says; paths are relative to `folder`."""
    found: dict[str, Any] = {}
    for section, keys in _mapping("the file", data).items():
        if section not in _KEYS:
            raise ConfigurationError(f"unknown key {section!r}; there are {', '.join(_KEYS)}")
        for key, value in _mapping(section, keys).items():
            name = _KEYS[section].get(key)
            if name is None:
                known = ", ".join(_KEYS[section])
                raise ConfigurationError(f"unknown key {section}.{key}; there are {known}")
            found[name] = _value(f"{section}.{key}", name, value, folder)
    return Configuration(**found)


def _host_and_port(key: str, value: str) -> str:
    """Return "host:port", of which people write URLs."""
    address = value.removeprefix("http://").rstrip("/")
    if not _HOST_AND_PORT.fullmatch(address):
        raise ConfigurationError(f"{key}: {value!r} is no host:port, such as 127.0.0.1:8000")
    return address


def _host_names(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ConfigurationError(f"{key} must be a list of names")
    for name in value:
        if not _HOST_NAME.fullmatch(name):
            raise ConfigurationError(
                f"{key}: {name!r} is no name: give cams.example or *.example, without a port"
            )
    return tuple(value)


def _networks(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ConfigurationError(f"{key} must be a list of addresses and networks")
    for network in value:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise ConfigurationError(f"{key}: {error}; give 10.0.0.7 or 10.0.0.0/8") from error
    return tuple(value)


def _one_of(key: str, value: Any, choices: tuple[str, ...]) -> str:
    if isinstance(value, bool):  # YAML reads `on` and `off` so
        value = ON if value else OFF
    if value not in choices:
        raise ConfigurationError(f"{key} must be one of {', '.join(choices)}")
    return str(value)


def _allowed_variables(key: str, value: Any) -> str:
    allowed = _mapping(key, value).get("allow")
    if set(value) != {"allow"} or not isinstance(allowed, list):
        raise ConfigurationError(f"{key} must hold `allow`, a list of names, and nothing else")
    return _variables(f"{key}.allow", allowed)


def _variables(key: str, value: Any) -> str:
    return _joined(key, value, _VARIABLE, "name, nor a beginning such as REDIS_*")


def _joined(key: str, value: Any, pattern: re.Pattern[str], what: str) -> str:
    """Return a list of words as a service reads it."""
    if not isinstance(value, list):
        raise ConfigurationError(f"{key} must be a list")
    for one in value:
        if not isinstance(one, str) or not pattern.fullmatch(one):
            raise ConfigurationError(f"{key}: {one!r} is no {what}")
    # A comma alone: nothing at all. Empty would be silence.
    return ",".join(value) or ","


def _allowed_networks(key: str, value: Any) -> dict[str, str]:
    found = dict(_mapping(key, value))
    if not set(found) <= {"allow", "deny", "loopback"}:
        raise ConfigurationError(
            f"{key} holds `allow` and `deny`, lists of networks, and `loopback`, true or false"
        )
    if found.get("allow") == []:
        raise ConfigurationError(f"{key}.allow is empty: leave it out for any network")
    loopback = found.pop("loopback", None)
    if loopback is not None and not isinstance(loopback, bool):
        raise ConfigurationError(f"{key}.loopback must be true or false")
    said = {one: ",".join(_networks(f"{key}.{one}", found[one])) or "," for one in found}
    return said if loopback is None else {**said, "loopback": str(loopback).lower()}


def _file_roots(key: str, value: Any, folder: Path) -> str:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise ConfigurationError(f"{key} must be a list of folders, and not empty")
    if split := [one for one in value if os.pathsep in one]:
        raise ConfigurationError(f"{key}: {split[0]!r} has a {os.pathsep!r} in its name")
    return os.pathsep.join(str((folder / one).absolute()) for one in value)


def _mapping(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigurationError(f"{name} must be a mapping")
    return value


def _number(key: str, value: Any, least: float, most: float) -> float:
    if type(value) not in (int, float) or not least <= value <= most:
        raise ConfigurationError(f"{key} must be a number from {least:g} to {most:g}")
    return float(value)


def _limits(key: str, value: Any, may_be_none: bool) -> dict[str, float]:
    """Return limits by name; where there may be none of a kind, that is a 0."""
    limits = _mapping(key, value)
    if not all(
        type(one) in (int, float) and (one > 0 or (may_be_none and one == 0))
        for one in limits.values()
    ):
        least = "numbers of 0 or more" if may_be_none else "numbers above 0"
        raise ConfigurationError(f"{key} must hold {least}")
    return limits


def _value(key: str, name: str, value: Any, folder: Path) -> Any:
    if name in ("limits", "old_limits"):
        return _limits(key, value, may_be_none=name == "old_limits")
    if name in ("tracing", "lock_old_writes"):
        if not isinstance(value, bool):
            raise ConfigurationError(f"{key} must be true or false")
        return value
    if name == "cors_origins":
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise ConfigurationError(f"{key} must be a list of regular expressions")
        for pattern in value:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ConfigurationError(f"{key}: {pattern!r} is malformed: {error}") from error
        return tuple(value)
    if name == "hosts":
        return _host_names(key, value)
    if name == "trusted_proxies":
        return _networks(key, value)
    if name in _CHOICES:
        return _one_of(key, value, _CHOICES[name])
    if parse := _PARSERS.get(name):
        try:
            return parse(value, folder)
        except ValueError as error:
            raise ConfigurationError(f"{key}: {error}") from error
    if name == "worker_env":
        return _allowed_variables(key, value)
    if name in ("camera_networks", "webhook_networks"):
        return _allowed_networks(key, value)
    if name == "camera_schemes":
        return _joined(key, value, _SCHEME, "scheme, such as rtsp")
    if name == "camera_file_roots":
        return _file_roots(key, value, folder)
    if name in _WITHIN:
        return _number(key, value, *_WITHIN[name])
    if name == "webhook_secrets":
        return _variables(key, value)
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{key} must be a non-empty string")
    if name in ("old_http", "otlp_endpoint"):
        return _host_and_port(key, value)
    return (folder / value).absolute() if name == "cameras_file" else value
