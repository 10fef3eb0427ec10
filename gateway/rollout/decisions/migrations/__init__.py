"""Alembic's migrations of rollout.db."""
