"""Envoy's own answers as JSON, in the shape that all errors have."""

from collections.abc import Iterator, Sequence
from typing import Any

import grpc

from gateway.proxy.targets import ATTEMPT, UNSERVED
from gateway.proxy.type_urls import TYPE
from gateway.proxy.unreadable import ENCODING, MALFORMED, NO_PROXY, WHY
from gateway.vocabulary.route_table import bindings

UNREACHABLE = "no implementation of this service answers now; /api/v1/monitoring/health says which"
# A connection broke on which the request was under way, now or at an earlier attempt.
_BROKEN = {"response_flag_filter": {"flags": ["UC", "UR", "LR"]}}
_AGAIN = {
    "header_filter": {
        "header": {
            "name": "x-envoy-attempt-count",
            "string_match": {"safe_regex": {"regex": "[2-9]|1[0-9]"}},
        }
    }
}
NO_UPGRADE = "nothing is upgraded here: neither WebSockets nor another protocol are offered"
CROSS_SITE = (
    "a page of another origin may change nothing here: gateway.cors_origins in camplane.yaml "
    "names those that may"
)
# What a browser says, and no program (cross_site).
_OF_A_PAGE = {
    "or_filter": {
        "filters": [
            {"header_filter": {"header": {"name": name, "present_match": True}}}
            for name in ("origin", "sec-fetch-site")
        ]
    }
}
BROKE_OFF = (
    "the service broke off while it worked on this: a change may have been made or not. Read it "
    "back, or repeat the request with the same Idempotency-Key"
)


def local_replies(
    request_bytes: int,
    header_kib: int,
    says_unserved: bool = False,
    first: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return the local_reply_config of a listener.

    Native gRPC clients read the text in grpc-message, so theirs stays as it
    is. says_unserved: an answer in a service's place says why, by Envoy's flags.
    first: mappers that go before these.
    """
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    unavailable = grpc.StatusCode.UNAVAILABLE
    late = grpc.StatusCode.DEADLINE_EXCEEDED
    marks = {"headers_to_add": [_UNSERVED]} if says_unserved else {}
    mappers = [
        *first,
        *_unreadable(),
        _mapper(400, invalid, "%LOCAL_REPLY_BODY%"),
        _mapper(
            403, grpc.StatusCode.PERMISSION_DENIED, NO_UPGRADE, more=details("^upgrade_failed$")
        ),
        _mapper(403, grpc.StatusCode.PERMISSION_DENIED, CROSS_SITE, more=_OF_A_PAGE),
        _whole_server(),
        _short(404, NO_PROXY, more=_method("CONNECT")),
        _short(404, "Not Found", more=details("^(absolute_path_rejected|route_not_found)$")),
        _mapper(408, late, "the request came too slowly"),
        _mapper(413, invalid, f"the request body is larger than {request_bytes} bytes"),
        _mapper(
            431,
            invalid,
            f"the request headers are larger than {header_kib} KiB, or over 100 of them",
        ),
        _mapper(501, grpc.StatusCode.UNIMPLEMENTED, ENCODING, more=_ENCODED),
        _mapper(502, unavailable, UNREACHABLE) | marks,
        _mapper(503, unavailable, BROKE_OFF, more=_BROKEN) | marks,
        *([_mapper(503, unavailable, BROKE_OFF, more=_AGAIN) | marks] if says_unserved else []),
        _mapper(503, unavailable, UNREACHABLE) | marks,
        _mapper(504, late, "the service did not answer in time") | marks,
        _mapper(500, grpc.StatusCode.INTERNAL, "%LOCAL_REPLY_BODY%"),
        {
            "filter": {"and_filter": {"filters": [status_is(400, "GE"), NOT_NATIVE]}},
            "body_format_override": {"json_format": {"detail": "%LOCAL_REPLY_BODY%"}},
        },
    ]
    return {"mappers": mappers}


def local_replies_of_old_writes() -> dict[str, Any]:
    """Return the same for the listener in front of the old server's writes.

    What is refused for want of a lock is JSON already, and has no flag.
    """
    any_flag: dict[str, Any] = {"response_flag_filter": {}}
    unavailable = grpc.StatusCode.UNAVAILABLE
    return {"mappers": [{**_mapper(503, unavailable, UNREACHABLE), "filter": any_flag}]}


def in_words(
    code: grpc.StatusCode, text: str, filters: Sequence[dict[str, Any]], **more: Any
) -> list[dict[str, Any]]:
    """Return what answers so: JSON for REST, the text for native gRPC. more: of both mappers."""
    return [
        {
            **more,
            "filter": {"and_filter": {"filters": [*filters, NOT_NATIVE]}},
            "body_format_override": {"json_format": _body(code, text)},
        },
        {
            **more,
            "filter": {"and_filter": {"filters": [*filters]}},
            "body_format_override": {"text_format_source": {"inline_string": text}},
        },
    ]


def details(regex: str) -> dict[str, Any]:
    """Did the answer come about so, in Envoy's words?"""
    return {
        "extension_filter": {
            "name": "envoy.access_loggers.extension_filters.cel",
            "typed_config": {
                "@type": f"{TYPE}.access_loggers.filters.cel.v3.ExpressionFilter",
                "expression": f"response.code_details.matches('{regex}')",
            },
        }
    }


_ENCODED = details("^http1[.]invalid_transfer_encoding$")


def _unreadable() -> Iterator[dict[str, Any]]:
    """Yield what answers a request that cannot be read; Envoy's own words are empty, or no help."""
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    for name, why in WHY.items():
        yield _mapper(400, invalid, f"{MALFORMED}: {why}", more=details(f"^{name}$"))
    others = details("^(http[12]?[.]|missing_|path_|query_|invalid_)")
    yield _mapper(400, invalid, f"{MALFORMED} (%RESPONSE_CODE_DETAILS%)", more=others)


def _whole_server() -> dict[str, Any]:
    """Answer 204 to `OPTIONS *`, which asks what the server can do at all (RFC 9110, 9.3.7)."""
    methods = sorted({"OPTIONS", *(binding.http_method for binding in bindings())})
    asked = [details("^absolute_path_rejected$"), _method("OPTIONS")]
    return {
        "filter": {"and_filter": {"filters": asked}},
        "status_code": 204,
        "body": {"inline_string": ""},
        "headers_to_add": [{"header": {"key": "allow", "value": ", ".join(methods)}}],
    }


def _method(name: str) -> dict[str, Any]:
    return {"header_filter": {"header": {"name": ":method", "string_match": {"exact": name}}}}


_UNSERVED = {
    "header": {"key": UNSERVED, "value": f"%RESPONSE_FLAGS% {ATTEMPT}"},
    "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
}


def _mapper(
    status: int, code: grpc.StatusCode, text: str, more: dict[str, Any] | None = None
) -> dict[str, Any]:
    filters = [status_is(status, "EQ"), NOT_NATIVE, *([more] if more else [])]
    return {
        "filter": {"and_filter": {"filters": filters}},
        "body_format_override": {"json_format": _body(code, text)},
    }


def _body(code: grpc.StatusCode, text: str) -> dict[str, Any]:
    return {"code": code.value[0], "message": text, "details": [], "detail": text}


def _short(status: int, text: str, more: dict[str, Any]) -> dict[str, Any]:
    """Answer `detail` alone, as 404 and 405 do."""
    return {
        "filter": {"and_filter": {"filters": [status_is(status, "EQ"), NOT_NATIVE, more]}},
        "body_format_override": {"json_format": {"detail": text}},
    }


def status_is(status: int, op: str) -> dict[str, Any]:
    comparison = {"op": op, "value": {"default_value": status, "runtime_key": "unused"}}
    return {"status_code_filter": {"comparison": comparison}}


# The transcoder keeps the REST path in x-envoy-original-path (no client can
# send one: see early_header_mutation); native gRPC has none. What Envoy takes for
# gRPC is that type, with a suffix or without: gRPC-Web, for one, is none.
_NATIVE_TYPE = r"application/grpc(\+.*)?"
NOT_NATIVE = {
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
