"""The two tables, as queries see them; the migrations make them."""

from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, MetaData, String, Table

metadata = MetaData()

# One row a minute: gateway.telemetry.time_buckets.Packed as bytes.
minutes = Table(
    "minutes",
    metadata,
    Column("minute", Integer, primary_key=True),
    Column("figures", LargeBinary, nullable=False),
)

# One row a request that is kept; `document` holds its spans, `span_id` is the gateway's of it:
# "" where the release that kept it took all requests of a trace for one.
traces = Table(
    "traces",
    metadata,
    Column("trace_id", String(32), primary_key=True),
    Column("span_id", String(16), primary_key=True),
    Column("started", Float, nullable=False),
    Column("context", String, nullable=False),
    Column("rpc", String, nullable=False),
    Column("assigned", String, nullable=False),
    Column("answered", String, nullable=False),
    Column("code", String, nullable=False),
    Column("fallback_reason", String, nullable=False),
    Column("duration_ms", Float, nullable=False),
    Column("kind", String, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Column("spans", Integer, nullable=False),
    Column("document", LargeBinary, nullable=False),
)
