"""Databases for any context: SQLite in a file, or PostgreSQL by URL, used alike.

Nothing is imported here: who only needs to know what trouble looks like starts without SQLAlchemy.
"""
