"""Make the audit log, and what is known of where it begins and how far it has come."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "entries",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.create_table(
        "taken",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("file", sa.String, nullable=False),
        sa.Column("offset", sa.Integer, nullable=False),
    )
    op.create_table(
        "dropped",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    kept = "OLD.number > coalesce((SELECT max(number) FROM dropped), 0)"
    for act, when in (("UPDATE", ""), ("DELETE", f"WHEN {kept}")):
        op.execute(
            f"CREATE TRIGGER entries_no_{act.lower()} BEFORE {act} ON entries {when} "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )


def downgrade() -> None:
    raise NotImplementedError("the tables hold data: restore a backup instead")
