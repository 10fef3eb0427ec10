"""The audit log's tables, as queries see them; the migrations make them."""

from sqlalchemy import Column, Integer, MetaData, String, Table

from gateway.chain.log_table import log_table

metadata = MetaData()

entries = log_table("entries", metadata)

# One row: how far Envoy's log has been taken up. file: tells one file from the next.
taken = Table(
    "taken",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file", String, nullable=False),
    Column("offset", Integer, nullable=False),
)

# One row: the newest of the entries that were dropped for their age; the chain begins behind it.
dropped = Table(
    "dropped",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("hash", String, nullable=False),
)
