"""Plays the acts on a running camplane, one after the other, and asks what the comparison says."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from camplane_tools.demos.regression.acts import ACTS, Act
from camplane_tools.demos.regression.findings import Found, Json, rpc_of, trace_ids
from camplane_tools.demos.regression.traffic import Traffic
from camplane_tools.harness.api import Api
from camplane_tools.harness.camplane import Camplane, raised
from camplane_tools.harness.demonstration import NotAsPromisedError, Tell
from camplane_tools.harness.errors import NotInTimeError
from camplane_tools.harness.waiting import until
from gateway.demo import footage

# Half of both contexts' requests are domain's.
_SETTINGS = {"USE_DOMAIN_SERVICE": "true", "ROLLOUT_PERCENT": "50"}
# All of it lies within the window: acts are told apart by their RPCs.
_MINUTES = "60"
_PATIENCE_SECONDS = 150.0
_TELL_SECONDS = 5.0
# What is asked about is a second old at least; more questions find no more.
_ASK_SECONDS = 0.25


class NotNamedError(NotAsPromisedError):
    """The comparison did not name an act, or named it before it was; the text tells which."""


async def play(folder: Path, tell: Tell, acts: Sequence[Act] = ACTS) -> Sequence[tuple[Act, Found]]:
    """Play acts on a camplane of their own; return what was found of each.

    folder: empty, and short of name; everything lies in it. NotNamedError,
    NotInTimeError.
    """
    async with _running(folder) as stage:
        tell(f"camplane is up, half of the traffic is domain's: {stage.camplane.url}")
        await stage.until_known(acts, tell)
        return [(act, await stage.play(act, tell)) for act in acts]


@contextlib.asynccontextmanager
async def _running(folder: Path) -> AsyncIterator["_Stage"]:
    async with contextlib.AsyncExitStack() as stack:
        camplane = await stack.enter_async_context(raised(folder / "data", _SETTINGS))
        api = Api(lambda: camplane.url)
        stack.push_async_callback(api.close)
        traffic = Traffic(api, str(footage.driver()))
        await traffic.prepare()
        running = asyncio.create_task(traffic.run())
        try:
            yield _Stage(camplane, api, traffic, running)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


class _Stage:
    def __init__(
        self, camplane: Camplane, api: Api, traffic: Traffic, running: asyncio.Task[None]
    ) -> None:
        self.camplane = camplane
        self._api = api
        self._traffic = traffic
        self._running = running

    async def until_known(self, acts: Sequence[Act], tell: Tell) -> None:
        """Return when all is well, and figures that can be trusted know both paths of each RPC."""

        async def known() -> bool:
            comparison = await self._comparison()
            if not comparison["contexts"] or not comparison["truth"]["sufficient"]:
                return False
            said = [rpc_of(comparison, act.rpc) for act in acts]
            return all(
                one and one["legacy"]["requests"] and one["domain"]["requests"] for one in said
            ) and await self._is_healthy("camera", "alert")

        await self._wait("both paths of all RPCs are known", known, tell)

    async def play(self, act: Act, tell: Tell) -> Found:
        """Do harm until it is named, and heal; return what was named."""
        self._traffic.write = act.write
        if early := act.judge(await self._comparison(), act.rpc):
            raise NotNamedError(f"{act.name}: {early.cause} was said before anything was done")
        tell(f"{act.name}: {act.story}")
        began = time.monotonic()
        found: list[Found] = []

        async def named() -> bool:
            found[:] = [one for one in [await self._named(act)] if one]
            return bool(found)

        async with act.cause(self.camplane, self._traffic):
            await self._wait(f"{act.name} is named", named, tell)
        tell(f"{act.name}: named after {time.monotonic() - began:.1f} s")
        self._traffic.forget()
        await self._wait("all is well again", lambda: self._is_healthy(act.context), tell)
        return found[0]

    async def _named(self, act: Act) -> Found | None:
        """Return what the comparison names, with a trace that shows it; None until it does."""
        comparison = await self._comparison()
        said, found = rpc_of(comparison, act.rpc), act.judge(comparison, act.rpc)
        for trace_id in trace_ids(said, found.kind) if found else ():
            answer = await self._api.ask("", "GET", f"/monitoring/traces/{trace_id}")
            span = act.span(answer.json) if answer.status == 200 else ""
            if found and span == act.expected_span:
                return replace(found, span=span, trace_id=trace_id)
        return None

    async def _comparison(self) -> Json:
        answer = await self._api.ask("", "GET", "/monitoring/comparison", minutes=_MINUTES)
        if answer.status != 200:
            return {"contexts": []}
        comparison: dict[str, Any] = answer.json
        return comparison

    async def _is_healthy(self, *contexts: str) -> bool:
        if not all(self._traffic.is_healthy(context) for context in contexts):
            return False
        answer = await self._api.ask("", "GET", "/monitoring/health")
        return answer.status == 200 and answer.json["status"] == "healthy"

    async def _wait(self, what: str, question: Callable[[], Any], tell: Tell) -> None:
        """Return when the question is true; tell meanwhile that it is not yet. NotInTimeError."""
        tell_at = time.monotonic() + _TELL_SECONDS

        async def ask() -> bool:
            nonlocal tell_at
            if self._running.done():
                self._running.result()  # the load ends by an error alone
            if await question():
                return True
            if time.monotonic() > tell_at:
                tell_at += _TELL_SECONDS
                tell(f"  waiting until {what}; {self._traffic.requests:,} requests so far")
            await asyncio.sleep(_ASK_SECONDS)
            return False

        try:
            await until(what, _PATIENCE_SECONDS, ask)
        except NotInTimeError as error:
            raise NotNamedError(f"{error}; the comparison says: {await self._said()}") from error

    async def _said(self) -> str:
        comparison = await self._comparison()
        reasons = [text for context in comparison["contexts"] for text in context["reasons"]]
        return f"{'; '.join(reasons) or 'nothing'}; truth {comparison.get('truth')}"
