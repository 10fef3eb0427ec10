"""The settings of the alert service."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import URL

from servicekit.database.connections import parse_url
from servicekit.settings import Environment, ServerSettings, SettingsError, server_settings
from servicekit.webhooks.channels import parse_channels
from servicekit.webhooks.rules import VARIABLES, WebhookRules
from servicekit.webhooks.target import Target

Implementation = Literal["domain", "legacy"]


@dataclass(frozen=True)
class KeptEvents:
    """How long events are kept, and how many at most."""

    days: float = 7.0
    most: int = 1_000_000

    @property
    def seconds(self) -> float:
        return self.days * 86_400


@dataclass(frozen=True)
class Notifying:
    """Who can be told of alerts, by name, and where that may be."""

    channels: Mapping[str, Target] = field(default_factory=dict)
    rules: WebhookRules = field(default_factory=WebhookRules)


@dataclass(frozen=True)
class AlertSettings:
    """Which implementation answers, on which database, served how."""

    implementation: Implementation
    database_url: URL
    server: ServerSettings
    kept_events: KeptEvents = KeptEvents()
    notifying: Notifying = field(default_factory=Notifying)
    # Where the camera service is whose cameras are followed; "" for none.
    cameras: str = ""


def alert_settings(env: Environment) -> AlertSettings:
    """Read AlertSettings; raises SettingsError.

    CAMPLANE_IMPLEMENTATION, CAMPLANE_ALERT_DATABASE_URL, CAMPLANE_DATA,
    CAMPLANE_ALERT_EVENT_DAYS, CAMPLANE_ALERT_MAX_EVENTS, CAMPLANE_ALERT_CHANNELS,
    CAMPLANE_ALERT_CAMERAS,
    those of servicekit.webhooks.rules, and what
    servicekit.settings.server_settings reads.
    """
    data = env.text("CAMPLANE_DATA", "./camplane-data")
    url = env.text("CAMPLANE_ALERT_DATABASE_URL", f"sqlite:///{data}/alert.db")
    try:
        database_url = parse_url(url)
    except ValueError as error:
        # The value is not repeated: it may hold a password.
        raise SettingsError(f"CAMPLANE_ALERT_DATABASE_URL: {error}") from error
    return AlertSettings(
        _implementation(env),
        database_url,
        server_settings(env),
        _kept_events(env),
        _notifying(env),
        env.text("CAMPLANE_ALERT_CAMERAS"),
    )


def _kept_events(env: Environment) -> KeptEvents:
    return KeptEvents(
        env.number("CAMPLANE_ALERT_EVENT_DAYS", KeptEvents.days, 0.01, 3650),
        int(env.number("CAMPLANE_ALERT_MAX_EVENTS", KeptEvents.most, 1000, 1e9)),
    )


def _notifying(env: Environment) -> Notifying:
    try:
        rules = WebhookRules.told_by({name: env.text(name) for name in VARIABLES})
    except ValueError as error:
        raise SettingsError(str(error)) from error
    try:
        channels = parse_channels(json.loads(env.text("CAMPLANE_ALERT_CHANNELS") or "{}"))
    except json.JSONDecodeError as error:
        raise SettingsError(f"CAMPLANE_ALERT_CHANNELS is no JSON: {error.msg}") from error
    except ValueError as error:
        raise SettingsError(f"CAMPLANE_ALERT_CHANNELS: {error}") from error
    return Notifying(channels, rules)


def _implementation(env: Environment) -> Implementation:
    value = env.text("CAMPLANE_IMPLEMENTATION", "domain")
    if value == "domain":
        return "domain"
    if value == "legacy":
        return "legacy"
    raise SettingsError(f"CAMPLANE_IMPLEMENTATION={value!r}: give domain or legacy")
