"""What is changed while a camplane runs: weights, pins; and what a request says for itself."""

import asyncio
from typing import Any

from camplane_tools.harness.api import Api
from camplane_tools.harness.camplane import Camplane
from camplane_tools.harness.operations import CAMERAS, RULES, camera_address, rule_address
from camplane_tools.harness.waiting import until
from camplane_tools.routing_checks import checks, splits
from camplane_tools.routing_checks.asking import Asking, of_each
from camplane_tools.routing_checks.checks import Check
from gateway.launcher.plan import Place
from gateway.proxy.admin import Admin, AdminError
from gateway.proxy.files import read_recorded
from gateway.vocabulary.placement import bucket, written
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import CONTEXTS, DOMAIN, LEGACY, Split

FORCED = {
    DOMAIN: ("true", "TRUE", "True", "1"),
    LEGACY: ("false", "FALSE", "False", "0"),
    "400": ("garbage", "", "2", "yes", "true,false", "domain"),
}
_TAKEN_UP_SECONDS = 60.0
# From Envoy's main thread, which tells the version, to its worker.
_WORKER_SECONDS = 0.05


async def set_split(camplane: Camplane, split: Split) -> None:
    """Set the weights over REST; return when Envoy goes by them."""
    changes = {
        f"{context}/weight": {"weight": split.domain(context), "author": "camplane verify"}
        for context in CONTEXTS
    }
    await _change(camplane, "PUT", changes)


async def pin(camplane: Camplane, pins: dict[str, str]) -> None:
    """Pin cameras over REST; return when Envoy goes by it."""
    await _change(camplane, "PUT", {f"pins/{written(i)}": {"path": p} for i, p in pins.items()})


async def unpin(camplane: Camplane, camera_ids: list[str]) -> None:
    """Take pins back over REST; return when Envoy goes by it."""
    await _change(camplane, "DELETE", {f"pins/{written(one)}": None for one in camera_ids})


async def forced(under: str, asking: Asking) -> list[Check]:
    """Hold `force_domain`, in all its spellings, against who answers, whatever the split."""
    paths = (CAMERAS, RULES, rule_address("1000000001"))
    cameras = [camera_address(one, "status") for one in splits.camera_ids(10)]
    found = []
    for side, spellings in FORCED.items():
        for spelling in spellings:
            asked = [f"{path}?force_domain={spelling}" for path in (*paths, *cameras)]
            name = f"force_domain={spelling or '(empty)'}"
            found.append(checks.chosen(under, name, side, await of_each(asking.path, asked)))
    return found


async def pinned(camplane: Camplane, asking: Asking, split: Split) -> list[Check]:
    """Pin cameras against what their buckets say, and take it back; all others stay."""
    ids = list(splits.camera_ids(20))
    others, movers = ids[::2], ids[1::2]
    pins = {one: LEGACY if bucket(one) < split.camera else DOMAIN for one in movers}
    await pin(camplane, pins)
    under = f"{len(pins)} pins"
    routing = Routing(split, pins=pins)
    found = await splits.sticky(under, asking, routing, movers, "each pinned camera")
    found += await splits.sticky(under, asking, routing, others, "each other camera")
    for side, spelling in ((DOMAIN, "true"), (LEGACY, "false")):
        asked = [f"{camera_address(one, 'status')}?force_domain={spelling}" for one in movers]
        answered = await of_each(asking.path, asked)
        name = f"force_domain={spelling} wins over a pin"
        found.append(checks.chosen(under, name, side, answered))
    await unpin(camplane, movers)
    return found + await splits.sticky(
        "pins taken back", asking, Routing(split), ids, "each camera"
    )


async def _change(camplane: Camplane, method: str, bodies: dict[str, Any]) -> None:
    api = Api(lambda: camplane.url)
    try:
        for path, body in bodies.items():
            await api.must(method, f"/rollouts/{path}", body)
    finally:
        await api.close()
    await _taken_up(camplane)


async def _taken_up(camplane: Camplane) -> None:
    """Return when Envoy has what was written last; NotInTimeError."""
    directory = Place(camplane.data, camplane.data).envoy
    admin = Admin(camplane.admin_socket)
    wanted = (await asyncio.to_thread(read_recorded, directory)).version

    async def taken_up() -> bool:
        return await _version(admin) == wanted

    try:
        await until("Envoy takes up the routes", _TAKEN_UP_SECONDS, taken_up)
    finally:
        await admin.close()
    await asyncio.sleep(_WORKER_SECONDS)


async def _version(admin: Admin) -> str:
    """Return the version in force; nothing while Envoy is too busy to say."""
    try:
        return await admin.routing_version()
    except AdminError:
        return ""
