"""Simulated requests of a context: which RPC, which path, failed or not, how long. Pure.

Requests arrive by chance at a given rate (Poisson), and each is drawn for one path
by the step's weight, as Envoy does. Times are lognormal, with a median and a
spread of each RPC's own, unless clients are of another kind.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import starmap
from typing import NamedTuple

import numpy as np

from gateway.telemetry.histogram import GROWTH


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

    failing: rate of failures over the whole mix; more_failing: of which RPC how much more;
    slower: factor on all times; refused: rate of answers such as NOT_FOUND. hanging: the
    RPC that never answers: its clients leave after PATIENCE_S. refusing: the RPC that is
    answered NOT_FOUND, whatever is asked, at refusing_rate. leaving: rate of clients
    that leave whatever happens, at some moment before the answer.
    """

    failing: float = 0.002
    more_failing: tuple[str, float] = ("", 0.0)
    slower: float = 1.0
    refused: float = 0.01
    hanging: str = ""
    refusing: str = ""
    refusing_rate: float = 1.0
    leaving: float = 0.0


@dataclass(frozen=True, slots=True)
class Clients:
    """What clients are like, on both paths.

    heavy_tail: exponent of a Pareto factor on all times; 0: none. shift: how much the
    mix changes within SHIFT_S, there and back: the logarithm of a share's largest factor.
    noisy: share of the requests that come from one client, which stays on one path.
    retrying: how often, at most, a client repeats what failed, at once; again_failing:
    the rate at which a repetition fails, too.
    """

    heavy_tail: float = 0.0
    shift: float = 0.0
    noisy: float = 0.0
    retrying: int = 0
    again_failing: float = 0.0


class Request(NamedTuple):
    """One request. at: seconds since the step began; bucket: of its time in a histogram.

    left: its client left, after that time. drawn: its path was drawn for it alone.
    again: it repeats, for the same resource, what failed.
    """

    at: float
    rpc: int
    domain: bool
    failed: bool
    fell_back: bool
    refused: bool
    left: bool
    drawn: bool
    bucket: int
    again: bool = False


# Of domain's failures legacy rescues those with an unreachable service.
_FALLS_BACK = 0.5
PATIENCE_S, SHIFT_S = 1.0, 600.0
_CHUNK = 512
_NAMES = [one.name for one in MIX]
_SHARES = np.array([one.share for one in MIX])
# These name one, and its path is kept.
_OF_RESOURCES = frozenset(_NAMES) - {"List", "Create"}
_MEDIANS = np.array([one.median_ms for one in MIX])
_SPREADS = np.array([one.spread for one in MIX])
_FAILING = np.array([one.failing for one in MIX]) / sum(one.share * one.failing for one in MIX)
# By day more is written, at night more is read.
_TILT = np.linspace(-1, 1, len(MIX))


class Traffic:
    """Draws requests; paths: legacy and domain. The same generator gives the same requests."""

    def __init__(
        self, random: np.random.Generator, per_second: float, clients: Clients | None = None
    ) -> None:
        self._random = random
        self._per_second = per_second
        self._clients = clients or Clients()
        # Which path the noisy client's is: one of a hundred buckets, as a camera has.
        self._noisy_bucket = random.random() * 100 if self._clients.noisy else 0.0
        self._began = 0.0

    def requests(
        self, weight: int, paths: tuple[Behaviour, Behaviour], begins: float = 0.0
    ) -> Iterator[Request]:
        """Yield requests for ever, from `begins` on."""
        at = begins
        while True:
            times = at + np.cumsum(self._random.exponential(1 / self._per_second, _CHUNK))
            at = float(times[-1])
            columns = self._drawn(times, weight, paths)
            for one in starmap(Request, zip(*(one.tolist() for one in columns), strict=True)):
                yield one
                if one.failed and self._clients.retrying:
                    yield from self._again(one, weight, paths)

    def goes_on(self, seconds: float) -> None:
        """Let a step that lasted so long be over."""
        self._began += seconds

    def _drawn(
        self, times: np.ndarray, weight: int, paths: tuple[Behaviour, Behaviour]
    ) -> tuple[np.ndarray, ...]:
        random, clients = self._random, self._clients
        rpcs = random.choice(len(MIX), _CHUNK, p=self._shares(float(times[0])))
        domain = random.random(_CHUNK) < weight / 100
        is_noisy = np.zeros(_CHUNK, dtype=bool)
        if clients.noisy:
            is_noisy = random.random(_CHUNK) < clients.noisy
            domain = np.where(is_noisy, self._noisy_bucket < weight, domain)
        failing, slower, refused, leaving = (
            np.where(domain, getattr(paths[1], name), getattr(paths[0], name))
            for name in ("failing", "slower", "refused", "leaving")
        )
        rates = np.where(failing < 1, failing * _FAILING[rpcs], 1.0)
        hanging, refusing = np.zeros((2, _CHUNK), dtype=bool)
        for path, here in zip(paths, (~domain, domain), strict=True):
            name, more = path.more_failing
            if name:
                rates = rates + more * (here & (rpcs == _NAMES.index(name)))
            if path.hanging:
                hanging |= here & (rpcs == _NAMES.index(path.hanging))
            if path.refusing:
                chosen = here & (rpcs == _NAMES.index(path.refusing))
                if path.refusing_rate < 1:
                    chosen &= random.random(_CHUNK) < path.refusing_rate
                refusing |= chosen
        failed = random.random(_CHUNK) < np.minimum(rates, 1.0)
        took_us = 1000 * slower * _MEDIANS[rpcs]
        took_us *= np.exp(_SPREADS[rpcs] * random.standard_normal(_CHUNK))
        if clients.heavy_tail:
            took_us *= 1 + random.pareto(clients.heavy_tail, _CHUNK)
        fell_back = random.random(_CHUNK) < _FALLS_BACK
        is_refused = (random.random(_CHUNK) < refused) | refusing
        left = hanging
        if leaving.any():
            early = random.random(_CHUNK) < leaving
            took_us = np.where(early, took_us * random.random(_CHUNK), took_us)
            left = hanging | early
        took_us = np.where(hanging, PATIENCE_S * 1e6, took_us)
        failed &= ~left
        return (
            times,
            rpcs,
            domain,
            failed,
            failed & domain & fell_back,
            ~failed & ~left & is_refused,
            left,
            ~is_noisy,
            np.ceil(np.log(np.maximum(took_us, 1.1)) / math.log(GROWTH)).astype(int),
        )

    def _shares(self, at: float) -> np.ndarray:
        if not self._clients.shift:
            return _SHARES
        phase = math.sin(2 * math.pi * (self._began + at) / SHIFT_S)
        shares = _SHARES * np.exp(self._clients.shift * phase * _TILT)
        return np.asarray(shares / shares.sum())

    def _again(
        self, first: Request, weight: int, paths: tuple[Behaviour, Behaviour]
    ) -> Iterator[Request]:
        """Yield what a client repeats, until it works or the client has enough.

        What names no resource has its path drawn anew, and fails there as others do.
        """
        named = _NAMES[first.rpc] in _OF_RESOURCES
        for _ in range(self._clients.retrying):
            domain = first.domain if named else self._random.random() < weight / 100
            same = domain is first.domain
            rate = self._clients.again_failing if same else paths[domain].failing
            failed = self._random.random() < rate
            fell_back = failed and domain and self._random.random() < _FALLS_BACK
            yield first._replace(failed=failed, fell_back=fell_back, domain=domain, again=named)
            if not failed:
                return
