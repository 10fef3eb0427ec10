"""Alembic's migrations of gateway.db."""
