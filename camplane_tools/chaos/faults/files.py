"""Faults of files: times that jump, cameras.yaml replaced by hand."""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from camplane_tools.chaos.site import CONTEXTS, PATIENCE_SECONDS, Site
from camplane_tools.chaos.watch import Watch
from camplane_tools.harness.waiting import until

_YEAR = 365 * 86400
# Long enough for a supervisor to look at what it finds.
_LOOK_SECONDS = 0.5
_MALFORMED_SECONDS = 0.5
_MALFORMED = b"cameras:\n  - {id: half, name: a hand slipped\n"


async def clock_jump(site: Site, watch: Watch) -> None:
    """Give all files the times that a clock leaves which jumped by up to a year.

    The system's clock itself is not set: the chaos test shares the machine.
    """
    async with site.camera() as camera_id:
        pid = await site.pid_of(camera_id)
        jump = watch.random.uniform(-_YEAR, _YEAR)
        watch.fault()
        data = site.camplane.data
        for folder in (data / "config", data / "workers", data / "logs" / "pids"):
            for path in folder.iterdir():
                with contextlib.suppress(FileNotFoundError):  # a version that was renamed
                    moved = path.stat().st_mtime + jump
                    os.utime(path, (moved, moved))
        await asyncio.sleep(_LOOK_SECONDS)
        watch.over()
        await site.until_answers("envoy")
        await site.until_moves(camera_id)
        watch.repaired()
        site.expect(await site.pid_of(camera_id) == pid, f"the worker of {camera_id} was replaced")


async def by_hand(site: Site, watch: Watch) -> None:
    """Rename an edited cameras.yaml into place between two writes; both sides take it in."""
    camera_id = f"by-hand-{watch.random.randrange(3)}"
    key = ("camera", camera_id)
    watch.fault()
    with _own(site) as file:
        document = yaml.safe_load(file.read_bytes())
        others = [entry for entry in document["cameras"] if entry["id"] != camera_id]
        entry = {"id": camera_id, "name": f"by hand {watch.random.random()}", "source": site.film}
        document["cameras"] = [*others, entry]
        _rename_into_place(file, yaml.safe_dump(document, sort_keys=False).encode())
        site.ledger.acknowledged(key, entry)
    watch.over()
    for side in ("domain", "legacy"):
        answer = await site.api.ask(side, "GET", f"/cameras/{camera_id}")
        site.expect(answer.json == entry, f"{side} has not taken in the change: {answer.json}")
    watch.repaired()


async def malformed(site: Site, watch: Watch) -> None:
    """Rename a malformed cameras.yaml into place, and the right one again later."""
    async with site.camera() as camera_id:
        pid = await site.pid_of(camera_id)
        watch.fault()
        with _own(site) as file:
            good = file.read_bytes()
            site.witness.file_is_ours = True
            _rename_into_place(file, _MALFORMED)
        rules = await site.api.ask("domain", "GET", CONTEXTS["alert"])
        site.expect(rules.status == 200, "alert rules need no cameras.yaml")
        await until("the malformed file is refused", PATIENCE_SECONDS, lambda: _refused(site))
        await asyncio.sleep(watch.random.uniform(0, _MALFORMED_SECONDS))
        with _own(site) as file:
            site.expect(file.read_bytes() == _MALFORMED, "the malformed file was written to")
            _rename_into_place(file, good)
        site.witness.file_is_ours = False
        watch.over()
        await site.until_answers("camera/domain")
        await site.until_answers("camera/legacy")
        watch.repaired()
        site.expect(await site.pid_of(camera_id) == pid, f"the worker of {camera_id} was replaced")


async def _refused(site: Site) -> bool:
    answers = [await site.api.ask(side, "GET", "/cameras") for side in ("domain", "legacy")]
    return all(answer.status == 500 for answer in answers)


@contextlib.contextmanager
def _own(site: Site) -> Iterator[Path]:
    """Give cameras.yaml while nobody writes it.

    A hand without the writers' lock would undo, by itself, what was acknowledged
    since it read the file; that is no fault of camplane's, so none is drilled.
    """
    folder = site.camplane.data / "config"
    with (folder / ".cameras.yaml.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / "cameras.yaml"


def _rename_into_place(file: Path, text: bytes) -> Any:
    beside = file.with_name("edited.yaml")
    beside.write_bytes(text)
    beside.chmod(0o600)
    beside.rename(file)
