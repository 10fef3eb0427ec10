"""What Envoy writes down of each write and each refused call, for the control process to keep.

No body, no query and no token: a line has who asked, for what, and how it ended. What
strangers say stands in it as JSON text, cut short.
"""

from typing import Any

from gateway.proxy.authentication import ROLES, SUBJECT, TOKEN_ID, claim, failure, providers
from gateway.proxy.authorization import ROLE, WRITES
from gateway.proxy.request_tag import NAMED, REFUSAL
from gateway.proxy.targets import METADATA, PATH
from gateway.proxy.topology import Topology
from gateway.proxy.type_urls import TYPE
from servicekit.naming import METADATA as NAMED_BY_SERVICE

Document = dict[str, Any]

# Of a text that a stranger chose.
_LONGEST = 512


def audit_log(topology: Topology) -> list[Document]:
    """Return the access log; none where nobody keeps it."""
    if not topology.audit_log:
        return []
    return [
        {
            "name": "envoy.access_loggers.file",
            "filter": {"or_filter": {"filters": [_is_write(), _is_refused()]}},
            "typed_config": {
                "@type": f"{TYPE}.access_loggers.file.v3.FileAccessLog",
                "path": topology.audit_log,
                "log_format": {"json_format": _fields(topology)},
            },
        }
    ]


def _fields(topology: Topology) -> Document:
    """Return the fields of a line; gateway.audit.line reads them."""
    return {
        "at": "%START_TIME(%Y-%m-%dT%H:%M:%S.%6fZ)%",
        "subject": f"%REQ({SUBJECT}):{_LONGEST}%",
        "token_id": f"%REQ({TOKEN_ID}):{_LONGEST}%",
        "roles": f"%REQ({ROLES}):{_LONGEST}%",
        # What is wrong with a token, in words of Envoy's, of each provider that it may be of.
        "token_trouble": {
            name: claim(failure(name), "message") for name in _looked_at_by(topology)
        },
        "peer": "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
        # Its last address is the client's own, said by a trusted proxy, or by us of a stranger:
        # so it is not cut short.
        "forwarded_for": "%REQ(x-forwarded-for)%",
        "route": "%ROUTE_NAME%",
        "write": f"%METADATA(ROUTE:{METADATA}:{WRITES})%",
        "needs": f"%METADATA(ROUTE:{METADATA}:{ROLE})%",
        "method": f"%REQ(x-envoy-original-method?:METHOD):{_LONGEST}%",
        "path": f"%PATH(NQ:ORIG_OR_PATH):{_LONGEST}%",
        "status": "%RESPONSE_CODE%",
        "grpc_status": "%GRPC_STATUS_NUMBER%",
        "refusal": f"%DYNAMIC_METADATA({METADATA}:{REFUSAL})%",
        # What it is of, as the service tells it: behind an answer, or with an error.
        "named": [f"%TRAILER({NAMED_BY_SERVICE})%", f"%DYNAMIC_METADATA({METADATA}:{NAMED})%"],
        "side": f"%RESP({PATH})%",
        "trace_id": "%TRACE_ID%",
        "details": "%RESPONSE_CODE_DETAILS%",
    }


def _looked_at_by(topology: Topology) -> list[str]:
    return list(providers(topology.access)) if topology.access.looks else []


def _is_write() -> Document:
    return _true(f"'{WRITES}' in xds.route_metadata.filter_metadata['{METADATA}']")


def _is_refused() -> Document:
    """Was it refused at the door, or by a service to whoever asked?

    An old server's refusals to its own users are its own: its pages' routes name no RPC.
    """
    at_the_door = _true(
        "response.code_details.startsWith('rbac_access_denied') || "
        "response.code_details == 'csrf_origin_mismatch' || xds.route_name == 'misdirected'"
    )
    by_a_service = {
        "and_filter": {
            "filters": [
                {"grpc_status_filter": {"statuses": ["PERMISSION_DENIED", "UNAUTHENTICATED"]}},
                _true("xds.route_name.contains('/')"),
            ]
        }
    }
    return {"or_filter": {"filters": [at_the_door, by_a_service]}}


def _true(expression: str) -> Document:
    return {
        "extension_filter": {
            "name": "envoy.access_loggers.extension_filters.cel",
            "typed_config": {
                "@type": f"{TYPE}.access_loggers.filters.cel.v3.ExpressionFilter",
                "expression": expression,
            },
        }
    }
