"""The one interceptor: turns exceptions into errors, makes the span, counts the call."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from servicekit import idempotency
from servicekit.metrics import RpcMetrics
from servicekit.refusals import MALFORMED, UNEXPECTED, ErrorTable, MalformedRequestError, Refusal
from servicekit.steps import Step
from servicekit.telemetry import RpcSpans

ASSIGNED_METADATA = "x-camplane-assigned"

log = logging.getLogger(__name__)

# What grpc sends when a cancelled or timed-out call ends is its own business.
_Behavior = Callable[[Any, grpc.aio.ServicerContext], Any]


class AnsweringInterceptor(grpc.aio.ServerInterceptor):
    """Wraps every RPC of the contexts' services; health and reflection pass untouched.

    Who answered is said by the gateway, which knows whom it asked. An error
    comes without initial metadata: a retry of the gateway fires only on a
    grpc-status that comes in the response headers.
    """

    def __init__(
        self, implementation: str, errors: ErrorTable, spans: RpcSpans, metrics: RpcMetrics
    ) -> None:
        self._implementation = implementation
        self._errors = errors
        self._spans = spans
        self._metrics = metrics
        self._wrapped: dict[str, grpc.RpcMethodHandler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        method = handler_call_details.method
        if wrapped := self._wrapped.get(method):
            return wrapped
        handler = await continuation(handler_call_details)
        if handler is None or not method.startswith("/camplane."):
            return handler
        self._wrapped[method] = self._wrap(method, handler)
        return self._wrapped[method]

    def _wrap(self, method: str, handler: grpc.RpcMethodHandler) -> grpc.RpcMethodHandler:
        def deserialize(data: bytes) -> Any:
            # Left to itself grpc answers UNKNOWN, a server fault, for bytes
            # that are no message (a path that is not UTF-8 becomes such).
            try:
                return handler.request_deserializer(data)
            except DecodeError as error:
                return MalformedRequestError(f"the request is not well-formed: {error}")

        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(
                self._stream(method, handler.unary_stream), deserialize, handler.response_serializer
            )
        return grpc.unary_unary_rpc_method_handler(
            self._unary(method, handler.unary_unary), deserialize, handler.response_serializer
        )

    def _unary(self, method: str, behavior: _Behavior) -> _Behavior:
        has_effect = idempotency.has_effect(method)

        async def answer(request: Any, context: grpc.aio.ServicerContext) -> Any:
            started, steps = time.time_ns(), self._spans.begin()
            fallback = self._is_fallback(context)
            try:
                if isinstance(request, MalformedRequestError):
                    raise request
                if has_effect:
                    idempotency.begin(method, request, context.invocation_metadata() or ())
                response = await behavior(request, context)
            except Exception as error:
                await self._refuse(method, context, error, started, steps, fallback)
                raise  # not reached: _refuse aborts the call
            self._finish(method, context, started, steps, grpc.StatusCode.OK, fallback)
            return response

        return answer

    def _stream(self, method: str, behavior: _Behavior) -> _Behavior:
        async def answer(request: Any, context: grpc.aio.ServicerContext) -> Any:
            started, steps = time.time_ns(), self._spans.begin()
            fallback = self._is_fallback(context)
            try:
                if isinstance(request, MalformedRequestError):
                    raise request
                async for response in behavior(request, context):
                    yield response
            except Exception as error:
                await self._refuse(method, context, error, started, steps, fallback)
            self._finish(method, context, started, steps, grpc.StatusCode.OK, fallback)

        return answer

    def _is_fallback(self, context: grpc.aio.ServicerContext) -> bool:
        """Was this call assigned to domain, and reached legacy instead?"""
        if self._implementation != "legacy":
            return False
        return (ASSIGNED_METADATA, "domain") in (context.invocation_metadata() or ())

    def _finish(
        self,
        method: str,
        context: grpc.aio.ServicerContext,
        started: int,
        steps: list[Step],
        code: grpc.StatusCode,
        fallback: bool,
        reason: str = "",
    ) -> None:
        elapsed = time.time_ns() - started
        kept = self._spans.finish(method, context, started, steps, code, fallback, reason)
        self._metrics.count(method, code, elapsed, kept)

    async def _refuse(
        self,
        method: str,
        context: grpc.aio.ServicerContext,
        error: Exception,
        started: int,
        steps: list[Step],
        fallback: bool,
    ) -> None:
        refusal, message = self._judge(method, error)
        self._finish(method, context, started, steps, refusal.code, fallback, refusal.reason)
        metadata = self._errors.trailing_metadata(refusal, message)
        await context.abort(refusal.code, message, metadata)

    def _judge(self, method: str, error: Exception) -> tuple[Refusal, str]:
        if isinstance(error, MalformedRequestError):
            return MALFORMED, str(error)
        if refusal := self._errors.find(error):
            if refusal.code in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE):
                log.error("%s refused: %s: %s", method, refusal.reason, error)
            return refusal, str(error)
        log.exception("%s failed", method)
        return UNEXPECTED, "internal error; the service's log has the cause"
