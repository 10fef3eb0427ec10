"""Faults of processes: killed, killed one after the other, frozen."""

import asyncio
import os
import signal

from camplane_tools.chaos.site import PATIENCE_SECONDS, Site
from camplane_tools.chaos.watch import Watch
from camplane_tools.harness.camplane import LAUNCHER, lives
from camplane_tools.harness.waiting import until

# A frozen process goes on after at most this long.
_FREEZE_SECONDS = 1.0
# Between one that is back and the other that is killed.
_IN_TURN_SECONDS = 0.5


async def kill(name: str, site: Site, watch: Watch) -> None:
    """SIGKILL a process that the launcher keeps running."""
    watch.fault()
    pid = site.camplane.signal(name, signal.SIGKILL)
    await gone(pid, name)
    await site.until_answers(name)
    watch.repaired()


async def kill_in_turn(context: str, site: Site, watch: Watch) -> None:
    """SIGKILL one implementation, and the other just when the first is back."""
    names = [f"{context}/legacy", f"{context}/domain"]
    watch.random.shuffle(names)
    watch.fault()
    for name in names:
        watch.over()
        pid = site.camplane.signal(name, signal.SIGKILL)
        await gone(pid, name)
        await site.until_answers(name)
        if name == names[0]:
            await asyncio.sleep(watch.random.uniform(0, _IN_TURN_SECONDS))
    watch.repaired()


async def kill_launcher(site: Site, watch: Watch) -> None:
    """SIGKILL the launcher, and start a new one on the same data."""
    watch.fault()
    site.camplane.signal(LAUNCHER, signal.SIGKILL)
    await site.camplane.gone()
    await site.camplane.up()
    await site.until_answers(LAUNCHER)
    watch.repaired()


async def kill_worker(site: Site, watch: Watch) -> None:
    """SIGKILL a camera's worker, which is to be started again."""
    async with site.camera() as camera_id:
        watch.fault()
        pid = await site.pid_of(camera_id)
        os.kill(pid, signal.SIGKILL)
        await site.until_streams(camera_id, not_pid=pid)
        watch.repaired()


async def freeze(name: str, site: Site, watch: Watch) -> None:
    """SIGSTOP a process for a moment."""
    watch.fault()
    pid = site.camplane.signal(name, signal.SIGSTOP)
    try:
        await asyncio.sleep(watch.random.uniform(0.1, _FREEZE_SECONDS))
    finally:
        os.kill(pid, signal.SIGCONT)
    watch.over()
    await site.until_answers(name)
    watch.repaired()


async def freeze_worker(site: Site, watch: Watch) -> None:
    """SIGSTOP a worker for a moment: it goes on as the same process."""
    async with site.camera() as camera_id:
        pid = await site.pid_of(camera_id)
        watch.fault()
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(watch.random.uniform(0.1, _FREEZE_SECONDS))
        finally:
            os.kill(pid, signal.SIGCONT)
        watch.over()
        await site.until_moves(camera_id)
        watch.repaired()
        site.expect(await site.pid_of(camera_id) == pid, f"the worker of {camera_id} was replaced")


async def freeze_worker_for_good(site: Site, watch: Watch) -> None:
    """SIGSTOP a worker: without heartbeat it is killed, and another one is started."""
    async with site.camera() as camera_id:
        pid = await site.pid_of(camera_id)
        watch.fault()
        os.kill(pid, signal.SIGSTOP)
        await site.until_streams(camera_id, not_pid=pid)
        watch.repaired()


async def gone(pid: int, name: str = "the process") -> None:
    """Return when a killed process has ended."""

    async def ended() -> bool:
        return not lives(pid)

    await until(f"{name} has ended", PATIENCE_SECONDS, ended)
