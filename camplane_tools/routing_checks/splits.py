"""One split, held against who answers: drawn requests, and each camera and rule in its place."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count

from camplane_tools.routing_checks import checks
from camplane_tools.routing_checks.asking import Asking, of_each
from camplane_tools.routing_checks.checks import Check
from gateway.vocabulary.placement import bucket, bucket_of, explain
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import CONTEXTS, DOMAIN, LEGACY, Split

# Written otherwise in a path than as text: their place is that of the path's bytes.
ODD_IDS = ("门 1", "a+b", "50%", "ä&b=c", "..camera")


@dataclass(frozen=True)
class Extent:
    """How much is asked. requests: for each drawn split; buckets: how many places are looked at."""

    requests: int
    buckets: int = 100


def camera_ids(buckets: int) -> Sequence[str]:
    """Return ids that fall on as many different buckets, spread over all 100, and odd ones."""
    return (*_one_a_bucket((f"switch-{n}" for n in count()), bucket, buckets), *ODD_IDS)


def rule_ids(buckets: int) -> Sequence[str]:
    """Return ids of rules, high ones that no database has, a bucket each."""
    return _one_a_bucket((str(n) for n in count(1_000_000_000)), bucket_of, buckets)


async def look(under: str, asking: Asking, split: Split, extent: Extent) -> list[Check]:
    """Hold a gateway against the split that it should have."""
    return [
        *await drawn(under, asking, split, extent.requests),
        *await sticky(under, asking, Routing(split), camera_ids(extent.buckets)),
        await _rules(under, asking, split, rule_ids(extent.buckets)),
    ]


async def drawn(under: str, asking: Asking, split: Split, requests: int) -> list[Check]:
    """Hold drawn requests of both contexts, over REST and gRPC, against the split.

    At 0 and 100 % a third of `requests` is enough: one that goes the other way tells.
    """
    found = []
    for context in CONTEXTS:
        weight = split.domain(context)
        asked = requests // 3 if weight in (0, 100) else requests
        for native, over in ((False, "REST"), (True, "gRPC")):
            answered = await of_each(partial(asking.drawn, context), [native] * asked)
            name = f"{context}, drawn, {over}"
            found.append(checks.share(under, name, weight, answered))
    return found


async def sticky(
    under: str, asking: Asking, routing: Routing, ids: Sequence[str], name: str = "each camera"
) -> list[Check]:
    """Hold every camera, over REST and gRPC, against where `placement` says it is."""
    expected = {one: explain(one, routing).path for one in ids}
    found = []
    for native, over in ((False, "REST"), (True, "gRPC")):
        answered = await of_each(partial(asking.camera, native), ids)
        where = dict(zip(ids, answered, strict=True))
        found.append(checks.placed(under, f"{name}, {over}", expected, where))
    return found


async def _rules(under: str, asking: Asking, split: Split, ids: Sequence[str]) -> Check:
    expected = {one: DOMAIN if bucket_of(one) < split.alert else LEGACY for one in ids}
    answered = await of_each(asking.rule, ids)
    return checks.placed(under, "each rule, REST", expected, dict(zip(ids, answered, strict=True)))


def _one_a_bucket(
    candidates: Iterable[str], bucket_of: Callable[[str], int], buckets: int
) -> tuple[str, ...]:
    """Return the first candidate on each of `buckets` buckets, which are evenly spread."""
    wanted = {100 * place // buckets for place in range(buckets)}
    found: dict[int, str] = {}
    for candidate in candidates:
        point = bucket_of(candidate)
        if point in wanted:
            found.setdefault(point, candidate)
        if len(found) == buckets:
            break
    return tuple(found[each] for each in sorted(found))
