"""The database behind the ports: SQLite or PostgreSQL, through SQLAlchemy Core."""
