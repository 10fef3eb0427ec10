"""The cameras of the rollouts' measurements: as many on each percentage point's tenth."""

import itertools
from collections.abc import Sequence

from camplane_tools.harness.operations import camera_address
from camplane_tools.load.client import http_request
from gateway.vocabulary.placement import bucket

# A weight that is a multiple of ten is so the exact share of the requests, in each round.
_TENTHS = 10
_EACH = 4


def rollout_cameras() -> list[str]:
    """Return 40 ids, four of each ten points of weight, none beside its like."""
    tenths: list[list[str]] = [[] for _ in range(_TENTHS)]
    for number in itertools.count():
        camera_id = f"gate-{number}"
        mine = tenths[bucket(camera_id) * _TENTHS // 100]
        if len(mine) < _EACH:
            mine.append(camera_id)
        if all(len(each) == _EACH for each in tenths):
            return [each[turn] for turn in range(_EACH) for each in tenths]
    raise AssertionError("itertools.count has no end")


def probe_between(cameras: Sequence[str], low: int, high: int) -> str:
    """Return a camera that changes sides when the weight goes from `low` to `high`, or back."""
    return next(one for one in cameras if low <= bucket(one) < high)


def status_of(camera_id: str) -> bytes:
    """Return the request for a camera's status."""
    return http_request("GET", camera_address(camera_id, "status"))


def change_of(camera_id: str, turn: int) -> bytes:
    """Return the request that gives a camera another name."""
    body = b'{"name": "Gate %d"}' % turn
    return http_request("PUT", camera_address(camera_id), body)
