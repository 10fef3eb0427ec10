"""Make the cameras, and the mark of the file they mirror."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Declared as JSON, SQLite would take a column for a numeric one.
JSON_TEXT = sa.JSON().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cameras",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("camera_id", sa.String),
        sa.Column("entry", JSON_TEXT),
    )
    op.create_table(
        "mirror",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("inode", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("mirror")
    op.drop_table("cameras")
