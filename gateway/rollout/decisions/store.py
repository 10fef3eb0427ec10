"""The decision log, the lease and the stages in SQLite, a file of their own.

Apart from the traces: a decision must not wait for a batch of them, and who
throws the traces away keeps the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import orjson
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from gateway.analysis.judgement.evidence import RpcCounts
from gateway.chain.log_table import Log
from gateway.rollout.decisions.decision import Decision, LoggedDecision
from gateway.rollout.decisions.dwell import Dwell
from gateway.rollout.decisions.state import RolloutState
from gateway.rollout.decisions.tables import decisions, lease, plans, stages
from gateway.rollout.notifications.notification import document as document_of
from gateway.rollout.notifications.notification import is_told
from gateway.rollout.notifications.outbox import Outbox
from gateway.rollout.plan.as_json import plan_from_json, plan_to_json
from gateway.rollout.plan.model import Notification
from gateway.telemetry.packed import Packed, unpacked
from gateway.telemetry.traffic_metrics import TrafficMetrics
from servicekit.database.connections import Database, parse_url
from servicekit.database.migrate import migrate
from servicekit.lease import Lease, LeaseLostError, Tenancy, take

MIGRATIONS = Path(__file__).with_name("migrations")
_THE_LEASE = 1
_LOG = Log(decisions, LoggedDecision)


@dataclass(frozen=True)
class Stage:
    """What was counted of a context since `since` (Unix time); lowest: as in StageEvidence.

    dwell: how long the step has lasted, which a gate begins anew.
    """

    since: float
    lowest: tuple[RpcCounts, ...]
    metrics: TrafficMetrics
    dwell: Dwell


class RolloutStore:
    """Every method blocks; any thread may call it. Raises DatabaseTroubleError.

    outbox: what is to be told of the decisions, written with them.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database("rollout", parse_url(f"sqlite:///{path}"), lock_seconds=2.0)
        self.outbox = Outbox(self._database)

    def prepare(self) -> None:
        """Make the file and its tables, or bring them to what this release needs."""
        migrate(self._database, MIGRATIONS)

    def take_lease(self, me: Tenancy) -> Lease | None:
        """Take the lease, or renew it; None while another living process keeps it renewed."""
        with self._database.write() as connection:
            taken = take(_lease(connection), me)
            if taken is not None:
                _put(connection, lease, {"id": _THE_LEASE, **taken.row()})
            return taken

    def append(self, one: Decision) -> LoggedDecision:
        """Write a decision; LeaseLostError when its token is not the present lease's."""
        document = one.document()
        with self._database.write() as connection:
            held = _lease(connection)
            if held is None or held.token != one.token:
                raise LeaseLostError("another controller has taken over the rollouts")
            logged = _LOG.append(connection, document, context=one.after.context)
            if one.after.plan is not None:
                plan = one.after.plan
                text = orjson.dumps(plan_to_json(plan)).decode()
                kept = insert(plans).values(version=plan.version, document=text)
                connection.execute(kept.on_conflict_do_nothing())
            if is_told(one):
                self.outbox.add(
                    connection, logged.number, _told(one), document_of(one, logged), one.at
                )
            return logged

    def states(self) -> dict[str, RolloutState]:
        """Return where each context's rollout stands, by its last decision; ValueError if torn."""
        newest = select(func.max(decisions.c.number)).group_by(decisions.c.context)
        query = select(decisions).where(decisions.c.number.in_(newest))
        with self._database.read() as connection:
            found = [_LOG.entry(row).state for row in connection.execute(query)]
        with self._database.read() as connection:
            known = {row.version: row.document for row in connection.execute(select(plans))}
        return {state.context: _with_plan(state, known) for state in found}

    def last(self) -> LoggedDecision | None:
        """Return the newest decision."""
        with self._database.read() as connection:
            return _LOG.last(connection)

    def log(
        self, context: str = "", after: int | None = None, limit: int = 50
    ) -> Sequence[LoggedDecision]:
        """Return decisions in order: those after a number, 0 for the first, or the newest.

        The first are all, whatever number somebody gave to one that he put in.
        """
        query = select(decisions).limit(limit)
        if context:
            query = query.where(decisions.c.context == context)
        order = decisions.c.number
        query = query.order_by(order.desc() if after is None else order)
        if after:
            query = query.where(order > after)
        with self._database.read() as connection:
            found = [_LOG.entry(row) for row in connection.execute(query)]
        return sorted(found, key=lambda one: one.number)

    def keep_stage(self, context: str, stage: Stage) -> None:
        """Write down what was counted. Idempotent."""
        row = {
            "context": context,
            "since": stage.since,
            "lowest": orjson.dumps([asdict(one) for one in stage.lowest]).decode(),
            "figures": Packed.of(stage.metrics).to_bytes(),
            "step_since": stage.dwell.step_since,
            "lasted": stage.dwell.seconds,
        }
        with self._database.write() as connection:
            _put(connection, stages, row)

    def stage(self, context: str) -> Stage | None:
        """Return what was written last; ValueError when it cannot be read."""
        query = select(stages).where(stages.c.context == context)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        lowest = tuple(RpcCounts(**one) for one in orjson.loads(row.lowest))
        metrics = unpacked([Packed.from_bytes(row.figures)])
        return Stage(row.since, lowest, metrics, Dwell(row.step_since, row.lasted))

    def close(self) -> None:
        """Close the connections."""
        self._database.close()


def _with_plan(state: RolloutState, known: Mapping[str, str]) -> RolloutState:
    """Return the state with the plan as it was begun, its URLs whole."""
    if state.plan is None or state.plan.version not in known:
        return state
    return replace(state, plan=plan_from_json(orjson.loads(known[state.plan.version])))


def _told(one: Decision) -> Sequence[Notification]:
    """Return whom the plan notifies; one that ends by the decision still does."""
    plan = one.after.plan or one.before.plan
    return plan.notifications if plan else ()


def _put(connection: Connection, table, row: dict[str, object]) -> None:  # type: ignore[no-untyped-def]
    """Insert a row, or replace the one with its key."""
    into = insert(table).values(row)
    key = [column.name for column in table.primary_key]
    others = {name: into.excluded[name] for name in row if name not in key}
    connection.execute(into.on_conflict_do_update(index_elements=key, set_=others))


def _lease(connection: Connection) -> Lease | None:
    row = connection.execute(select(lease).where(lease.c.id == _THE_LEASE)).one_or_none()
    return None if row is None else Lease.of_row(row.token, row.holder, row.renewed_at)
