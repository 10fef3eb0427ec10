"""Make the outbox of the rollout's webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("url", sa.String, primary_key=True),
        sa.Column("secret_env", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.Column("error", sa.String, nullable=False),
        sa.Column("given_up", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("the tables hold data: restore a backup instead")
