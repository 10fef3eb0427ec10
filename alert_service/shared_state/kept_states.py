"""What is known of rules: either implementation tells, and one evaluator writes."""

from collections.abc import Sequence

from sqlalchemy import select, tuple_

from alert_service.evaluation.evaluation import KeptState, Key
from alert_service.shared_state.tables import alert_states
from servicekit.database.connections import Database


class KeptStates:
    """States in a database. Every method blocks, and raises as Database does."""

    def __init__(self, database: Database) -> None:
        self._database = database
        camera_id = alert_states.c.camera_id
        # As Python compares texts.
        ordered = camera_id if database.is_sqlite else camera_id.collate("C")
        self._key = (alert_states.c.rule_id, ordered)

    def behind(self, after: Key, most: int) -> Sequence[tuple[Key, KeptState]]:
        """Return states in the order of their keys."""
        query = select(alert_states).where(tuple_(*self._key) > tuple_(*after))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(*self._key).limit(most)).all()
        return [(Key(row[0], row[1]), KeptState(row[2], row[3])) for row in rows]
