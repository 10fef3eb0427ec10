"""Rules that are silent until a time, as either implementation keeps and reads them."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from alert_service.domain.snooze import Snooze
from alert_service.shared_state.completed import CompletedWrites
from alert_service.shared_state.tables import alert_snoozes
from servicekit.database.connections import Database
from servicekit.database.repeating import repeated

columns = alert_snoozes.c
_SNOOZE = [columns[name] for name in Snooze._fields]


class Snoozes:
    """SnoozeStore on a Database. Every method blocks, and raises as Database does."""

    def __init__(self, database: Database, completed: CompletedWrites) -> None:
        self._database = database
        self._completed = completed
        dialect = sqlite if database.is_sqlite else postgresql
        put = dialect.insert(alert_snoozes)
        changed = {name: put.excluded[name] for name in ("until", "by", "at", "reason")}
        key = [columns.rule_id, columns.camera_id]
        self._put = put.on_conflict_do_update(index_elements=key, set_=changed)

    def put(self, snooze: Snooze) -> None:
        """Keep it in the place of the one before, once for the call's key."""

        def write(connection: Connection) -> int:
            return connection.execute(self._put, snooze._asdict()).rowcount

        self._completed.counted(write)

    def end(self, rule_id: int, camera_id: str) -> bool:
        """Forget it, once for the call's key; return whether there was one."""
        its = (columns.rule_id == rule_id, columns.camera_id == camera_id)

        def write(connection: Connection) -> int:
            return connection.execute(delete(alert_snoozes).where(*its)).rowcount

        return self._completed.counted(write) > 0

    @repeated
    def held(self, now: float) -> Sequence[Snooze]:
        """Return those that are not over, by rule and camera."""
        with self._database.read() as connection:
            return held(connection, now)

    def prune(self, now: float) -> None:
        """Forget those that are over. Idempotent."""
        with self._database.write() as connection:
            connection.execute(delete(alert_snoozes).where(columns.until <= now))


def held(connection: Connection, now: float) -> Sequence[Snooze]:
    """Return those that are not over, within a transaction."""
    query = select(*_SNOOZE).where(columns.until > now).order_by(columns.rule_id, columns.camera_id)
    return [Snooze(*row) for row in connection.execute(query)]
