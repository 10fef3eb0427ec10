"""What is kept of a webhook until it was delivered; the tables are their owners'."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from servicekit.webhooks.target import Target


@dataclass(frozen=True, slots=True)
class Delivery:
    """One document on its way to one receiver.

    number: grows in its outbox. queue: of one queue nothing is sent before what came first
    arrived or was given up. receiver: who gets it; several queues may go to one.
    target: where that is, None where nobody knows any more. message_id: the same at each
    attempt, of no other document. body: what is sent. created: when it was added; failures:
    attempts so far, all of which failed; next_at: when it is due. Unix times.
    """

    number: int
    queue: str
    receiver: str
    target: Target | None
    message_id: str
    body: bytes
    created: float
    failures: int
    next_at: float


class NotDeliveredError(Exception):
    """The attempt failed; the text says why, and holds no secret."""


class Sender(Protocol):
    """What makes an attempt."""

    async def send(self, delivery: Delivery, now: int) -> None:
        """Send a document once; NotDeliveredError unless it was taken. now: Unix time."""

    async def close(self) -> None:
        """Let go of what is open."""


class Outbox(Protocol):
    """Every method blocks; any thread may call it. Raises DatabaseTroubleError."""

    def heads(self) -> Sequence[Delivery]:
        """Return what each queue is to tell next; nothing else of it goes out before."""

    def delivered(self, delivery: Delivery) -> None:
        """Forget what arrived. Idempotent."""

    def failed(self, delivery: Delivery, error: str, next_at: float) -> None:
        """Say why an attempt failed and when the next one is due. Idempotent."""

    def give_up(self, delivery: Delivery, error: str) -> None:
        """Note that it is never delivered. Idempotent."""
