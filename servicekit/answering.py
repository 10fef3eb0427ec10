"""The one interceptor: turns exceptions into errors, makes the span, counts the call."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message

from servicekit import idempotency, naming, readers, replies, scopes, turns
from servicekit.metrics import RpcMetrics
from servicekit.refusals import (
    MALFORMED,
    OUT_OF_SCOPE,
    REQUEST_TOO_LARGE,
    TOKEN_ENDED,
    TOO_LARGE,
    UNEXPECTED,
    AnswerTooLargeError,
    ErrorTable,
    MalformedRequestError,
    Refusal,
    RequestTooLargeError,
)
from servicekit.replies import Conceal, Note, nothing_concealed
from servicekit.standing import Standing, TokenEndedError, token_of
from servicekit.telemetry import Call, RpcSpans

ASSIGNED_METADATA = "x-camplane-assigned"
# A copy and the request itself come at once. Answered at once, too, the copy would
# take a processor from the answer that somebody waits for.
COPY_WAITS_SECONDS = 0.006

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sizes:
    """How many bytes a request may have, and an answer."""

    request_bytes: int
    answer_bytes: int


# What grpc sends when a cancelled or timed-out call ends is its own business.
_Behavior = Callable[[Any, grpc.aio.ServicerContext], Any]


class AnsweringInterceptor(grpc.aio.ServerInterceptor):
    """Wraps every RPC of the contexts' services; health and reflection pass untouched.

    Who answered is said by the gateway, which knows whom it asked. An error
    comes without initial metadata: a retry of the gateway fires only on a
    grpc-status that comes in the response headers.

    sizes: what messages may have. grpc itself says of larger ones only how large they are.
    standing: ends streams whose tokens hold no more.
    """

    def __init__(
        self,
        implementation: str,
        errors: ErrorTable,
        spans: RpcSpans,
        metrics: RpcMetrics,
        sizes: Sizes,
        standing: Standing,
        conceal: Conceal = nothing_concealed,
    ) -> None:
        self._sizes = sizes
        self._standing = standing
        self._implementation = implementation
        self._conceal = conceal
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
            if len(data) > self._sizes.request_bytes:
                return RequestTooLargeError(len(data), self._sizes.request_bytes)
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
            self._unary(method, handler), deserialize, response_serializer=None
        )

    def _unary(self, method: str, handler: grpc.RpcMethodHandler) -> _Behavior:
        behavior: _Behavior = handler.unary_unary
        has_effect = idempotency.has_effect(method)
        check_scope = scopes.check_of(method)
        names_of = naming.names_of(method)

        async def answer(request: Any, context: grpc.aio.ServicerContext) -> Any:
            call = self._begin(method, context, is_compared=not has_effect)
            naming.begin({})
            try:
                if call.role and call.role.is_shadow:
                    await asyncio.sleep(COPY_WAITS_SECONDS)
                if isinstance(request, Exception):
                    raise request
                if has_effect:
                    naming.begin(names_of(request))
                metadata = context.invocation_metadata() or ()
                scopes.begin(metadata)
                readers.begin(metadata)
                check_scope(request)
                if has_effect:
                    idempotency.begin(method, request, metadata)
                    turns.take_limit(metadata, context.time_remaining())
                response = await behavior(request, context)
                data = handler.response_serializer(response)
                if len(data) > self._sizes.answer_bytes:
                    raise AnswerTooLargeError(len(data), self._sizes.answer_bytes)
            except Exception as error:
                if not has_effect and isinstance(error, scopes.OutOfScopeError):
                    naming.begin(names_of(request))  # each refusal is written down, with what of
                await self._refuse(call, error)
                raise  # not reached: _refuse aborts the call
            self._finish(call, grpc.StatusCode.OK, reply=response)
            if named := naming.metadata():
                context.set_trailing_metadata(named)
            return data

        return answer

    def _stream(self, method: str, behavior: _Behavior) -> _Behavior:
        check_scope = scopes.check_of(method)
        names_of = naming.names_of(method)

        async def answer(request: Any, context: grpc.aio.ServicerContext) -> Any:
            call = self._begin(method, context)
            naming.begin({})
            try:
                if isinstance(request, Exception):
                    raise request
                metadata = context.invocation_metadata() or ()
                scopes.begin(metadata)
                readers.begin(metadata)
                check_scope(request)
                answers = behavior(request, context)
                if token := token_of(metadata):
                    answers = self._standing.while_it_holds(token, answers)
                async for response in answers:
                    yield response
            except Exception as error:
                if isinstance(error, scopes.OutOfScopeError):
                    naming.begin(names_of(request))
                await self._refuse(call, error)
            self._finish(call, grpc.StatusCode.OK)

        return answer

    def _begin(
        self, method: str, context: grpc.aio.ServicerContext, *, is_compared: bool = False
    ) -> Call:
        started, steps = time.time_ns(), self._spans.begin()
        metadata = context.invocation_metadata() or ()
        role = replies.role(metadata) if is_compared else None
        # Assigned to domain, and reached legacy instead? A copy of domain's was sent there.
        fallback = self._implementation == "legacy" and (ASSIGNED_METADATA, "domain") in metadata
        if role and role.is_shadow:
            fallback = False
        return Call(method, context, started, steps, fallback, role)

    def _finish(
        self, call: Call, code: grpc.StatusCode, reason: str = "", reply: Message | None = None
    ) -> None:
        elapsed = time.time_ns() - call.started_ns

        def noted() -> Note | None:
            assert call.role
            if reply is None:
                return replies.note_refusal(code, reason, call.role.key)
            return replies.note(reply, call.role.key, self._conceal)

        kept = self._spans.finish(call, code, reason, noted)
        if not (call.role and call.role.is_shadow):
            self._metrics.count(call.method, code, elapsed, kept)

    async def _refuse(self, call: Call, error: Exception) -> None:
        refusal, message = self._judge(call.method, error)
        self._finish(call, refusal.code, refusal.reason)
        rich = self._errors.trailing_metadata(refusal, message, getattr(error, "why", ""))
        metadata = (*rich, *naming.metadata())
        await call.context.abort(refusal.code, message, metadata)

    def _judge(self, method: str, error: Exception) -> tuple[Refusal, str]:
        if isinstance(error, MalformedRequestError):
            return MALFORMED, str(error)
        if isinstance(error, AnswerTooLargeError):
            return TOO_LARGE, str(error)
        if isinstance(error, RequestTooLargeError):
            return REQUEST_TOO_LARGE, str(error)
        if isinstance(error, scopes.OutOfScopeError):
            return OUT_OF_SCOPE, str(error)
        if isinstance(error, TokenEndedError):
            return TOKEN_ENDED, str(error)
        if refusal := self._errors.find(error):
            if refusal.code in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE):
                log.error("%s refused: %s: %s", method, refusal.reason, error)
            return refusal, str(error)
        log.exception("%s failed", method)
        return UNEXPECTED, "internal error; the service's log has the cause"
