"""How a context's exceptions become gRPC errors: one table per context.

A servicer method raises; the interceptor looks the exception up here and
answers. What is not in the table is a bug in the service and is answered as a
bland INTERNAL, its text only in the log: exception texts hold secrets.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

from servicekit.idempotency import KeyInvalidError, KeyReusedError

HTTP_STATUS_METADATA = "x-camplane-http-status"


@dataclass(frozen=True)
class Refusal:
    """One row: what a kind of exception is answered with.

    `http_status` is for REST answers that no gRPC code maps to (502); the
    gateway applies it.
    """

    code: grpc.StatusCode
    reason: str
    http_status: int | None = None


class ErrorTable:
    """A context's refusals by exception class; the most derived class wins."""

    def __init__(self, domain: str, rows: Mapping[type[Exception], Refusal]) -> None:
        self.domain = domain
        self.rows = dict(rows)

    def find(self, error: Exception) -> Refusal | None:
        """Return the row for `error`, or None when it is not a refusal."""
        for cls in type(error).__mro__:
            if row := self.rows.get(cls):
                return row
        return None

    def trailing_metadata(
        self, refusal: Refusal, message: str, why: str = ""
    ) -> tuple[tuple[str, str | bytes], ...]:
        """Return the metadata that carries the rich error and the REST status.

        why: what the message, whose words may be given, leaves out.
        """
        info = any_pb2.Any()
        more = {"why": why} if why else {}
        info.Pack(
            error_details_pb2.ErrorInfo(reason=refusal.reason, domain=self.domain, metadata=more)
        )
        status = status_pb2.Status(code=refusal.code.value[0], message=message, details=[info])
        metadata: tuple[tuple[str, str | bytes], ...] = (
            ("grpc-status-details-bin", status.SerializeToString()),
        )
        if refusal.http_status:
            metadata += ((HTTP_STATUS_METADATA, str(refusal.http_status)),)
        return metadata


class MalformedRequestError(Exception):
    """The bytes of the request are not the message they should be."""


class AnswerTooLargeError(Exception):
    """The answer is larger than a message may be; nobody could be given it."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(
            f"the answer would be {size:,} bytes, and a message holds {most:,}; ask for less, such "
            "as one camera or rule by its id, or over gRPC for pages (page_size)"
        )


class RequestTooLargeError(Exception):
    """The request is larger than the gateway lets any be; nobody has read it."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(
            f"the request is {size:,} bytes, and {most:,} are allowed: send less at once; what is "
            "allowed is gateway.limits.request_bytes"
        )


UNEXPECTED = Refusal(grpc.StatusCode.INTERNAL, "INTERNAL")
TOO_LARGE = Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "ANSWER_TOO_LARGE", http_status=507)
REQUEST_TOO_LARGE = Refusal(
    grpc.StatusCode.RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE", http_status=413
)
MALFORMED = Refusal(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT")
# Whatever the RPC: the caller's token is of other cameras (servicekit.scopes).
OUT_OF_SCOPE = Refusal(grpc.StatusCode.PERMISSION_DENIED, "OUT_OF_SCOPE")
# Whatever the stream: the caller's token holds no more (servicekit.standing).
TOKEN_ENDED = Refusal(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_ENDED")
# What each context with writes answers for their keys.
KEY_REFUSALS: Mapping[type[Exception], Refusal] = {
    KeyInvalidError: Refusal(grpc.StatusCode.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_INVALID"),
    KeyReusedError: Refusal(grpc.StatusCode.FAILED_PRECONDITION, "IDEMPOTENCY_KEY_REUSED"),
}
