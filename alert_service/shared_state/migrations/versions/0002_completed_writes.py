"""Make the table of writes that are not to be made again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "alert_completed_writes",
        sa.Column("key", sa.String(300), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("rule_id", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        # One tree less to write into: each write of a rule writes here, too.
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise NotImplementedError("an older camplane cannot use this database: restore a backup")
