"""How it stands with what channels are to be told."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, case, func, select

from alert_service.shared_state.tables import alert_notifications
from servicekit.database.connections import Database


class ChannelStatus(NamedTuple):
    """waiting: alerts that a channel has yet to be told of; failing: how often the one that
    was tried most was tried in vain; given_up: of the last week's, how many it never got.
    """

    channel: str
    waiting: int
    failing: int
    given_up: int


class StoredChannelStatuses:
    """ChannelStatuses (see application.ports) of a database. Every method blocks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Sequence[ChannelStatus]:
        """Return it of each channel that something waits for, or that was given up."""
        with self._database.read() as connection:
            return channel_status(connection)


def channel_status(connection: Connection) -> Sequence[ChannelStatus]:
    """Return it of each channel that something waits for, or that was given up."""
    columns = alert_notifications.c
    waits = columns.given_up.is_(False)
    query = select(
        columns.channel,
        func.sum(case((waits, 1), else_=0)),
        func.max(case((waits, columns.failures), else_=0)),
        func.sum(case((waits, 0), else_=1)),
    ).group_by(columns.channel)
    return [ChannelStatus(*row) for row in connection.execute(query)]
