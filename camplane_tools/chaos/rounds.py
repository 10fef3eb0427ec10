"""A chaos test: one round after the other on a running camplane."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from random import Random

from camplane_tools.chaos import mounts
from camplane_tools.chaos.faults import FAULTS
from camplane_tools.chaos.faults.disks import NotHereError
from camplane_tools.chaos.ledger import Finding, Ledger
from camplane_tools.chaos.load import Load
from camplane_tools.chaos.readback import compare
from camplane_tools.chaos.report import Round
from camplane_tools.chaos.site import Site
from camplane_tools.chaos.watch import Watch
from camplane_tools.chaos.witness import Witness
from camplane_tools.harness.api import Api, camera_path
from camplane_tools.harness.camplane import raised
from camplane_tools.harness.errors import NotAnsweredError, NotInTimeError
from gateway.demo import footage

# All clients start these again and again; one worker each must be the result.
_SHARED = ("shared-0", "shared-1")
# The load runs so long, at random, before a fault comes.
_BEFORE_SECONDS = (0.1, 0.5)
# Everything that is not forced goes to domain, and a frozen worker is found soon.
_SETTINGS = {"USE_DOMAIN_SERVICE": "true", "CAMPLANE_WORKER_HEARTBEAT_SECONDS": "4"}

Tell = Callable[[Round], None]


async def run(faults: Sequence[str], seed: int, folder: Path, tell: Tell) -> None:
    """Run the rounds in order; `tell` gets each when it is over.

    folder: empty, and short of name; everything lies in it.
    """
    async with _running(folder, seed) as test:
        for number, fault in enumerate(faults):
            tell(await test.round(fault, Random(f"{seed}/{number}/{fault}")))  # noqa: S311


@contextlib.asynccontextmanager
async def _running(folder: Path, seed: int) -> AsyncIterator["_ChaosTest"]:
    data = folder / "data"
    data.mkdir()
    async with contextlib.AsyncExitStack() as stack:
        may_mount = True
        try:
            stack.enter_context(mounts.small_disk(data))
        except mounts.NoRightError:
            may_mount = False
        camplane = await stack.enter_async_context(raised(data, _SETTINGS))
        api = Api(lambda: camplane.url)
        stack.push_async_callback(api.close)
        ledger, witness = Ledger(), Witness(data)
        film = str(footage.driver())
        site = Site(camplane, api, ledger, witness, folder, film, may_mount)
        load = Load(api, ledger, seed, film, list(_SHARED))
        test = _ChaosTest(site, load)
        await test.begin()
        tasks = [asyncio.create_task(one) for one in (witness.look(), load.run())]
        try:
            yield test
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class _ChaosTest:
    def __init__(self, site: Site, load: Load) -> None:
        self._site = site
        self._load = load

    async def begin(self) -> None:
        """Make the cameras that all clients share."""
        for camera_id in _SHARED:
            entry = {"id": camera_id, "name": camera_id, "source": self._site.film}
            await self._site.api.must("POST", "/cameras", entry, "domain")
            self._site.ledger.acknowledged(("camera", camera_id), entry)
            await self._site.api.must("POST", camera_path(camera_id, "start"), side="domain")

    async def round(self, fault: str, random: Random) -> Round:
        """Bring about one fault under load, wait for its repair, read everything back."""
        findings: list[Finding] = []
        skipped = ""
        if self._site.camplane.is_worn:
            await self._site.camplane.renew()
        await self._until_steady()
        watch = Watch(random, time.monotonic, lambda: findings.extend(self._calm()))
        self._load.open()
        await asyncio.sleep(random.uniform(*_BEFORE_SECONDS))
        try:
            await FAULTS[fault](self._site, watch)
        except NotHereError as error:
            skipped = str(error)
        except (NotInTimeError, NotAnsweredError, ProcessLookupError) as error:
            findings.append(Finding("wrong", str(error)))
        await self._load.close()
        seen = self._load.tally.take()
        findings += seen.findings
        findings += self._site.take_findings()
        findings += await compare(self._site.api, self._site.ledger, self._load)
        findings += self._site.witness.take_findings()
        return Round(
            fault=fault,
            requests=dict(seen.requests),
            failed=dict(seen.failed),
            seconds=watch.seconds,
            findings=findings,
            skipped=skipped,
            repeated=seen.repeated,
        )

    async def _until_steady(self) -> None:
        """Return when nothing of the last round is left; with a new camplane if need be."""
        try:
            await self._site.until_steady()
        except NotInTimeError:  # the last round said so already
            await self._site.camplane.renew()
            await self._site.until_steady()

    def _calm(self) -> list[Finding]:
        """Judge the time before the fault, in which nothing may fail."""
        seen = self._load.tally.take()
        failed = [f"{count} failed before the fault: {kind}" for kind, count in seen.failed.items()]
        return seen.findings + [Finding("wrong", text) for text in failed]
