"""Simulated requests of a context: which RPC, which path, failed or not, how long. Pure.

Requests arrive by chance at a given rate (Poisson), and each is drawn for one path
by the step's weight, as Envoy does. Times are lognormal, with a median and a
spread of each RPC's own.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gateway.comparison.histogram import GROWTH


@dataclass(frozen=True, slots=True)
class Rpc:
    """share: of the requests; median_ms, spread: of the lognormal times; failing: beside 1."""

    name: str
    share: float
    median_ms: float
    spread: float
    failing: float


# What clients of the alert rules and of the cameras ask, about as often as they do:
# mostly reads that take a few milliseconds, few writes that take many. `failing`
# is relative, with a mean of 1: what writes and starts processes fails more.
MIX = (
    Rpc("List", 0.45, 4.0, 0.5, 0.6),
    Rpc("Get", 0.25, 2.5, 0.5, 0.6),
    Rpc("Status", 0.15, 3.0, 0.6, 1.0),
    Rpc("Update", 0.08, 9.0, 0.5, 2.5),
    Rpc("Create", 0.05, 12.0, 0.5, 2.5),
    Rpc("Restart", 0.02, 60.0, 0.4, 4.0),
)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one path behaves.

    failing: rate of failures over the whole mix; slower: factor on all times;
    refused: rate of answers such as NOT_FOUND.
    """

    failing: float = 0.002
    slower: float = 1.0
    refused: float = 0.01


class Request(NamedTuple):
    """One request. at: seconds since the step began; bucket: of its time in a histogram."""

    at: float
    rpc: int
    domain: bool
    failed: bool
    rescued: bool
    refused: bool
    bucket: int


_CHUNK = 512
_SHARES = np.array([one.share for one in MIX])
_MEDIANS = np.array([one.median_ms for one in MIX])
_SPREADS = np.array([one.spread for one in MIX])
_FAILING = np.array([one.failing for one in MIX]) / sum(one.share * one.failing for one in MIX)


def requests(
    random: np.random.Generator,
    per_second: float,
    weight: int,
    paths: tuple[Behaviour, Behaviour],
    begins: float = 0.0,
) -> Iterator[Request]:
    """Yield requests for ever, from `begins` on; paths: legacy and domain."""
    at = begins
    while True:
        times = at + np.cumsum(random.exponential(1 / per_second, _CHUNK))
        at = float(times[-1])
        rpcs = random.choice(len(MIX), _CHUNK, p=_SHARES)
        domain = random.random(_CHUNK) < weight / 100
        failing, slower, refused = (
            np.where(domain, getattr(paths[1], name), getattr(paths[0], name))
            for name in ("failing", "slower", "refused")
        )
        failed = random.random(_CHUNK) < np.minimum(
            np.where(failing < 1, failing * _FAILING[rpcs], 1.0), 1.0
        )
        took_us = 1000 * slower * _MEDIANS[rpcs]
        took_us *= np.exp(_SPREADS[rpcs] * random.standard_normal(_CHUNK))
        columns = (
            times,
            rpcs,
            domain,
            failed,
            # Of domain's failures legacy rescues those with an unreachable service.
            failed & domain & (random.random(_CHUNK) < 0.5),
            ~failed & (random.random(_CHUNK) < refused),
            np.ceil(np.log(np.maximum(took_us, 1.1)) / math.log(GROWTH)).astype(int),
        )
        yield from map(Request._make, zip(*(one.tolist() for one in columns), strict=True))
