"""Statistics and kept traces in SQLite: written by one thread, read by any."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, case, delete, func, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from gateway.telemetry.kept import KINDS, SUMMARY_FIELDS, KeptTrace, TraceSummary, spans_of
from gateway.telemetry.packed import Packed
from gateway.telemetry.tables import minutes, traces
from servicekit.database.connections import Database, parse_url
from servicekit.database.migrate import migrate

MIGRATIONS = Path(__file__).with_name("migrations")
MAX_UNPINNED = 50_000
MAX_PINNED = 10_000
MINUTES_KEPT = 7 * 24 * 60
EXEMPLARS_OF_EACH = 3

_SUMMARY = [traces.c[name] for name in SUMMARY_FIELDS]
# Behind every hexadecimal digit.
_AFTER_HEX = "g"
_ORDER = (traces.c.started, traces.c.trace_id, traces.c.span_id)
# Of several requests of a trace, the first of these, and of two such the longest.
_TELLING = (
    case({kind: place for place, kind in enumerate(KINDS)}, value=traces.c.kind, else_=len(KINDS)),
    traces.c.duration_ms.desc(),
)


@dataclass(frozen=True)
class TraceQuery:
    """Filters as in ListTracesRequest; empty ones let everything pass."""

    context: str = ""
    rpc: str = ""
    assigned: str = ""
    kind: str = ""
    code: str = ""
    min_ms: float = 0.0
    limit: int = 50
    after: str = ""


@dataclass(frozen=True)
class TracePage:
    """One page, the newest first; next: `after` of the next one, "" when it is the last."""

    traces: Sequence[TraceSummary]
    next: str


class TraceStore:
    """Every method blocks; any thread may call it. Raises DatabaseTroubleError."""

    def __init__(self, path: Path) -> None:
        self._database = Database("gateway", parse_url(f"sqlite:///{path}"))

    def prepare(self) -> None:
        """Make the file and its tables, or bring them to what this release needs."""
        migrate(self._database, MIGRATIONS)

    def write(self, kept: Sequence[KeptTrace], changed: Sequence[tuple[int, Packed]]) -> None:
        """Add traces and set minutes, all or nothing. Idempotent."""
        rows = [trace.row() for trace in kept]
        metrics = [{"minute": minute, "figures": part.to_bytes()} for minute, part in changed]
        with self._database.write() as connection:
            if rows:
                connection.execute(insert(traces).on_conflict_do_nothing(), rows)
            if metrics:
                into = insert(minutes)
                connection.execute(
                    into.on_conflict_do_update(
                        index_elements=[minutes.c.minute],
                        set_={"figures": into.excluded.figures},
                    ),
                    metrics,
                )

    def tidy(self, minute: int) -> None:
        """Delete what is beyond the bounds; `minute` is the present one."""
        with self._database.write() as connection:
            connection.execute(delete(minutes).where(minutes.c.minute < minute - MINUTES_KEPT))
            for pinned, most in ((False, MAX_UNPINNED), (True, MAX_PINNED)):
                beyond = (
                    select(traces.c.started)
                    .where(traces.c.pinned.is_(pinned))
                    .order_by(traces.c.started.desc())
                    .offset(most)
                    .limit(1)
                    .scalar_subquery()
                )
                old = (traces.c.pinned.is_(pinned), traces.c.started <= beyond)
                connection.execute(delete(traces).where(*old))

    def load(self, since_minute: int) -> list[tuple[int, Packed]]:
        """Return the statistics of the minutes from `since_minute` on."""
        query = select(minutes).where(minutes.c.minute >= since_minute)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [(row.minute, Packed.from_bytes(row.figures)) for row in rows]

    def counts(self) -> tuple[int, int]:
        """Return how many traces there are, and how many of them are pinned."""
        query = select(func.count(), func.count().filter(traces.c.pinned)).select_from(traces)
        with self._database.read() as connection:
            row = connection.execute(query).one()
        return row[0], row[1]

    def list(self, query: TraceQuery) -> TracePage:
        """Return kept traces; ValueError when `after` is not what a page gave as `next`."""
        conditions: list[ColumnElement[bool]] = [
            traces.c[name] == value
            for name in ("context", "rpc", "assigned", "kind", "code")
            if (value := getattr(query, name))
        ]
        if query.min_ms > 0:
            conditions.append(traces.c.duration_ms >= query.min_ms)
        if query.after:
            conditions.append(tuple_(*_ORDER) < _place(query.after))
        statement = (
            select(*_SUMMARY)
            .where(*conditions)
            .order_by(*(column.desc() for column in _ORDER))
            .limit(query.limit + 1)
        )
        with self._database.read() as connection:
            found = [TraceSummary(*row) for row in connection.execute(statement)]
        page = found[: query.limit]
        more = len(found) > query.limit
        return TracePage(page, _after(page[-1]) if more else "")

    def beginning_with(self, digits: str) -> Sequence[str]:
        """Return the ids of kept traces that begin so: none, the one, or two of several."""
        query = (
            select(traces.c.trace_id)
            .where(traces.c.trace_id >= digits, traces.c.trace_id <= digits + _AFTER_HEX)
            .distinct()
            .limit(2)
        )
        with self._database.read() as connection:
            return connection.execute(query).scalars().all()

    def get(self, trace_id: str, span_id: str = "") -> KeptTrace | None:
        """Return one request of a trace with its spans, None when it was not kept.

        span_id: the gateway's span of it; "" for the one that tells most.
        """
        query = (
            select(*_SUMMARY, traces.c.document)
            .where(traces.c.trace_id == trace_id)
            .order_by(*_TELLING)
            .limit(1)
        )
        if span_id:
            query = query.where(traces.c.span_id == span_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return KeptTrace(TraceSummary(*row[:-1]), spans_of(row[-1]))

    def requests(self, trace_id: str, limit: int) -> Sequence[TraceSummary]:
        """Return the kept requests of one trace, the oldest first."""
        query = (
            select(*_SUMMARY)
            .where(traces.c.trace_id == trace_id)
            .order_by(traces.c.started, traces.c.span_id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [TraceSummary(*row) for row in connection.execute(query)]

    def exemplars(self, context: str, since: float) -> Sequence[TraceSummary]:
        """Return some traces of each RPC, path and kind that began after `since`.

        Of the slow ones the slowest: those pinned first tell of an hour ago. Of
        the others the pinned ones first, which make links that last.
        """
        place = func.row_number().over(
            partition_by=(traces.c.rpc, traces.c.assigned, traces.c.kind),
            order_by=(
                case((traces.c.kind == "slow", traces.c.duration_ms), else_=0.0).desc(),
                traces.c.pinned.desc(),
                traces.c.started.desc(),
            ),
        )
        ranked = (
            select(*_SUMMARY, place.label("place"))
            .where(traces.c.context == context, traces.c.started >= since)
            .subquery()
        )
        columns = [ranked.c[name] for name in SUMMARY_FIELDS]
        query = select(*columns).where(ranked.c.place <= EXEMPLARS_OF_EACH)
        with self._database.read() as connection:
            return [TraceSummary(*row) for row in connection.execute(query)]

    def close(self) -> None:
        """Close the connections."""
        self._database.close()


def _after(last: TraceSummary) -> str:
    return f"{last.started.hex()}-{last.trace_id}-{last.span_id}"


def _place(after: str) -> tuple[float, str, str]:
    """Return where a page begins; ValueError when `after` is not what a page gave as `next`."""
    started, _, request = after.partition("-")
    trace_id, _, span_id = request.partition("-")
    try:
        return float.fromhex(started), trace_id, span_id
    except OverflowError as error:  # an exponent beyond every float
        raise ValueError(str(error)) from error
