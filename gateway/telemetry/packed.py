"""The metrics of a minute that is over, small enough to keep a day of them. Pure."""

import base64
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any, Self

import orjson

from gateway.telemetry.histogram import sum_packed
from gateway.telemetry.traffic_metrics import (
    RequestCell,
    RequestKey,
    ResourceCell,
    ResourceKey,
    ShadowCell,
    ShadowKey,
    SpanCell,
    SpanKey,
    TrafficMetrics,
)
from gateway.vocabulary.choices import DRAWN


@dataclass(frozen=True, slots=True)
class Packed:
    """requests: key, count, added_us, three packed histograms; spans: key, calls, self_us, one.

    shadows: key, pairs, differing, uncompared, and each field with its count; resources:
    key and counts.
    """

    requests: tuple[tuple[RequestKey, int, float, bytes, bytes, bytes], ...]
    spans: tuple[tuple[SpanKey, int, float, bytes], ...]
    shadows: tuple[tuple[ShadowKey, int, int, int, tuple[tuple[str, int], ...]], ...] = ()
    resources: tuple[tuple[ResourceKey, tuple[int, ...]], ...] = ()

    @classmethod
    def of(cls, metrics: TrafficMetrics) -> Self:
        """Pack."""
        return cls(
            tuple(
                (
                    key,
                    cell.count,
                    cell.added_us,
                    cell.total.pack(),
                    cell.attempt.pack(),
                    cell.gateway.pack(),
                )
                for key, cell in metrics.requests.items()
            ),
            tuple(
                (key, cell.calls, cell.self_us, cell.time.pack())
                for key, cell in metrics.spans.items()
            ),
            tuple(
                (key, cell.pairs, cell.differing, cell.uncompared, tuple(cell.fields.items()))
                for key, cell in metrics.shadows.items()
            ),
            tuple((key, astuple(cell)) for key, cell in metrics.resources.items()),
        )

    def to_bytes(self) -> bytes:
        """Return it for a database."""
        document = {
            "requests": [
                [list(key), count, added, *(_text(one) for one in times)]
                for key, count, added, *times in self.requests
            ],
            "spans": [
                [astuple(key), calls, self_us, _text(times)]
                for key, calls, self_us, times in self.spans
            ],
            "shadows": [[astuple(key), *counts] for key, *counts in self.shadows],
            "resources": [[list(key), counts] for key, counts in self.resources],
        }
        return zlib.compress(orjson.dumps(document), 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return what `to_bytes` wrote; ValueError when it is not such."""
        try:
            document = orjson.loads(zlib.decompress(data))
            return cls(
                tuple(
                    (_key(key), count, added, _bytes(a), _bytes(b), _bytes(c))
                    for key, count, added, a, b, c in document["requests"]
                ),
                tuple(
                    (SpanKey(*key), calls, self_us, _bytes(times))
                    for key, calls, self_us, times in document["spans"]
                ),
                tuple(
                    (ShadowKey(*key), *counts, tuple((name, count) for name, count in fields))
                    # An earlier release wrote none.
                    for key, *counts, fields in document.get("shadows", ())
                ),
                tuple(
                    (ResourceKey(*key), tuple(counts))
                    for key, counts in document.get("resources", ())
                ),
            )
        except (zlib.error, KeyError, TypeError) as error:
            raise ValueError(f"no metrics of a minute: {error}") from error


def unpacked(parts: Iterable[Packed]) -> TrafficMetrics:
    """Return the sum of the parts."""
    requests: dict[RequestKey, list[tuple[int, float, bytes, bytes, bytes]]] = defaultdict(list)
    spans: dict[SpanKey, list[tuple[int, float, bytes]]] = defaultdict(list)
    whole = TrafficMetrics()
    for part in parts:
        for copies, pairs, differing, uncompared, fields in part.shadows:
            cell = ShadowCell(pairs, differing, uncompared, Counter(dict(fields)))
            whole.shadows.setdefault(copies, ShadowCell()).merge(cell)
        for about, known in part.resources:
            whole.resources.setdefault(about, ResourceCell()).merge(ResourceCell(*known))
        for key, *values in part.requests:
            requests[key].append(tuple(values))  # type: ignore[arg-type]
        for name, *counted in part.spans:
            spans[name].append(tuple(counted))  # type: ignore[arg-type]
    for key, cells in requests.items():
        counts, added, total, attempt, gateway = zip(*cells, strict=True)
        whole.requests[key] = RequestCell(
            sum(counts), sum(added), sum_packed(total), sum_packed(attempt), sum_packed(gateway)
        )
    for name, found in spans.items():
        calls, self_us, times = zip(*found, strict=True)
        whole.spans[name] = SpanCell(sum(calls), sum(self_us), sum_packed(times))
    return whole


def _key(fields: list[Any]) -> RequestKey:
    """Return a key; an earlier release only said whether the path was drawn."""
    *others, chosen = fields
    if isinstance(chosen, bool):
        chosen = DRAWN if chosen else ""
    return RequestKey._make((*others, chosen))


def _text(data: bytes) -> str:
    return base64.b85encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b85decode(text)
