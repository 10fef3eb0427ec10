"""Commands in, records out: the plain data that the servicers and both implementations share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

# A JSON value: dict, list, str, int, float, bool or None.
Json = Any
# The text of one, as a column holds it: whoever needs the value parses it.
JsonText = str

UPDATABLE_FIELDS = (
    "name",
    "camera_id",
    "rule_type",
    "conditions",
    "notification_channels",
    "recipients",
    "enabled",
    "priority",
)


@dataclass(frozen=True, slots=True)
class Part:
    """Ask by number: from this one on, that one included, and for at most so many."""

    first: int
    most: int


@dataclass(frozen=True, slots=True)
class ListRules:
    """Ask for rules. None in a field means: whatever it is; no `part`: for all of them."""

    camera_id: str | None = None
    enabled: bool | None = None
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class CreateRule:
    """Ask for a new rule; every value is valid and final."""

    name: str
    camera_id: str | None
    rule_type: str
    conditions: Json
    notification_channels: Json
    recipients: Json
    enabled: bool | None
    priority: str | None


@dataclass(frozen=True, slots=True)
class UpdateRule:
    """Ask for new values of some of UPDATABLE_FIELDS; empty `changes` change nothing."""

    rule_id: int
    changes: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ListHistory:
    """Ask for at most `limit` alerts, or for a part of all of them.

    None in a field means: whatever it is.
    """

    limit: int
    camera_id: str | None = None
    alert_type: str | None = None
    part: Part | None = None


class Rule(NamedTuple):
    """An alert rule as it is stored. Times are UTC without a zone.

    A table taken over from the monolith may lack a time.
    """

    id: int
    name: str
    camera_id: str | None
    rule_type: str
    conditions: JsonText | None
    notification_channels: JsonText | None
    recipients: JsonText | None
    enabled: bool | None
    priority: str | None
    created_at: datetime | None
    updated_at: datetime | None


class Alert(NamedTuple):
    """An entry of the history. Times are UTC without a zone."""

    id: int
    rule_id: int | None
    camera_id: str | None
    alert_type: str
    message: str | None
    details: JsonText | None
    notification_sent: bool | None
    notification_channels_used: JsonText | None
    timestamp: datetime | None
