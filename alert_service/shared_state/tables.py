"""The tables, as queries see them; the migrations make them."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import UserDefinedType

metadata = MetaData()


class OwnText(UserDefinedType[str]):
    """Text in whatever type the column has: the monolith's may be an enum or a domain.

    Its values are bound without a type, and PostgreSQL takes the column's. Core's
    String casts them to varchar, which no enum takes.
    """

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "VARCHAR"


# A null is written as SQL NULL. JSON's own null, which the monolith wrote into
# some columns, reads as the same None. On PostgreSQL this is `json`, not
# `jsonb`: it keeps the order of keys and the digits of numbers.
JSON_VALUE = JSON(none_as_null=True)
# Never absent, so that its null is JSON's: the monolith's column takes no other.
JSON_OR_ITS_NULL = JSON()

alert_rules = Table(
    "alert_rules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", OwnText, nullable=False),
    Column("camera_id", OwnText),
    Column("rule_type", OwnText, nullable=False),
    Column("conditions", JSON_OR_ITS_NULL),
    Column("notification_channels", JSON_VALUE),
    Column("recipients", JSON_VALUE),
    Column("enabled", Boolean),
    Column("priority", OwnText),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
)

alert_history = Table(
    "alert_history",
    metadata,
    Column("id", Integer, primary_key=True),
    # No foreign key: the history of a deleted rule stays, and so does its number.
    Column("rule_id", Integer),
    Column("camera_id", OwnText),
    Column("alert_type", OwnText, nullable=False),
    Column("message", Text),
    Column("details", JSON_VALUE),
    Column("notification_sent", Boolean),
    Column("notification_channels_used", JSON_VALUE),
    Column("timestamp", DateTime, nullable=False),
)

# The writes that were made for a key (servicekit.idempotency), for as long as
# they must not be made again.
completed_writes = Table(
    "alert_completed_writes",
    metadata,
    Column("key", String(300), primary_key=True),
    # Of the request that the key was first given with.
    Column("digest", String(64), nullable=False),
    # What its answer is made of: the rule that it wrote, or how many alerts.
    Column("rule_id", Integer, nullable=False),
    # Unix seconds.
    Column("expires_at", BigInteger, nullable=False),
)

# What cameras and detectors reported, each once.
alert_events = Table(
    "camplane_alert_events",
    metadata,
    # In the order in which they were stored.
    Column("number", BigInteger, primary_key=True),
    Column("camera_id", String(50), nullable=False),
    Column("event_id", String(100), nullable=False),
    Column("type", String(50), nullable=False),
    # Unix seconds, as all times below.
    Column("time", Double, nullable=False),
    Column("value", Double),
    Column("confidence", Double),
    # JSON.
    Column("labels", Text),
    Column("snapshot", Text),
    Column("received_at", Double, nullable=False),
    UniqueConstraint("camera_id", "event_id"),
)

# What is known of each rule for each camera.
alert_states = Table(
    "camplane_alert_states",
    metadata,
    Column("rule_id", Integer, primary_key=True),
    Column("camera_id", String(50), primary_key=True),
    # A digest of the conditions that the state is of.
    Column("conditions", String(64), nullable=False),
    # JSON: alert_service.evaluation.kept.
    Column("state", Text, nullable=False),
)

# One row: who evaluates (servicekit.lease), and how far that is.
alert_evaluation = Table(
    "camplane_alert_evaluation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token", Integer, nullable=False),
    Column("holder", String(300), nullable=False),
    Column("renewed_at", Double, nullable=False),
    # The number of the last event that was read.
    Column("read_to", BigInteger, nullable=False),
    # Until when all rules were evaluated.
    Column("evaluated_to", Double, nullable=False),
)

# What a channel has yet to be told, or never was: given_up.
alert_notifications = Table(
    "camplane_alert_notifications",
    metadata,
    Column("number", BigInteger, primary_key=True),
    # Its name in the configuration, which knows where it is.
    Column("channel", String(64), nullable=False),
    Column("rule_id", Integer, nullable=False),
    # Of the history's entry, which may have been refused.
    Column("alert_id", Integer),
    # The same at each attempt.
    Column("message_id", String(50), nullable=False),
    # JSON, the same at each attempt.
    Column("body", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("next_at", Double, nullable=False),
    Column("error", Text, nullable=False),
    Column("given_up", Boolean, nullable=False),
)

# Each time that a rule fired for a camera, and what people said of it: domain.raised.RaisedAlert.
raised_alerts = Table(
    "camplane_alerts",
    metadata,
    # Its own: a monolith's history may have taken no entry.
    Column("id", BigInteger, primary_key=True),
    Column("rule_id", Integer, nullable=False),
    # As they were: a rule may be changed and deleted.
    Column("rule_name", Text, nullable=False),
    Column("rule_type", Text, nullable=False),
    Column("priority", Text),
    Column("camera_id", String(50), nullable=False),
    Column("message", Text, nullable=False),
    # JSON.
    Column("event", Text),
    Column("since", Double),
    Column("fired_at", Double, nullable=False),
    # Of fired_at: days since 1970, UTC.
    Column("day", Integer, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("resolved_at", Double),
    Column("is_rule_changed", Boolean, nullable=False),
    Column("is_silent", Boolean, nullable=False),
    Column("history_id", Integer),
    Column("handling", String(20)),
    Column("handled_by", Text),
    Column("handled_at", Double),
    Column("comment", Text),
)

# Rules that are silent until a time: domain.snooze.Snooze.
alert_snoozes = Table(
    "camplane_alert_snoozes",
    metadata,
    Column("rule_id", Integer, primary_key=True),
    # Empty for all cameras.
    Column("camera_id", String(50), primary_key=True),
    Column("until", Double, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("reason", Text, nullable=False),
)
