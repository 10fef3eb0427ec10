"""Make the outbox of what channels are told of alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# SQLite gives numbers by itself to a column of exactly this type alone.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "camplane_alert_notifications",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("rule_id", sa.Integer, nullable=False),
        sa.Column("alert_id", sa.Integer),
        sa.Column("message_id", sa.String(50), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Double, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("given_up", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "camplane_alert_notifications_queue",
        "camplane_alert_notifications",
        ["given_up", "channel", "rule_id", "number"],
    )


def downgrade() -> None:
    raise NotImplementedError("an older camplane cannot use this database: restore a backup")
