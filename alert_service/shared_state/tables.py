"""The tables, as queries see them; the migrations make them."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    Text,
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
    # What its answer is made of: the rule that it wrote.
    Column("rule_id", Integer, nullable=False),
    # Unix seconds.
    Column("expires_at", BigInteger, nullable=False),
)
