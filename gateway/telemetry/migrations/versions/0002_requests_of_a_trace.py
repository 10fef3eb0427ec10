"""Keep several requests of a trace, each told from the others by the gateway's span of it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # SQLite changes no primary key: the table is made anew. Which span was the request's is
    # not told for those that are here.
    op.rename_table("traces", "traces_0001")
    op.drop_index("traces_newest", "traces_0001")
    op.drop_index("traces_oldest_of_each", "traces_0001")
    op.create_table(
        "traces",
        sa.Column("trace_id", sa.String(32), primary_key=True),
        sa.Column("span_id", sa.String(16), primary_key=True),
        sa.Column("started", sa.Float, nullable=False),
        sa.Column("context", sa.String, nullable=False),
        sa.Column("rpc", sa.String, nullable=False),
        sa.Column("assigned", sa.String, nullable=False),
        sa.Column("answered", sa.String, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("fallback_reason", sa.String, nullable=False),
        sa.Column("duration_ms", sa.Float, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("pinned", sa.Boolean, nullable=False),
        sa.Column("spans", sa.Integer, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )
    op.execute(
        "INSERT INTO traces (trace_id, span_id, started, context, rpc, assigned, answered, code,"
        " fallback_reason, duration_ms, kind, pinned, spans, document)"
        " SELECT trace_id, '', started, context, rpc, assigned, answered, code,"
        " fallback_reason, duration_ms, kind, pinned, spans, document FROM traces_0001"
    )
    op.drop_table("traces_0001")
    op.create_index("traces_newest", "traces", ["started", "trace_id", "span_id"])
    op.create_index("traces_oldest_of_each", "traces", ["pinned", "started"])


def downgrade() -> None:
    raise NotImplementedError("the tables hold data: restore a backup instead")
