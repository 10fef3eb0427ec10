"""What was counted since a step began: all that its verdict rests on. Pure.

It is written into the decision log with each decision, so that the verdict can
be made again from it: `to_json` and `from_json` lose nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from gateway.analysis.judgement.replies import RepliesEvidence
from gateway.analysis.report import SampleRatio
from gateway.telemetry.histogram import Histogram
from gateway.vocabulary.reason import Code, Reason, because, read_reasons
from gateway.vocabulary.wording import text

FAILURES, LEFT = "failures", "left"
_OF_RESOURCES = ("resources", "refused_most", "failed_again", "refused_partly")


@dataclass(frozen=True, slots=True)
class VariantEvidence:
    """Requests of one RPC that were assigned to one path.

    judged: those whose client waited for the answer. failures: server faults and
    fallbacks among them; fell_back: of these the ones that the other path answered.
    refused: neither failed nor answered as asked (NOT_FOUND and the like).
    times: whole requests, of those judged. left: those whose client left before the
    answer, after longer than legacy mostly takes; left_after: how long any that left
    had waited. resources, refused_most, failed_again, refused_partly: as in ResourceCell; of
    requests that name no resource there are none. Of an RPC that streams there are no
    times, and nobody leaves: its streams last as long as clients like.
    """

    judged: int = 0
    failures: int = 0
    fell_back: int = 0
    refused: int = 0
    times: Histogram = field(default_factory=Histogram)
    left: int = 0
    left_after: Histogram = field(default_factory=Histogram)
    resources: int = 0
    refused_most: int = 0
    failed_again: int = 0
    refused_partly: int = 0

    @property
    def asked(self) -> int:
        """How many requests ended, or were left; never negative."""
        return max(self.judged, 0) + max(self.left, 0)

    @property
    def answered(self) -> int:
        """How many were answered as asked; impossible counts are moved within."""
        return max(self.taken - max(self.failures, 0), 0)

    @property
    def taken(self) -> int:
        """How many were neither refused nor left, whether they failed or not; likewise."""
        return max(max(self.judged, 0) - max(self.refused, 0), 0)


@dataclass(frozen=True, slots=True)
class RpcEvidence:
    """One RPC on both paths."""

    rpc: str
    legacy: VariantEvidence
    domain: VariantEvidence


@dataclass(frozen=True, slots=True)
class RpcCounts:
    """How many requests of one RPC each path was judged by, and how many of them failed.

    of: what a failure is here: "failures" of those that ended, or "left" by their client,
    of all.
    """

    rpc: str
    legacy: int = 0
    legacy_failures: int = 0
    domain: int = 0
    domain_failures: int = 0
    of: str = FAILURES


@dataclass(frozen=True, slots=True)
class StageEvidence:
    """Everything counted of one context since `since` (Unix time) at one weight.

    weight: percent to domain; until: when it was looked at. ratio: the split as
    it was observed. warnings: why the metrics cannot be trusted now; empty when
    they can. lowest: what was counted at the look, since the step began, at which
    the test of failures had its lowest value (gateway.analysis.judgement.failure_test),
    and the like of requests left; empty: that was when the step began. baseline: legacy's side
    of the step before, for a step that leaves legacy nothing. exemplars: ids of
    kept traces that show what failed or was slow. replies: to mirrored reads.
    forced, tools: requests of domain that are no evidence of the split: their caller chose
    the path, or was a tool of camplane's own.
    """

    context: str
    weight: int
    since: float
    until: float
    rpcs: tuple[RpcEvidence, ...]
    ratio: SampleRatio
    warnings: tuple[Reason, ...] = ()
    lowest: tuple[RpcCounts, ...] = ()
    baseline: tuple[RpcEvidence, ...] = ()
    exemplars: tuple[str, ...] = ()
    replies: tuple[RepliesEvidence, ...] = ()
    forced: int = 0
    tools: int = 0

    @property
    def judged(self) -> int:
        """How many requests of domain were answered or failed."""
        return sum(one.domain.judged for one in self.rpcs)

    @property
    def failures(self) -> int:
        """How many of domain's failed."""
        return sum(one.domain.failures for one in self.rpcs)

    @property
    def fell_back(self) -> int:
        """How many of domain's legacy had to answer."""
        return sum(one.domain.fell_back for one in self.rpcs)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "context": self.context,
            "weight": self.weight,
            "since": self.since,
            "until": self.until,
            "rpcs": [_rpc_to_json(one) for one in self.rpcs],
            "ratio": {
                "expected": self.ratio.expected,
                "observed": self.ratio.observed,
                "requests": self.ratio.requests,
                "alarm": self.ratio.alarm,
            },
            "doubts": [{**one.to_json(), "text": text(one)} for one in self.warnings],
            "lowest": [asdict(one) for one in self.lowest],
            "baseline": [_rpc_to_json(one) for one in self.baseline],
            "exemplars": list(self.exemplars),
            "replies": [one.to_json() for one in self.replies],
            "forced": self.forced,
            "tools": self.tools,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote; KeyError, TypeError or ValueError when it is not such."""
        return cls(
            context=str(document["context"]),
            weight=int(document["weight"]),
            since=float(document["since"]),
            until=float(document["until"]),
            rpcs=tuple(map(_rpc_from_json, document["rpcs"])),
            ratio=SampleRatio(**document["ratio"]),
            warnings=tuple(map(_warning, document["doubts"])),
            lowest=tuple(RpcCounts(**one) for one in document["lowest"]),
            baseline=tuple(map(_rpc_from_json, document["baseline"])),
            exemplars=tuple(document["exemplars"]),
            # An earlier release compared none.
            replies=tuple(map(RepliesEvidence.from_json, document.get("replies", ()))),
            # Nor did it tell these apart.
            forced=int(document.get("forced", 0)),
            tools=int(document.get("tools", 0)),
        )


def _warning(document: Mapping[str, Any] | str) -> Reason:
    """Return a data-quality warning; of another release, the words alone may be known."""
    if isinstance(document, str):
        return because(Code.AS_SAID, text=document)
    known = read_reasons([document])
    return known[0] if known else because(Code.AS_SAID, text=str(document["text"]))


def _rpc_to_json(one: RpcEvidence) -> dict[str, Any]:
    return {
        "rpc": one.rpc,
        "legacy": _variant_to_json(one.legacy),
        "domain": _variant_to_json(one.domain),
    }


def _variant_to_json(variant: VariantEvidence) -> dict[str, Any]:
    return {
        "judged": variant.judged,
        "failures": variant.failures,
        "rescued": variant.fell_back,
        "refused": variant.refused,
        # [bucket, count], as gateway.telemetry.histogram numbers its buckets.
        "times": _histogram_to_json(variant.times),
        "left": variant.left,
        "left_after": _histogram_to_json(variant.left_after),
        **{name: getattr(variant, name) for name in _OF_RESOURCES},
    }


def _histogram_to_json(times: Histogram) -> list[list[int]]:
    return [[bucket, count] for bucket, count in sorted(times.counts.items())]


def _rpc_from_json(document: Mapping[str, Any]) -> RpcEvidence:
    return RpcEvidence(
        str(document["rpc"]),
        _variant_from_json(document["legacy"]),
        _variant_from_json(document["domain"]),
    )


def _variant_from_json(document: Mapping[str, Any]) -> VariantEvidence:
    return VariantEvidence(
        judged=int(document["judged"]),
        failures=int(document["failures"]),
        fell_back=int(document["rescued"]),
        refused=int(document["refused"]),
        times=_histogram_from_json(document["times"]),
        # An earlier release left them out.
        left=int(document.get("left", 0)),
        left_after=_histogram_from_json(document.get("left_after", ())),
        **{name: int(document.get(name, 0)) for name in _OF_RESOURCES},
    )


def _histogram_from_json(counts: Iterable[Sequence[int]]) -> Histogram:
    return Histogram({int(bucket): int(count) for bucket, count in counts})
