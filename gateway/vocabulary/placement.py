"""Which side a camera is on, why, and when it moves: what Envoy will do, predicted. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import xxhash

from gateway.vocabulary.reason import Code, Reason, because
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import DOMAIN, LEGACY

CONTEXT = "camera"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a camera's requests go.

    path: "legacy" or "domain", now. bucket: 0 to 99. moves_at: the weight of the first
    step that brings it to domain; None when it is there already, and when no step does.
    """

    path: str
    why: Reason
    bucket: int
    moves_at: int | None


def written(camera_id: str) -> str:
    """Return the id as it stands in a path and in x-camera-id: all but A-Z a-z 0-9 _ . - ~ encoded.

    Envoy hashes what the client wrote, and cannot decode it: the same id written
    otherwise ("%2b" or "+" for "%2B") is another to it, and may be on the other
    side. Ids of those letters, digits and marks alone are written in one way only,
    unless a client encodes what needs no encoding.
    """
    return quote(camera_id, safe="")


def bucket(camera_id: str) -> int:
    """Return the percentage point, 0 to 99, that a camera falls on: domain's when below its weight.

    For the id as `written`, over REST and native gRPC alike; `bucket_of` is for
    what a client wrote in its own way.
    """
    return bucket_of(written(camera_id))


def bucket_of(segment: str) -> int:
    """Return the percentage point of an id as it came: the path's segment, or x-camera-id's value.

    As Envoy does it: xxHash64 with seed 0, modulo the weights' sum, which is 100.
    """
    return xxhash.xxh64_intdigest(segment.encode(), seed=0) % 100


def explain(camera_id: str, routing: Routing, steps: Sequence[int] = ()) -> Placement:
    """Say where a camera's requests go under `routing`, and why.

    steps: the weights of the plan, in percent. force_domain is not considered.
    With the monolith as the old side all native gRPC goes to domain all the same.
    """
    point, weight = bucket(camera_id), routing.split.domain(CONTEXT)
    is_below = point < weight
    pin = routing.pins.get(camera_id)
    moves_at = None
    if pin is None and not is_below:
        moves_at = min((step for step in steps if step > point), default=None)
    if pin is not None:
        return Placement(pin, because(Code.PLACED_BY_PIN), point, moves_at)
    code = Code.PLACED_BELOW_WEIGHT if is_below else Code.PLACED_ABOVE_WEIGHT
    why = because(code, bucket=point, weight=weight)
    return Placement(DOMAIN if is_below else LEGACY, why, point, moves_at)
