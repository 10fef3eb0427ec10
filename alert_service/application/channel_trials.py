"""Channels as their operators see them, and a message by which one is tried."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from alert_service.application.ports import ChannelStatuses, Run
from alert_service.domain.errors import ChannelNotFoundError
from servicekit import json_body
from servicekit.webhooks.outbox import Delivery, NotDeliveredError, Sender
from servicekit.webhooks.target import Target


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel that is configured.

    waiting: alerts that it has yet to be told of; failing: how often the one that was tried
    most was tried in vain; given_up: of the last week's, how many it never got.
    """

    name: str
    kind: str
    waiting: int
    failing: int
    given_up: int


class ChannelTrials:
    """channels: those that are configured; sender: made when the first is tried."""

    def __init__(
        self,
        channels: Mapping[str, Target],
        statuses: ChannelStatuses,
        run: Run,
        sender: Callable[[], Sender],
        clock: Callable[[], float],
    ) -> None:
        self._channels = channels
        self._statuses = statuses
        self._run = run
        self._sender = sender
        self._clock = clock

    async def views(self) -> Sequence[ChannelView]:
        """Return all channels, by name."""
        counts = {name: numbers for name, *numbers in await self._run(self._statuses.all)}
        return [
            ChannelView(name, target.kind.value, *counts.get(name, (0, 0, 0)))
            for name, target in sorted(self._channels.items())
        ]

    async def test(self, channel: str) -> str:
        """Send a message to a channel, once; return why it was not taken, "" when it was.

        Raises ChannelNotFoundError.
        """
        target = self._channels.get(channel)
        if target is None:
            raise ChannelNotFoundError(channel, sorted(self._channels))
        now = self._clock()
        message_id = f"test_{uuid.uuid4().hex}"
        body = json_body.dumps(_document(channel, now))
        delivery = Delivery(0, channel, channel, target, message_id, body, now, 0, now)
        try:
            await self._sender().send(delivery, int(now))
        except NotDeliveredError as error:
            return str(error)
        return ""


def _document(channel: str, now: float) -> dict[str, object]:
    message = f"This is how camplane tells channel {channel} of an alert"
    return {
        "type": "alert.test",
        "timestamp": datetime.fromtimestamp(now, UTC).isoformat(),
        "data": {"message": message, "rule_name": "camplane test", "priority": "low"},
    }
