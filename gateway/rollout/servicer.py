"""RolloutService: decode, one command or question, encode."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

import grpc
from camplane.gateway.v1 import rollout_service_pb2 as pb
from camplane.gateway.v1 import rollout_service_pb2_grpc

from gateway.proxy.authentication import SUBJECT
from gateway.rollout.controller import Controller, Router
from gateway.rollout.decisions import commands
from gateway.rollout.decisions.commands import Asked, InvalidCommandError, RefusedError
from gateway.rollout.decisions.decision import LoggedDecision
from gateway.rollout.decisions.state import RolloutState
from gateway.rollout.decisions.steps import Move
from gateway.rollout.decisions.store import RolloutStore
from gateway.rollout.encoding import decision, fill_rollout, step_forecast
from gateway.rollout.notifications.outbox import QueueStatus
from gateway.rollout.observer import Observer
from gateway.rollout.plan.file import read_plan, shipped_plan
from gateway.rollout.plan.forecast import forecast
from gateway.rollout.plan.model import RolloutPlan
from gateway.vocabulary.placement import explain
from gateway.vocabulary.reason_message import encoded
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import CONTEXTS
from gateway.vocabulary.wording import text
from servicekit.moments import now
from servicekit.threads import Threads
from servicekit.webhooks.rules import WebhookNotAllowedError, WebhookRules

DEFAULT_DECISIONS, MAX_DECISIONS = 50, 1000
# gRPC's clients take messages of 4 MiB unless told otherwise.
MAX_DOCUMENTS = 3 << 20
WATCH_SECONDS = 1.0
CAMERA = "camera"
# The order in which the plans that come with camplane roll them out.
ORDER = ("alert", "camera")

Command = Callable[[RolloutState, Asked], Move | None]


class RolloutServicer(rollout_service_pb2_grpc.RolloutServiceServicer):
    """Answers from the controller, its store and the routes in force.

    no_mirrors: why no reads can be mirrored; "" when they can. webhooks: where they may go.
    """

    def __init__(
        self,
        controller: Controller,
        store: RolloutStore,
        router: Router,
        observer: Observer,
        threads: Threads,
        no_mirrors: str = "",
        webhooks: WebhookRules | None = None,
    ) -> None:
        self._webhooks = webhooks or WebhookRules()
        self._observer = observer
        self._no_mirrors = no_mirrors
        self._controller = controller
        self._store = store
        self._router = router
        self._threads = threads

    async def ListRollouts(
        self, request: pb.ListRolloutsRequest, context: grpc.aio.ServicerContext
    ) -> pb.ListRolloutsResponse:
        return await self._all(pb.ListRolloutsResponse())

    async def WatchRollouts(
        self, request: pb.WatchRolloutsRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[pb.WatchRolloutsResponse]:
        while True:
            yield await self._all(pb.WatchRolloutsResponse())
            await self._controller.moved(WATCH_SECONDS)

    async def GetRollout(
        self, request: pb.GetRolloutRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetRolloutResponse:
        _known(request.context)
        return pb.GetRolloutResponse(rollout=await self._one(request.context))

    async def StartRollout(
        self, request: pb.StartRolloutRequest, context: grpc.aio.ServicerContext
    ) -> pb.StartRolloutResponse:
        plan = await self._plan(request)
        rollout = await self._command(request, context, partial(commands.start, plan=plan))
        return pb.StartRolloutResponse(rollout=rollout)

    async def PromoteRollout(
        self, request: pb.PromoteRolloutRequest, context: grpc.aio.ServicerContext
    ) -> pb.PromoteRolloutResponse:
        _known(request.context)
        trouble = self._controller.trouble_of(request.context)
        command = partial(commands.promote, full=request.full, force=request.force, trouble=trouble)
        return pb.PromoteRolloutResponse(rollout=await self._command(request, context, command))

    async def PauseRollout(
        self, request: pb.PauseRolloutRequest, context: grpc.aio.ServicerContext
    ) -> pb.PauseRolloutResponse:
        rollout = await self._command(request, context, commands.pause)
        return pb.PauseRolloutResponse(rollout=rollout)

    async def ResumeRollout(
        self, request: pb.ResumeRolloutRequest, context: grpc.aio.ServicerContext
    ) -> pb.ResumeRolloutResponse:
        rollout = await self._command(request, context, commands.resume)
        return pb.ResumeRolloutResponse(rollout=rollout)

    async def AbortRollout(
        self, request: pb.AbortRolloutRequest, context: grpc.aio.ServicerContext
    ) -> pb.AbortRolloutResponse:
        command = partial(commands.abort, gradual=request.gradual)
        return pb.AbortRolloutResponse(rollout=await self._command(request, context, command))

    async def SetWeight(
        self, request: pb.SetWeightRequest, context: grpc.aio.ServicerContext
    ) -> pb.SetWeightResponse:
        command = partial(commands.set_weight, weight=request.weight)
        return pb.SetWeightResponse(rollout=await self._command(request, context, command))

    async def PinCamera(
        self, request: pb.PinCameraRequest, context: grpc.aio.ServicerContext
    ) -> pb.PinCameraResponse:
        command = partial(commands.pin, camera_id=request.camera_id, path=request.path)
        await self._controller.ask(CAMERA, command, _asked(request, context))
        return pb.PinCameraResponse(placement=await self._placement(request.camera_id))

    async def UnpinCamera(
        self, request: pb.UnpinCameraRequest, context: grpc.aio.ServicerContext
    ) -> pb.UnpinCameraResponse:
        command = partial(commands.unpin, camera_id=request.camera_id)
        await self._controller.ask(CAMERA, command, _asked(request, context))
        return pb.UnpinCameraResponse(placement=await self._placement(request.camera_id))

    async def MirrorReads(
        self, request: pb.MirrorReadsRequest, context: grpc.aio.ServicerContext
    ) -> pb.MirrorReadsResponse:
        if request.percent and self._no_mirrors:
            raise RefusedError(self._no_mirrors)
        command = partial(commands.mirror, percent=request.percent)
        return pb.MirrorReadsResponse(rollout=await self._command(request, context, command))

    async def ExplainCamera(
        self, request: pb.ExplainCameraRequest, context: grpc.aio.ServicerContext
    ) -> pb.ExplainCameraResponse:
        return pb.ExplainCameraResponse(placement=await self._placement(request.camera_id))

    async def ForecastRollout(
        self, request: pb.ForecastRolloutRequest, context: grpc.aio.ServicerContext
    ) -> pb.ForecastRolloutResponse:
        plan = await self._plan(request)
        seen, seconds = await self._threads(self._observer.lately, request.context)
        per_second = {one.rpc: (one.legacy.judged + one.domain.judged) / seconds for one in seen}
        steps = await self._threads(forecast, plan, seen, per_second)
        return pb.ForecastRolloutResponse(
            requests_per_second=sum(per_second.values()), steps=map(step_forecast, steps)
        )

    async def ListDecisions(
        self, request: pb.ListDecisionsRequest, context: grpc.aio.ServicerContext
    ) -> pb.ListDecisionsResponse:
        if request.context:
            _known(request.context)
        limit = request.limit or DEFAULT_DECISIONS
        if limit > MAX_DECISIONS:
            raise InvalidCommandError(f"limit={limit}: give 1 to {MAX_DECISIONS}")
        after = request.after if request.HasField("after") else None
        found = await self._threads(self._store.log, request.context, after, limit)
        if request.full:
            found = _fitting(found, newest=after is None)
        return pb.ListDecisionsResponse(decisions=[decision(one, request.full) for one in found])

    async def _command(
        self, request: Any, context: grpc.aio.ServicerContext, command: Command
    ) -> pb.Rollout:
        """Carry out a command on the request's context; return the rollout after it."""
        _known(request.context)
        await self._controller.ask(request.context, command, _asked(request, context))
        return await self._one(request.context)

    async def _plan(self, request: Any) -> RolloutPlan:
        """Return the request's plan, or the shipped one; PlanError with all that is wrong."""
        _known(request.context)
        text = request.plan or await self._threads(shipped_plan, request.context)
        plan = await self._threads(read_plan, text)
        for index, one in enumerate(plan.notifications):
            try:
                self._webhooks.check(one.url, one.secret_env)
            except WebhookNotAllowedError as error:
                raise InvalidCommandError(f"spec.notifications[{index}].{error}") from error
        return plan

    async def _one(self, name: str) -> pb.Rollout:
        routing = await self._threads(self._router.read)
        queues = await self._threads(self._store.outbox.status)
        return self._rollout(pb.Rollout(), name, routing, queues)

    def _rollout(
        self, message: pb.Rollout, name: str, routing: Routing, queues: Sequence[QueueStatus]
    ) -> pb.Rollout:
        view = self._controller.views[name]
        message.unwritten = self._controller.has_unwritten(name)
        return fill_rollout(message, view, routing.split.domain(name), queues, time.time())

    async def _all(self, answer: Any) -> Any:
        """Fill ListRolloutsResponse, or the message with the same fields."""
        routing = await self._threads(self._router.read)
        last = await self._threads(self._store.last)
        queues = await self._threads(self._store.outbox.status)
        answer.timestamp = now()
        answer.controller.leads = self._controller.leads
        answer.controller.token = routing.token
        answer.controller.trouble = self._controller.trouble
        answer.controller.decisions = last.number if last else 0
        answer.controller.head = last.hash if last else ""
        for name in ORDER:
            self._rollout(answer.rollouts.add(), name, routing, queues)
        return answer

    async def _placement(self, camera_id: str) -> pb.Placement:
        routing = await self._threads(self._router.read)
        plan = self._controller.views[CAMERA].state.plan
        weights = [step.weight for step in plan.steps if step.weight] if plan else []
        found = explain(camera_id, routing, weights)
        return pb.Placement(
            camera_id=camera_id,
            path=found.path,
            why=text(found.why),
            bucket=found.bucket,
            pinned=camera_id in routing.pins,
            moves_at=found.moves_at or 0,
            reason=encoded(found.why),
        )


def _fitting(found: Sequence[LoggedDecision], newest: bool) -> Sequence[LoggedDecision]:
    """Return as many as an answer holds, at least one: the newest ones, or the first ones."""
    sizes = accumulate(len(one.document.encode()) for one in (found[::-1] if newest else found))
    fit = max(sum(size <= MAX_DOCUMENTS for size in sizes), 1)
    return found[-fit:] if newest else found[:fit]


def _known(context: str) -> None:
    if context not in CONTEXTS:
        raise InvalidCommandError(f"context={context!r}: give {' or '.join(CONTEXTS)}")


def _asked(request: Any, context: grpc.aio.ServicerContext) -> Asked:
    """Return who asks, and why: the subject of a token, and only without one who it is said to be.

    No client can send that metadata: Envoy drops it, and sets it of a token that it verified.
    """
    metadata = dict(context.invocation_metadata() or ())
    author = metadata.get(SUBJECT) or request.author
    return commands.asked(str(author), request.reason, time.time())
