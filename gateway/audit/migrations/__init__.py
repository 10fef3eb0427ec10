"""Alembic's migrations of audit.db."""
