"""Make the table of alerts, from when each fires until it is over, and what people said of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# SQLite gives numbers by itself to a column of exactly this type alone.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "camplane_alerts"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("rule_id", sa.Integer, nullable=False),
        sa.Column("rule_name", sa.Text, nullable=False),
        sa.Column("rule_type", sa.Text, nullable=False),
        sa.Column("priority", sa.Text),
        sa.Column("camera_id", sa.String(50), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("event", sa.Text),
        sa.Column("since", sa.Double),
        sa.Column("fired_at", sa.Double, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("events", sa.BigInteger, nullable=False),
        sa.Column("resolved_at", sa.Double),
        sa.Column("is_rule_changed", sa.Boolean, nullable=False),
        sa.Column("history_id", sa.Integer),
        sa.Column("handling", sa.String(20)),
        sa.Column("handled_by", sa.Text),
        sa.Column("handled_at", sa.Double),
        sa.Column("comment", sa.Text),
        sqlite_autoincrement=True,
    )
    fires = sa.text("resolved_at IS NULL")
    only: dict[str, Any] = {"sqlite_where": fires, "postgresql_where": fires}
    # A rule fires for a camera once at a time.
    op.create_index("camplane_alerts_open", TABLE, ["rule_id", "camera_id"], unique=True, **only)
    op.create_index("camplane_alerts_firing", TABLE, ["id"], **only)
    op.create_index("camplane_alerts_rule", TABLE, ["rule_id", "id"])
    op.create_index("camplane_alerts_camera", TABLE, ["camera_id", "id"])
    op.create_index("camplane_alerts_handling", TABLE, ["handling", "id"])
    # All that statistics look at.
    op.create_index("camplane_alerts_day", TABLE, ["day", "rule_id", "camera_id", "handling"])


def downgrade() -> None:
    raise NotImplementedError("an older camplane cannot use this database: restore a backup")
