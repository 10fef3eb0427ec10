"""Tells people by apprise: mail, chats and a hundred others, by an address each."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from servicekit import json_body
from servicekit.threads import Threads
from servicekit.webhooks.outbox import Delivery, NotDeliveredError
from servicekit.webhooks.rules import WebhookNotAllowedError, WebhookRules
from servicekit.webhooks.target import Target

# All of it: a mail server is greeted, told and left.
TIMEOUT_SECONDS = 20.0
# Attempts at a time. One that hangs keeps its thread until the other end breaks it off.
_THREADS = 4
_KINDS = {"alert.firing": "failure", "alert.resolved": "success"}


class AppriseSender:
    """environment: holds the addresses, which are secrets; rules: which variables may."""

    def __init__(self, environment: Mapping[str, str], rules: WebhookRules) -> None:
        self._environment = environment
        self._rules = rules
        self._threads = Threads(_THREADS, "apprise")

    async def close(self) -> None:
        """Begin nothing any more; what hangs ends by itself."""
        self._threads.leave()

    async def send(self, delivery: Delivery, target: Target) -> None:
        """Send a document once; NotDeliveredError, which holds no address."""
        name = target.secret_env
        try:
            self._rules.check_name(name, "urlEnv")
        except WebhookNotAllowedError as error:
            raise NotDeliveredError(str(error)) from error
        address = self._environment.get(name, "")
        if not address:
            raise NotDeliveredError(
                f"{name} is not set: set it to an address of apprise and start camplane again"
            )
        document = json_body.loads(delivery.body)
        told = self._threads(_notify, address, name, document)
        try:
            await asyncio.wait_for(told, TIMEOUT_SECONDS)
        except TimeoutError as error:
            raise NotDeliveredError(f"not done within {TIMEOUT_SECONDS:g} s") from error


def _notify(address: str, name: str, document: Mapping[str, Any]) -> None:
    try:
        # Here: it takes half a second, and few have such a channel.
        from apprise import Apprise
    except ImportError as error:
        raise NotDeliveredError(
            "apprise is not installed: pip install 'camplane[channels]'"
        ) from error
    # It would log what it sends, and to whom.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    one = Apprise()
    if not one.add(address):
        raise NotDeliveredError(f"{name} holds no address that apprise knows")
    data = document["data"]
    kind = _KINDS.get(str(document["type"]), "info")
    if not one.notify(body=_words(document), title=str(data["message"]), notify_type=kind):
        raise NotDeliveredError("the other end did not take it, or there is none")


def _words(document: Mapping[str, Any]) -> str:
    data = document["data"]
    rows = {
        "camera": data.get("camera_id"),
        "rule": data.get("rule_name"),
        "priority": data.get("priority"),
        "time": document["timestamp"],
        "alert": data.get("alert_id"),
    }
    return "\n".join(f"{name}: {value}" for name, value in rows.items() if value is not None)
