"""A request whose trace is kept: what the list says of it, and its spans. Pure."""

import zlib
from dataclasses import asdict, astuple, dataclass, field, fields

import orjson

# Why a request is kept, those that tell most first.
KINDS = ("failed", "fallback", "left", "difference", "slow", "typical")


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """As in the contract; started is Unix time."""

    trace_id: str
    span_id: str
    started: float
    context: str
    rpc: str
    assigned: str
    answered: str
    code: str
    fallback_reason: str
    duration_ms: float
    kind: str
    pinned: bool
    spans: int


@dataclass(frozen=True, slots=True)
class KeptSpan:
    """Ids are hexadecimal; times are nanoseconds of Unix time; kind as in the contract."""

    span_id: str
    parent_id: str
    name: str
    service: str
    kind: str
    start_ns: int
    end_ns: int
    implementation: str
    error: bool
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptTrace:
    summary: TraceSummary
    spans: tuple[KeptSpan, ...]

    def row(self) -> dict[str, object]:
        """Return the trace as a row of the table."""
        document = orjson.dumps([astuple(span) for span in self.spans])
        return {**asdict(self.summary), "document": zlib.compress(document, 1)}


SUMMARY_FIELDS = tuple(one.name for one in fields(TraceSummary))


def spans_of(document: bytes) -> tuple[KeptSpan, ...]:
    """Return the spans of a row's document."""
    return tuple(KeptSpan(*span) for span in orjson.loads(zlib.decompress(document)))
