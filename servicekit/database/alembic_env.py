"""What every context's migrations/env.py does."""

from alembic import context


def run() -> None:
    """Run the migrations on the connection, and in the transaction, that migrate() holds."""
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"], version_table=attributes["version_table"]
    )
    with context.begin_transaction():
        context.run_migrations()
