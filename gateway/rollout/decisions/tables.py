"""The rollout's tables, as queries see them; the migrations make them."""

from sqlalchemy import Column, Float, Integer, LargeBinary, MetaData, String, Table, Text

from gateway.chain.log_table import log_table

metadata = MetaData()

# The decision log; triggers let nobody change or delete a row.
decisions = log_table("decisions", metadata, Column("context", String, nullable=False))

# Each plan that was ever begun, by version, whole: the log has no secrets.
plans = Table(
    "plans",
    metadata,
    Column("version", String, primary_key=True),
    Column("document", Text, nullable=False),
)

# One row: who holds the lease. holder: pid, start time and boot of its process.
lease = Table(
    "lease",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token", Integer, nullable=False),
    Column("holder", String, nullable=False),
    Column("renewed_at", Float, nullable=False),
)

# What was counted since the current weight came into force, of each context:
# the control process goes on counting where one before it ended.
stages = Table(
    "stages",
    metadata,
    Column("context", String, primary_key=True),
    Column("since", Float, nullable=False),
    # JSON: StageEvidence.lowest.
    Column("lowest", Text, nullable=False),
    Column("figures", LargeBinary, nullable=False),
    # Of the step, which may have begun later: when that was, and how long it has lasted.
    Column("step_since", Float, nullable=False),
    Column("lasted", Float, nullable=False),
)
