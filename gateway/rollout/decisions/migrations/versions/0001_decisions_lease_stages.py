"""Make the decision log, the lease, and what is counted of each stage."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("context", sa.String, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.create_index("decisions_of_context", "decisions", ["context", "number"])
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER decisions_no_{act.lower()} BEFORE {act} ON decisions "
            "BEGIN SELECT RAISE(ABORT, 'the decision log is append-only'); END"
        )
    op.create_table(
        "plans",
        sa.Column("version", sa.String, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "lease",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("renewed_at", sa.Float, nullable=False),
    )
    op.create_table(
        "stages",
        sa.Column("context", sa.String, primary_key=True),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("lowest", sa.Text, nullable=False),
        sa.Column("figures", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("the tables hold data: restore a backup instead")
