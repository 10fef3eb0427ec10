"""What is counted of requests and of their parts. Pure, mergeable by addition."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.telemetry.histogram import Histogram
from gateway.vocabulary.choices import DRAWN, FORCED, REPEATED, TOOL
from gateway.vocabulary.codes import CANCELLED, is_success
from gateway.vocabulary.route_table import streams


class RequestKey(NamedTuple):
    """What requests that are counted together have in common.

    context: "camera", "alert", or "gateway" for the control process's own.
    rpc: a label of the route table, such as "CameraService/StartCamera"; "" for
        what is no operation (404, 405).
    assigned: the path it was assigned to, "legacy" or "domain"; "" for none.
    answered: the path that answered; "" when nobody did.
    code: a gRPC status such as "NOT_FOUND", or "HTTP 502" of a plain HTTP server
        or of the gateway's own answers; "ENDED_BY_SERVER" of a stream that its server ended.
    fault: the code is a server fault.
    fallback: why legacy answered for domain (FallbackFigures.reason); "" if not.
    chosen: how its path came about (gateway.vocabulary.choices); "" where there is none to
        choose, and for what an earlier release counted that was not drawn.
    """

    context: str
    rpc: str
    assigned: str
    answered: str
    code: str
    fault: bool
    fallback: str
    chosen: str

    @property
    def failed(self) -> bool:
        """Did the assigned path fail: by a server fault, or by leaving it to the other?"""
        return self.fault or bool(self.fallback)

    @property
    def refused(self) -> bool:
        """Was it answered, and not as asked?"""
        return not self.failed and not self.left and not is_success(self.code)

    @property
    def left(self) -> bool:
        """Did the client leave before the answer?"""
        return self.code == CANCELLED

    @property
    def is_timed(self) -> bool:
        """Do the times of such requests say how fast they are answered?

        Not of those that their client left, and a stream lasts as long as its client likes.
        """
        return not self.left and self.rpc not in streams()

    @property
    def is_drawn(self) -> bool:
        """Was the path drawn for this request alone? Only such requests say what the split is."""
        return self.chosen == DRAWN

    @property
    def is_apart(self) -> bool:
        """Is it no evidence of domain or legacy, whoever's request it was?"""
        return self.chosen in (FORCED, TOOL, REPEATED)


@dataclass(slots=True)
class RequestCell:
    """The requests of one key.

    total: whole requests, or until their client left; attempt: the last attempt;
    gateway: what of the whole was neither the last attempt nor what came before it.
    added_us: time lost before the last attempt, summed.
    """

    count: int = 0
    added_us: float = 0.0
    total: Histogram = field(default_factory=Histogram)
    attempt: Histogram = field(default_factory=Histogram)
    gateway: Histogram = field(default_factory=Histogram)

    def merge(self, other: "RequestCell") -> None:
        self.count += other.count
        self.added_us += other.added_us
        self.total.merge(other.total)
        self.attempt.merge(other.attempt)
        self.gateway.merge(other.gateway)


class ResourceKey(NamedTuple):
    """The requests of one RPC that were assigned to one path, and name a resource."""

    context: str
    rpc: str
    assigned: str


@dataclass(slots=True)
class ResourceCell:
    """What is known of the resources, such as cameras, that requests were about.

    resources: how many there were; refused_most: the most refusals of one; failed_again:
    failures soon after another of the same resource; refused_partly: the most refusals of
    one that the path answers as asked, too, so that they are about what is asked of it.
    """

    resources: int = 0
    refused_most: int = 0
    failed_again: int = 0
    refused_partly: int = 0

    def merge(self, other: "ResourceCell") -> None:
        self.resources += other.resources
        self.refused_most = max(self.refused_most, other.refused_most)
        self.failed_again += other.failed_again
        self.refused_partly = max(self.refused_partly, other.refused_partly)


@dataclass(frozen=True, slots=True)
class SpanKey:
    """Spans of one name within the sampled requests of one RPC and assigned path.

    name: "" stands for the sampled requests themselves: `calls` counts them, and
    `time` holds the service's own span of each.
    """

    context: str
    rpc: str
    assigned: str
    name: str


@dataclass(slots=True)
class SpanCell:
    """calls: how many; self_us: time in them and in nothing below, summed; time: each, whole."""

    calls: int = 0
    self_us: float = 0.0
    time: Histogram = field(default_factory=Histogram)

    def merge(self, other: "SpanCell") -> None:
        self.calls += other.calls
        self.self_us += other.self_us
        self.time.merge(other.time)


# Names of fields come from replies, which may have ever new ones.
MAX_FIELDS = 64


@dataclass(frozen=True, slots=True)
class ShadowKey:
    """Copies of one RPC's requests: "cross" for the other path, "self" for the same one."""

    context: str
    rpc: str
    kind: str


@dataclass(slots=True)
class ShadowCell:
    """How the replies to copies compared with the answers.

    pairs: both replies were seen; differing: they differ; fields: in how many
    pairs a field differs, beyond MAX_FIELDS under "other"; uncompared: a reply
    was missing or too large.
    """

    pairs: int = 0
    differing: int = 0
    uncompared: int = 0
    fields: Counter[str] = field(default_factory=Counter)

    def count(self, fields: Iterable[str] | None) -> None:
        """Count one pair that differs in these fields; None for replies not compared."""
        if fields is None:
            self.uncompared += 1
            return
        named = {self._name(one) for one in fields}
        self.pairs += 1
        self.differing += bool(named)
        self.fields.update(named)

    def merge(self, other: "ShadowCell") -> None:
        self.pairs += other.pairs
        self.differing += other.differing
        self.uncompared += other.uncompared
        for name, count in other.fields.items():
            self.fields[self._name(name)] += count

    def _name(self, name: str) -> str:
        return name if name in self.fields or len(self.fields) < MAX_FIELDS else "other"


@dataclass(slots=True)
class TrafficMetrics:
    """All that was counted in some time; resources: of a stage alone."""

    requests: dict[RequestKey, RequestCell] = field(default_factory=dict)
    spans: dict[SpanKey, SpanCell] = field(default_factory=dict)
    shadows: dict[ShadowKey, ShadowCell] = field(default_factory=dict)
    resources: dict[ResourceKey, ResourceCell] = field(default_factory=dict)

    def of(self, key: RequestKey) -> RequestCell:
        """Return the requests of a key, to be added to."""
        # Looked up first: a new cell is costly, and there nearly always is one.
        cell = self.requests.get(key)
        if cell is None:
            cell = self.requests[key] = RequestCell()
        return cell

    def count(self, context: str, chosen: str, *assigned: str) -> int:
        """Return how many operations of a context were asked for whose path came about so."""
        return sum(
            cell.count
            for key, cell in self.requests.items()
            if key.context == context and key.chosen == chosen and key.assigned in assigned
        )

    def merge(self, other: "TrafficMetrics") -> None:
        """Count all that `other` counted."""
        for key, cell in other.requests.items():
            self.of(key).merge(cell)
        for name, part in other.spans.items():
            self.spans.setdefault(name, SpanCell()).merge(part)
        for copies, replies in other.shadows.items():
            self.shadows.setdefault(copies, ShadowCell()).merge(replies)
        for about, known in other.resources.items():
            self.resources.setdefault(about, ResourceCell()).merge(known)


def merged(parts: Iterable[TrafficMetrics]) -> TrafficMetrics:
    """Return the sum; the parts stay as they are."""
    whole = TrafficMetrics()
    for part in parts:
        whole.merge(part)
    return whole
