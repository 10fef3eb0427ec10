"""What webhooks have yet to be told: an outbox in rollout.db, written with what it tells of."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    case,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from gateway.rollout.plan.model import Notification
from servicekit import json_body
from servicekit.database.connections import Database
from servicekit.webhooks.outbox import Delivery
from servicekit.webhooks.target import Target, origin

MAX_GIVEN_UP = 100

metadata = MetaData()

# One row for each URL that has yet to hear of it, or never did: given_up.
# `body` is what is sent, the same bytes at each attempt.
deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("url", String, primary_key=True),
    Column("secret_env", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created", Float, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("next_at", Float, nullable=False),
    Column("error", String, nullable=False),
    Column("given_up", Boolean, nullable=False),
)


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """What waits for one URL. origin: its scheme, host and port, as the rest may be secret.

    waiting: documents to be sent, of which the first has failed `failures` times
    for the reason `error`, and will be tried at `next_at` (Unix time). given_up:
    of the last ones, how many were never delivered, and why the newest was not.
    """

    origin: str
    waiting: int = 0
    failures: int = 0
    next_at: float = 0.0
    error: str = ""
    given_up: int = 0
    given_up_error: str = ""


class Outbox:
    """Every method blocks; any thread may call it. Raises DatabaseTroubleError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        connection: Connection,
        seq: int,
        notifications: Iterable[Notification],
        document: Mapping[str, Any],
        now: float,
    ) -> None:
        """Keep a JSON document for each URL, within the transaction of what it tells of.

        seq: larger than any before. Idempotent: what was added once stays as it is.
        """
        body = json_body.dumps(document)
        rows = [
            {
                "seq": seq,
                "url": one.url,
                "secret_env": one.secret_env,
                "body": body,
                "created": now,
                "failures": 0,
                "next_at": now,
                "error": "",
                "given_up": False,
            }
            for one in notifications
        ]
        if rows:
            connection.execute(insert(deliveries).on_conflict_do_nothing(), rows)

    def heads(self) -> Sequence[Delivery]:
        """Return what each URL is to be told next; nothing else goes to it before."""
        first = (
            select(func.min(deliveries.c.seq), deliveries.c.url)
            .where(deliveries.c.given_up.is_(False))
            .group_by(deliveries.c.url)
        )
        query = select(deliveries).where(tuple_(deliveries.c.seq, deliveries.c.url).in_(first))
        with self._database.read() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def delivered(self, delivery: Delivery) -> None:
        """Forget what arrived. Idempotent."""
        with self._database.write() as connection:
            connection.execute(delete(deliveries).where(*_is(delivery)))

    def failed(self, delivery: Delivery, error: str, next_at: float) -> None:
        """Say why an attempt failed and when the next one is due. Idempotent."""
        change = {"failures": delivery.failures + 1, "error": error, "next_at": next_at}
        with self._database.write() as connection:
            connection.execute(update(deliveries).where(*_is(delivery)).values(change))

    def give_up(self, delivery: Delivery, error: str) -> None:
        """Keep it as never delivered, the last MAX_GIVEN_UP of its kind. Idempotent."""
        change = {"failures": delivery.failures + 1, "error": error, "given_up": True}
        beyond = (
            select(deliveries.c.seq)
            .where(deliveries.c.given_up.is_(True))
            .order_by(deliveries.c.seq.desc())
            .offset(MAX_GIVEN_UP)
            .limit(1)
            .scalar_subquery()
        )
        old = (deliveries.c.given_up.is_(True), deliveries.c.seq <= beyond)
        with self._database.write() as connection:
            connection.execute(update(deliveries).where(*_is(delivery)).values(change))
            connection.execute(delete(deliveries).where(*old))

    def status(self) -> Sequence[QueueStatus]:
        """Return what waits for each URL, and what was given up."""
        waiting = deliveries.c.given_up.is_(False)
        query = select(
            deliveries.c.url,
            func.sum(case((waiting, 1), else_=0)).label("waiting"),
            func.min(case((waiting, deliveries.c.seq))).label("head"),
            func.sum(case((waiting, 0), else_=1)).label("given_up"),
            func.max(case((waiting, None), else_=deliveries.c.seq)).label("last"),
        ).group_by(deliveries.c.url)
        with self._database.read() as connection:
            queues = connection.execute(query).all()
        wanted = [
            (seq, row.url) for row in queues for seq in (row.head, row.last) if seq is not None
        ]
        query = select(deliveries).where(tuple_(deliveries.c.seq, deliveries.c.url).in_(wanted))
        with self._database.read() as connection:
            rows = {(row.seq, row.url): row for row in connection.execute(query)}
        found = []
        for queue in queues:
            head = rows.get((queue.head, queue.url))
            last = rows.get((queue.last, queue.url))
            found.append(
                QueueStatus(
                    origin=origin(queue.url),
                    waiting=queue.waiting,
                    failures=head.failures if head else 0,
                    next_at=head.next_at if head else 0.0,
                    error=head.error if head else "",
                    given_up=queue.given_up,
                    given_up_error=last.error if last else "",
                )
            )
        return found


def _delivery(row: Any) -> Delivery:
    return Delivery(
        number=row.seq,
        queue=row.url,
        receiver=row.url,
        target=Target(row.url, row.secret_env),
        # A decision's document holds its hash, so no other one has this body.
        message_id=f"decision_{row.seq}_{hashlib.sha256(row.body).hexdigest()[:16]}",
        body=row.body,
        created=row.created,
        failures=row.failures,
        next_at=row.next_at,
    )


def _is(delivery: Delivery) -> tuple[Any, ...]:
    return (
        deliveries.c.seq == delivery.number,
        deliveries.c.url == delivery.queue,
        deliveries.c.given_up.is_(False),
    )
