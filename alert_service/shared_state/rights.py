"""Whether the database's user may do what the service does, asked before it serves."""

from sqlalchemy import Function, func, select, text

from servicekit.database.connections import Database
from servicekit.database.trouble import WriteRefusedError, describe

_CHANGED = ("SELECT", "INSERT", "UPDATE", "DELETE")
# Entries of the history are detached where a foreign key would take them along.
_NEEDED = {
    "alert_rules": _CHANGED,
    "alert_history": ("SELECT", "UPDATE"),
    "alert_completed_writes": _CHANGED,
}
# A serial column's; an identity's asks for none.
_SEQUENCE = text(
    "SELECT seq FROM pg_attribute, pg_get_serial_sequence('alert_rules', 'id') AS seq "
    "WHERE attrelid = 'alert_rules'::regclass AND attname = 'id' AND attidentity = '' "
    "AND NOT has_sequence_privilege(seq, 'USAGE')"
)


def require_rights(database: Database) -> None:
    """Raise WriteRefusedError that says which rights are missing; on PostgreSQL alone."""
    if database.is_sqlite:
        return
    if missing := _missing(database):
        grants = "; ".join(f"GRANT {what} TO {database.url.username}" for what in missing)
        raise WriteRefusedError(
            f"the {database.name} database ({describe(database.url)}) does not let its user do "
            f"what camplane does: {grants}"
        )


def _missing(database: Database) -> list[str]:
    with database.read() as connection:
        missing = [
            f"{right} ON {table}"
            for table, rights in _NEEDED.items()
            for right in rights
            if not connection.execute(select(_has(table, right))).scalar_one()
        ]
        sequence = connection.execute(_SEQUENCE).scalar()
    return missing + ([f"USAGE ON SEQUENCE {sequence}"] if sequence else [])


def _has(table: str, right: str) -> Function[bool]:
    if right == "DELETE":
        return func.has_table_privilege(table, right)
    # Of some columns will do: the database names one that is missing when it is asked for.
    return func.has_any_column_privilege(table, right)
