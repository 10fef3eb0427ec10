"""The table: who does what to the system, and what a rollout must make of it."""

import asyncio
import contextlib
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum

from camplane_tools.chaos.faults.schema import answers_altered, changes_refused
from camplane_tools.chaos.strangers import at_the_door
from camplane_tools.harness.camplane import Camplane
from tests.evidence import habits, streams
from tests.evidence.clients import IMPATIENT_SECONDS, Clients, repeated
from tests.evidence.lossy import spans_lost


class Expected(StrEnum):
    """What becomes of a plan of two steps, 50 and 100 percent."""

    # It is carried out to its end.
    PASSES = "passes"
    # It is aborted.
    FAILS = "fails"
    # It stays where it is, and says what it waits for.
    WAITS = "waits"
    # It is aborted or waits: what matters is that it does not advance.
    NEVER_PASSES = "never passes"


@dataclass(frozen=True)
class Adversity:
    """One row.

    story: who does what. begins: brings it about while it is entered. says: what the reason,
    or what the plan waits for, must speak of; a regular expression. late: it begins when the
    plan's first weight is in force; else before the plan. criteria: what the plan's analysis
    has beside.
    """

    name: str
    story: str
    begins: Callable[[Camplane, Clients], AbstractAsyncContextManager[None]]
    expected: Expected
    says: str = ""
    late: bool = False
    criteria: str = ""


@contextlib.asynccontextmanager
async def _nothing(_camplane: Camplane, _clients: Clients) -> AsyncIterator[None]:
    yield


@contextlib.asynccontextmanager
async def _hung_for_the_impatient(camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Hold the lock of domain's database; clients leave long before anything gives up."""
    clients.patience = IMPATIENT_SECONDS
    database = sqlite3.connect(
        camplane.data / "camera.db", timeout=10, isolation_level=None, check_same_thread=False
    )
    with contextlib.closing(database):
        await asyncio.to_thread(database.execute, "BEGIN IMMEDIATE")
        yield


@contextlib.asynccontextmanager
async def _refused_and_repeated(camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Fail domain's writes; clients send each again, so that failures come in threes."""
    clients.retries = 2
    async with changes_refused(camplane.data):
        yield


@contextlib.asynccontextmanager
async def _malformed_traces(_camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Give every request a traceparent that is none."""
    clients.headers = {"traceparent": "00-00000000000000000000000000000000-0000000000000000-01"}
    yield


@contextlib.asynccontextmanager
async def _only_forced(_camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Have every request say which path it wants."""
    clients.force = "true"
    yield


@contextlib.asynccontextmanager
async def _noisy(_camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """One client asks for the state of one camera, nine times as often as all others."""

    async def step() -> None:
        await clients.ask("GET", "/api/v1/cameras/evidence-1/status")

    async with repeated(step, times=12):
        yield


@contextlib.asynccontextmanager
async def _probes(_camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Load balancers ask whether anybody is here, over and over."""

    async def step() -> None:
        await clients.ask("GET", "/api/v1/monitoring/health")
        await clients.ask("OPTIONS", "/")

    async with repeated(step, times=2):
        yield


@contextlib.asynccontextmanager
async def _stopped(camplane: Camplane, _clients: Clients) -> AsyncIterator[None]:
    """Stop domain's process in the middle of everything."""
    camplane.signal("camera/domain", signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            camplane.signal("camera/domain", signal.SIGCONT)


@contextlib.asynccontextmanager
async def _controller_killed(camplane: Camplane, _clients: Clients) -> AsyncIterator[None]:
    """Kill the process that judges, in the middle of a step."""
    camplane.signal("control", signal.SIGKILL)
    yield


@contextlib.asynccontextmanager
async def _wrong_and_fast(camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Have domain answer another name for each camera, and all reads be mirrored."""
    try:
        async with answers_altered(camplane.data), clients.mirrored():
            yield
    finally:
        # The next change of any camera puts all rows right, and none else may come.
        await clients.ask("PUT", "/api/v1/cameras/evidence-0", json={"name": "right again"})


TABLE = (
    Adversity("healthy", "nobody does anything", _nothing, Expected.PASSES),
    Adversity(
        "hung for the impatient",
        "domain's writes hang, and clients leave after 0.4 s",
        _hung_for_the_impatient,
        Expected.NEVER_PASSES,
        "answered as asked|left",
    ),
    Adversity(
        "failures repeated",
        "domain fails every write, and clients send each three times",
        _refused_and_repeated,
        Expected.FAILS,
        "failed",
    ),
    Adversity(
        "strangers at the door",
        "heads that are none, too long or half sent, 40 a second",
        lambda camplane, _: at_the_door(camplane.url),
        Expected.PASSES,
    ),
    Adversity(
        "malformed traces",
        "every request has a traceparent of zeros",
        _malformed_traces,
        Expected.PASSES,
    ),
    Adversity(
        "forced requests alone",
        "every request names domain by force_domain",
        _only_forced,
        Expected.WAITS,
    ),
    Adversity(
        "one noisy client",
        "one client of one camera sends most of the requests",
        _noisy,
        Expected.PASSES,
    ),
    Adversity(
        "what was deleted is polled",
        "one client asks, as often as others do for all, for five cameras that are no more",
        habits.polls_what_was_deleted,
        Expected.PASSES,
    ),
    Adversity(
        "what was made again is missing",
        "five cameras are deleted and made again; domain alone says that they are not there",
        habits.polls_what_was_made_again,
        Expected.FAILS,
        "answered as asked",
    ),
    Adversity(
        "logs are followed",
        "clients follow logs, each for a moment",
        streams.followed,
        Expected.PASSES,
    ),
    Adversity(
        "streams end",
        "domain ends log streams after their first event, without an error",
        streams.ended,
        Expected.FAILS,
        "answered as asked",
    ),
    Adversity(
        "wrong changes",
        "one client changes a camera as nobody may, others change it as they may",
        habits.changes_wrongly,
        Expected.PASSES,
    ),
    Adversity(
        "clients leave at once",
        "one client asks for a camera and resets the connection",
        habits.leaves_at_once,
        Expected.PASSES,
    ),
    Adversity(
        "uploads broken off",
        "one client leaves in the middle of what it sends",
        habits.breaks_off_uploads,
        Expected.PASSES,
    ),
    Adversity(
        "an operation for one camera alone",
        "one client asks legacy for what nobody else asks for",
        habits.alone_with_an_operation,
        Expected.PASSES,
    ),
    Adversity(
        "a burst of probes",
        "health is asked as fast as it is answered",
        _probes,
        Expected.PASSES,
    ),
    Adversity(
        "fast and wrong",
        "domain answers at once, with another name for every camera; the plan has `shadow`",
        _wrong_and_fast,
        Expected.FAILS,
        "differs",
        criteria="shadow: {maxDifference: 1, minPairs: 100}",
    ),
    Adversity(
        "spans lost",
        "one span in twenty gets lost on its way from the gateway",
        lambda camplane, _: spans_lost(camplane),
        Expected.WAITS,
        "not certain that the spans agree",
    ),
    Adversity(
        "domain frozen",
        "domain's process stands still; legacy answers in its place",
        _stopped,
        Expected.NEVER_PASSES,
        late=True,
    ),
    Adversity(
        "controller killed",
        "the process that judges is killed in the middle of a step",
        _controller_killed,
        Expected.PASSES,
        late=True,
    ),
)
