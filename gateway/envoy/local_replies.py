"""Envoy's own answers as JSON, in the shape that all errors have."""

from typing import Any

import grpc

UNREACHABLE = "no implementation of this service answers now; /api/v1/monitoring/health says which"


def local_replies(request_bytes: int, header_kib: int) -> dict[str, Any]:
    """Return the local_reply_config of the listener.

    Native gRPC clients read the text in grpc-message, so theirs stays as it
    is.
    """
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    mappers = [
        _mapper(400, invalid, "%LOCAL_REPLY_BODY%"),
        _mapper(408, grpc.StatusCode.DEADLINE_EXCEEDED, "the request came too slowly"),
        _mapper(413, invalid, f"the request body is larger than {request_bytes} bytes"),
        _mapper(431, invalid, f"the request headers are larger than {header_kib} KiB"),
        _mapper(502, grpc.StatusCode.UNAVAILABLE, UNREACHABLE),
        _mapper(503, grpc.StatusCode.UNAVAILABLE, UNREACHABLE),
        _mapper(504, grpc.StatusCode.DEADLINE_EXCEEDED, "the service did not answer in time"),
        _mapper(500, grpc.StatusCode.INTERNAL, "%LOCAL_REPLY_BODY%"),
        {
            "filter": {"and_filter": {"filters": [_status(400, "GE"), _NOT_NATIVE]}},
            "body_format_override": {"json_format": {"detail": "%LOCAL_REPLY_BODY%"}},
        },
    ]
    return {"mappers": mappers}


def _mapper(status: int, code: grpc.StatusCode, text: str) -> dict[str, Any]:
    body = {"code": code.value[0], "message": text, "details": [], "detail": text}
    return {
        "filter": {"and_filter": {"filters": [_status(status, "EQ"), _NOT_NATIVE]}},
        "body_format_override": {"json_format": body},
    }


def _status(status: int, op: str) -> dict[str, Any]:
    comparison = {"op": op, "value": {"default_value": status, "runtime_key": "unused"}}
    return {"status_code_filter": {"comparison": comparison}}


# The transcoder keeps the REST path in x-envoy-original-path (no client can
# send one: see early_header_mutation); native gRPC has none. What Envoy takes for
# gRPC is that type, with a suffix or without: gRPC-Web, for one, is none.
_NATIVE_TYPE = r"application/grpc(\+.*)?"
_NOT_NATIVE = {
    "or_filter": {
        "filters": [
            {"header_filter": {"header": header}}
            for header in (
                {"name": "x-envoy-original-path", "present_match": True},
                {"name": "content-type", "present_match": False},
                {
                    "name": "content-type",
                    "string_match": {"safe_regex": {"regex": _NATIVE_TYPE}},
                    "invert_match": True,
                },
            )
        ]
    }
}
