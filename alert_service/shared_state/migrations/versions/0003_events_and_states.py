"""Make the tables of events, and of what is known of each rule that they are held against."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# SQLite gives numbers by itself to a column of exactly this type alone.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "camplane_alert_events",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("camera_id", sa.String(50), nullable=False),
        sa.Column("event_id", sa.String(100), nullable=False),
        sa.Column("type", sa.String(50), nullable=False),
        sa.Column("time", sa.Double, nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("confidence", sa.Double),
        sa.Column("labels", sa.Text),
        sa.Column("snapshot", sa.Text),
        sa.Column("received_at", sa.Double, nullable=False),
        sa.UniqueConstraint("camera_id", "event_id"),
        # A number is never given again: who reads on remembers the last one.
        sqlite_autoincrement=True,
    )
    op.create_index("camplane_alert_events_time", "camplane_alert_events", ["time"])
    op.create_table(
        "camplane_alert_states",
        sa.Column("rule_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("camera_id", sa.String(50), primary_key=True),
        sa.Column("conditions", sa.String(64), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    evaluation = op.create_table(
        "camplane_alert_evaluation",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("holder", sa.String(300), nullable=False),
        sa.Column("renewed_at", sa.Double, nullable=False),
        sa.Column("read_to", NUMBER, nullable=False),
        sa.Column("evaluated_to", sa.Double, nullable=False),
    )
    # Of nobody: who takes the lease finds a row to lock.
    nobody = {"token": 0, "holder": "", "renewed_at": 0.0}
    op.bulk_insert(evaluation, [{"id": 1, **nobody, "read_to": 0, "evaluated_to": 0.0}])


def downgrade() -> None:
    raise NotImplementedError("an older camplane cannot use this database: restore a backup")
