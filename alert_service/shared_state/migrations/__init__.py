"""Alembic's migrations of the alert database."""
