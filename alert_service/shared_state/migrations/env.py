"""Runs the migrations on the connection that servicekit's migrate() holds."""

from servicekit.database import alembic_env

alembic_env.run()
