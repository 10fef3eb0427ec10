"""The acts: what is done to domain, to whom it shows, and what must be said of it.

Each act is done to an RPC of its own, so that what one leaves in the figures of
the last minutes is not taken for the next.
"""

import asyncio
import contextlib
import os
import signal
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from camplane_tools.chaos.faults.schema import changes_refused
from camplane_tools.chaos.strangers import at_the_door
from camplane_tools.demos.regression import findings
from camplane_tools.demos.regression.findings import Found, Json
from camplane_tools.demos.regression.traffic import Traffic
from camplane_tools.harness.camplane import Camplane, lives
from camplane_tools.harness.waiting import LOOK_SECONDS

# How long another program holds the lock of domain's database, and leaves it free.
_LOCKED_SECONDS = 0.15
_FREE_SECONDS = 0.05
# How long domain stands still, and goes on; and after how long a client leaves.
_FROZEN_SECONDS = 0.8
_THAWED_SECONDS = 0.1
_IMPATIENT_SECONDS = 0.4
# More clients that only ask how cameras are: each waits for one answer at a time.
_WATCHERS = 4
# Beyond these, the launcher's wait before it starts the process once more grows long.
_KILLS = 2


@dataclass(frozen=True)
class Act:
    """One act.

    write: the kind of camera changes that the load makes meanwhile (Traffic.write).
    cause: does the harm while it is entered. judge: takes the comparison, and
    says what it names of `rpc`. span: takes a trace and names the span to look at; a trace
    that has another does not count. expected_span: what must be named.
    """

    name: str
    story: str
    context: str
    rpc: str
    write: str
    cause: Callable[[Camplane, Traffic], AbstractAsyncContextManager[None]]
    judge: Callable[[Json, str], Found | None]
    span: Callable[[Json], str]
    expected_span: str


@contextlib.asynccontextmanager
async def _database_locked(camplane: Camplane, _traffic: Traffic) -> AsyncIterator[None]:
    """Let another program hold the write lock of camera.db, which only domain uses."""
    over = threading.Event()

    def hold() -> None:
        with _opened(camplane.data / "camera.db") as database:
            while not over.is_set():
                database.execute("BEGIN IMMEDIATE")
                over.wait(_LOCKED_SECONDS)
                database.execute("ROLLBACK")
                over.wait(_FREE_SECONDS)

    holding = asyncio.create_task(asyncio.to_thread(hold))
    try:
        yield
    finally:
        over.set()
        await holding


@contextlib.asynccontextmanager
async def _process_killed(camplane: Camplane, _traffic: Traffic) -> AsyncIterator[None]:
    """Kill alert/domain, and once more as soon as it is back."""

    async def kill() -> None:
        for _ in range(_KILLS):
            while not lives(camplane.pid("alert/domain")):  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(LOOK_SECONDS)
            pid = camplane.signal("alert/domain", signal.SIGKILL)
            while lives(pid):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)

    killing = asyncio.create_task(kill())
    try:
        yield
    finally:
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)


@contextlib.asynccontextmanager
async def _refused_among_strangers(camplane: Camplane, _traffic: Traffic) -> AsyncIterator[None]:
    async with changes_refused(camplane.data), at_the_door(camplane.url):
        yield


@contextlib.asynccontextmanager
async def _hung_for_the_impatient(camplane: Camplane, traffic: Traffic) -> AsyncIterator[None]:
    """Let camera/domain stand still again and again, too shortly to be known as down."""

    async def freeze() -> None:
        while True:
            pid = camplane.signal("camera/domain", signal.SIGSTOP)
            try:
                await asyncio.sleep(_FROZEN_SECONDS)
            finally:
                os.kill(pid, signal.SIGCONT)
            await asyncio.sleep(_THAWED_SECONDS)

    traffic.patience = _IMPATIENT_SECONDS
    watching = [traffic.watch(number) for number in range(_WATCHERS)]
    working = [asyncio.create_task(work) for work in (freeze(), *watching)]
    try:
        yield
    finally:
        for one in working:
            one.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        traffic.patience = None


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that others write to."""
    with contextlib.closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as database:
        yield database


ACTS = (
    Act(
        name="slow",
        story="another program holds the lock of camera.db, again and again",
        context="camera",
        rpc="CameraRestService/UpdateCamera",
        write="update",
        cause=_database_locked,
        judge=findings.slow,
        span=findings.slowest_step,
        expected_span="camera.db write",
    ),
    Act(
        name="wrong",
        story="a trigger in camera.db refuses every change",
        context="camera",
        rpc="CameraService/SetAutoStart",
        write="auto-start",
        cause=lambda camplane, _: changes_refused(camplane.data),
        judge=findings.wrong,
        span=findings.last_step,
        expected_span="camera.db write",
    ),
    Act(
        name="down",
        story="alert/domain is killed, and once more when it is back",
        context="alert",
        rpc="AlertRestService/UpdateRule",
        write="auto-start",
        cause=_process_killed,
        judge=findings.down,
        span=findings.stand_in,
        expected_span="router alert_domain egress",
    ),
    Act(
        name="wrong among strangers",
        story="the trigger again, while strangers knock with heads that are no requests",
        context="camera",
        rpc="CameraRestService/CreateCamera",
        write="create",
        cause=_refused_among_strangers,
        judge=findings.wrong_among_strangers,
        span=findings.last_step,
        expected_span="camera.db write",
    ),
    Act(
        name="hung",
        story="camera/domain stands still again and again, and clients leave after 0.4 s",
        context="camera",
        rpc="CameraService/GetCameraStatus",
        write="",
        cause=_hung_for_the_impatient,
        judge=findings.hung,
        span=findings.unanswered,
        expected_span="router camera_domain egress",
    ),
)
