"""Alembic's migrations of the camera database."""
