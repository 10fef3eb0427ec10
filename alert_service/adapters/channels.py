"""Tells channels, each in its own way."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from alert_service.adapters.apprise_sender import AppriseSender
from alert_service.application import alertmanager
from alert_service.application.firing import Firing
from servicekit import json_body
from servicekit.threads import Threads
from servicekit.webhooks.outbox import Delivery, NotDeliveredError
from servicekit.webhooks.post import Post
from servicekit.webhooks.rules import WebhookRules
from servicekit.webhooks.target import Kind, Target

log = logging.getLogger(__name__)

# Alerts in one call of an Alertmanager.
_AT_ONCE = 500


class ChannelSender:
    """A Sender for all kinds of channels. environment: holds keys and addresses."""

    def __init__(self, environment: Mapping[str, str], rules: WebhookRules) -> None:
        self._post = Post(environment, rules)
        self._apprise = AppriseSender(environment, rules)
        # Of an Alertmanager: what is over is not said to fire by who looked before it was.
        self._one: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def close(self) -> None:
        """Let go of what is open."""
        await self._post.close()
        await self._apprise.close()

    async def send(self, delivery: Delivery, now: int) -> None:
        """Send a document once; NotDeliveredError unless it was taken. now: Unix time."""
        target = delivery.target
        if target is None or target.kind is Kind.WEBHOOK:
            await self._post.send(delivery, now)
        elif target.kind is Kind.APPRISE:
            await self._apprise.send(delivery, target)
        else:
            async with self._one[delivery.receiver]:
                alerts = alertmanager.of_document(delivery.body, now)
                await self._tell(delivery.receiver, target, alerts, now)

    async def say_again(
        self, channel: str, target: Target, firing: Callable[[], Sequence[Firing]], threads: Threads
    ) -> None:
        """Tell an Alertmanager all that fires; NotDeliveredError. firing: reads it, and blocks."""
        async with self._one[channel]:
            now = time.time()
            alerts = alertmanager.of_firing(await threads(firing), now)
            for first in range(0, len(alerts), _AT_ONCE):
                await self._tell(channel, target, alerts[first : first + _AT_ONCE], now)

    async def _tell(
        self, channel: str, target: Target, alerts: Sequence[alertmanager.Alert], now: float
    ) -> None:
        url = replace(target, url=alertmanager.url_of(target.url))
        body = json_body.dumps(list(alerts))
        message = f"{channel}-{now:.0f}"
        told = Delivery(0, channel, channel, url, message, body, now, 0, now)
        await self._post.send(told, int(now))


class SaysAgain:
    """Tells Alertmanagers of what fires, every minute, as long as this process evaluates."""

    def __init__(
        self,
        channels: Mapping[str, Target],
        told_to: Callable[[str], Sequence[Firing]],
        leads: Callable[[], bool],
        threads: Threads,
    ) -> None:
        self._targets = {
            name: one for name, one in channels.items() if one.kind is Kind.ALERTMANAGER
        }
        self._told_to = told_to
        self._leads = leads
        self._threads = threads
        self._failing: set[str] = set()

    @property
    def is_needed(self) -> bool:
        """Is there any Alertmanager?"""
        return bool(self._targets)

    async def run(self, sender: ChannelSender) -> None:
        """Tell them until cancelled."""
        while True:
            await asyncio.sleep(alertmanager.AGAIN_SECONDS)
            if await self._threads(self._leads):
                for channel, target in self._targets.items():
                    await self._say(sender, channel, target)

    async def _say(self, sender: ChannelSender, channel: str, target: Target) -> None:
        firing = partial(self._told_to, channel)
        try:
            await sender.say_again(channel, target, firing, self._threads)
            self._failing.discard(channel)
        except NotDeliveredError as error:
            if channel not in self._failing:
                log.warning("channel %s is not told again of what fires: %s", channel, error)
            self._failing.add(channel)
