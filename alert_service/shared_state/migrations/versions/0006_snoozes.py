"""Make the table of rules that are silent, and note of which alerts nobody was told for that."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "camplane_alert_snoozes",
        sa.Column("rule_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("camera_id", sa.String(50), primary_key=True),
        sa.Column("until", sa.Double, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    silent = sa.Column("is_silent", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("camplane_alerts", silent)
    # What is still to be told, which is looked for all the time.
    where = sa.text("is_silent AND resolved_at IS NULL")
    op.create_index(
        "camplane_alerts_silent",
        "camplane_alerts",
        ["id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    raise NotImplementedError("an older camplane cannot use this database: restore a backup")
