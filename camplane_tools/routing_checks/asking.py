"""Asks a gateway for nothing in particular, over REST and gRPC, and says who answered."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
from camplane.alert.v1 import alert_service_pb2 as alert
from camplane.alert.v1.alert_service_pb2_grpc import AlertServiceStub
from camplane.camera.v1 import camera_service_pb2 as camera
from camplane.camera.v1.camera_service_pb2_grpc import CameraServiceStub

from camplane_tools.harness.operations import LISTS, camera_address, rule_address
from camplane_tools.load.client import Client, NoAnswerError, http_request
from gateway.proxy.native_routes import CAMERA_ID_METADATA
from gateway.vocabulary.placement import written

_PATH, _FALLBACK = "x-camplane-path", "x-camplane-fallback"
_AT_ONCE = 16
_SECONDS = 20.0

T = TypeVar("T")


@dataclass(frozen=True)
class Asking:
    """A gateway that is asked; whatever goes wrong with a request stands in place of a side."""

    rest: Client
    cameras: Any
    rules: Any

    async def path(self, path: str) -> str:
        """GET `path`; return "legacy", "domain", or in words what came instead.

        A refusal by the gateway itself is "400", or whatever its status is.
        """
        try:
            answer = await self.rest.ask(http_request("GET", path), _SECONDS)
        except NoAnswerError as error:
            return f"nobody ({error})"
        if answer.status >= 500 or _PATH not in answer.headers:
            return str(answer.status)
        return _who(answer.headers)

    async def drawn(self, context: str, native: bool) -> str:
        """Ask for a list, for which each request is drawn anew; return who answered."""
        if not native:
            return await self.path(LISTS[context])
        if context == "camera":
            return await _native(self.cameras.ListCameras(camera.ListCamerasRequest()))
        return await _native(self.rules.ListRules(alert.ListRulesRequest()))

    async def camera(self, native: bool, camera_id: str) -> str:
        """Ask for a camera's status, which needs no camera to be there; return who answered."""
        if not native:
            return await self.path(camera_address(camera_id, "status"))
        request = camera.GetCameraStatusRequest(camera_id=camera_id)
        metadata = ((CAMERA_ID_METADATA, written(camera_id)),)
        return await _native(self.cameras.GetCameraStatus(request, metadata=metadata))

    async def rule(self, rule_id: str) -> str:
        """Ask for a rule, which need not be there; return who said so."""
        return await self.path(rule_address(rule_id))


@contextlib.asynccontextmanager
async def asking(url: str) -> AsyncIterator[Asking]:
    """Give what asks the gateway at `url`."""
    client = Client(url)
    try:
        async with grpc.aio.insecure_channel(url.removeprefix("http://")) as channel:
            yield Asking(client, CameraServiceStub(channel), AlertServiceStub(channel))
    finally:
        client.close()


async def of_each(ask: Callable[[T], Awaitable[str]], items: Iterable[T]) -> list[str]:
    """Ask for each item, some at once; return who answered, in the items' order."""
    free = asyncio.Semaphore(_AT_ONCE)

    async def one(item: T) -> str:
        async with free:
            return await ask(item)

    return list(await asyncio.gather(*map(one, items)))


async def _native(call: Any) -> str:
    try:
        await asyncio.wait_for(call, _SECONDS)
    except grpc.aio.AioRpcError as error:
        return error.code().name
    except TimeoutError:
        return "nobody (timeout)"
    return _who(dict(await call.initial_metadata()))


def _who(headers: Mapping[str, Any]) -> str:
    who = str(headers.get(_PATH, "nobody known"))
    return f"{who}, as a fallback" if headers.get(_FALLBACK) else who
