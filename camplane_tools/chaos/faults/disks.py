"""Faults of the disk that the data directory lies on."""

import asyncio
import os
import signal

from camplane_tools.chaos import mounts
from camplane_tools.chaos.faults.processes import gone
from camplane_tools.chaos.site import Site
from camplane_tools.chaos.watch import Watch

_SECONDS = 0.7
# Until the launcher has tried to start the service on the full disk.
_RESTART_SECONDS = 1.5


class NotHereError(Exception):
    """The fault cannot be brought about on this machine; the text says why."""


async def full(site: Site, watch: Watch) -> None:
    """Leave no byte free, for a moment."""
    _require_small_disk(site)
    watch.fault()
    with mounts.full(site.camplane.data):
        await asyncio.sleep(_SECONDS)
    watch.over()
    await site.until_answers("envoy")
    await _until_writes(site)
    watch.repaired()


async def kill_on_full(site: Site, watch: Watch) -> None:
    """SIGKILL camera/domain while no byte is free; it comes back when there is room."""
    _require_small_disk(site)
    watch.fault()
    with mounts.full(site.camplane.data):
        await gone(site.camplane.signal("camera/domain", signal.SIGKILL))
        await asyncio.sleep(_RESTART_SECONDS)
    watch.over()
    await site.until_answers("camera/domain")
    await _until_writes(site)
    watch.repaired()


async def read_only(site: Site, watch: Watch) -> None:
    """Let nothing be opened for writing, for a moment."""
    if not site.may_mount and not os.geteuid():
        raise NotHereError("root minds no permissions, and may not mount here")
    watch.fault()
    with mounts.read_only(site.camplane.data):
        await asyncio.sleep(_SECONDS)
    watch.over()
    await site.until_answers("envoy")
    await _until_writes(site)
    watch.repaired()


async def _until_writes(site: Site) -> None:
    """Return when a camera can be written on both sides again."""
    async with site.camera():
        pass


def _require_small_disk(site: Site) -> None:
    if not site.may_mount:
        raise NotHereError("no right to mount a small disk here")
