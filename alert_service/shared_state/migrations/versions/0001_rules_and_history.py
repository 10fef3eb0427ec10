"""Make the rules and the history, or take over those of the monolith's database.

A table that is there is left as it is, without so much as an index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Declared as JSON, SQLite would take a column for a numeric one, and store the
# text 0 as the number 0 and a long integer as a float.
JSON_TEXT = sa.JSON().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    # Not IF NOT EXISTS: that looks into the one schema that new tables come into, and
    # the monolith's may lie in another of the search path.
    present = sa.inspect(op.get_bind())
    if not present.has_table("alert_rules"):
        _make_rules()
    if not present.has_table("alert_history"):
        _make_history()


def _make_rules() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("camera_id", sa.String(50)),
        sa.Column("rule_type", sa.String(50), nullable=False),
        sa.Column("conditions", JSON_TEXT),
        sa.Column("notification_channels", JSON_TEXT),
        sa.Column("recipients", JSON_TEXT),
        sa.Column("enabled", sa.Boolean),
        sa.Column("priority", sa.String(20)),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("updated_at", sa.DateTime, nullable=False),
        # As on PostgreSQL, the id of a deleted rule is never given again:
        # the history refers to it.
        sqlite_autoincrement=True,
    )


def _make_history() -> None:
    op.create_table(
        "alert_history",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("rule_id", sa.Integer),
        sa.Column("camera_id", sa.String(50)),
        sa.Column("alert_type", sa.String(50), nullable=False),
        sa.Column("message", sa.Text),
        sa.Column("details", JSON_TEXT),
        sa.Column("notification_sent", sa.Boolean),
        sa.Column("notification_channels_used", JSON_TEXT),
        sa.Column("timestamp", sa.DateTime, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("camplane_alert_history_newest", "alert_history", ["timestamp", "id"])


def downgrade() -> None:
    raise NotImplementedError("the tables hold data: restore a backup instead")
