"""Make the statistics of each minute, and the kept traces."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "minutes",
        sa.Column("minute", sa.Integer, primary_key=True),
        sa.Column("figures", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "traces",
        sa.Column("trace_id", sa.String(32), primary_key=True),
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
    op.create_index("traces_newest", "traces", ["started", "trace_id"])
    op.create_index("traces_oldest_of_each", "traces", ["pinned", "started"])


def downgrade() -> None:
    raise NotImplementedError("the tables hold data: restore a backup instead")
