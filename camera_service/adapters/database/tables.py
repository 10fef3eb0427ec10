"""The tables, as queries see them; the migrations make them."""

from sqlalchemy import JSON, BigInteger, Column, Integer, MetaData, String, Table

metadata = MetaData()

# One row an item of cameras.yaml, in its order.
cameras = Table(
    "cameras",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    # Null for an item without an id. Not unique: the file may name one twice.
    Column("camera_id", String),
    # The whole entry; null for an item that is no mapping. `json` on PostgreSQL,
    # not `jsonb`: it keeps the order of keys and the digits of numbers.
    Column("entry", JSON(none_as_null=True)),
)

# One row: the version of cameras.yaml that the cameras above were taken from.
mirror = Table(
    "mirror",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("inode", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
)
