"""The two tables, as queries see them; the migrations make them."""

from sqlalchemy import JSON, Boolean, Column, DateTime, Integer, MetaData, String, Table, Text

metadata = MetaData()

# A null is written as SQL NULL. JSON's own null, which the monolith wrote into
# some columns, reads as the same None. On PostgreSQL this is `json`, not
# `jsonb`: it keeps the order of keys and the digits of numbers.
JSON_VALUE = JSON(none_as_null=True)

alert_rules = Table(
    "alert_rules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("camera_id", String(50)),
    Column("rule_type", String(50), nullable=False),
    Column("conditions", JSON_VALUE),
    Column("notification_channels", JSON_VALUE),
    Column("recipients", JSON_VALUE),
    Column("enabled", Boolean),
    Column("priority", String(20)),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
)

alert_history = Table(
    "alert_history",
    metadata,
    Column("id", Integer, primary_key=True),
    # No foreign key: the history of a deleted rule stays, and so does its number.
    Column("rule_id", Integer),
    Column("camera_id", String(50)),
    Column("alert_type", String(50), nullable=False),
    Column("message", Text),
    Column("details", JSON_VALUE),
    Column("notification_sent", Boolean),
    Column("notification_channels_used", JSON_VALUE),
    Column("timestamp", DateTime, nullable=False),
)
