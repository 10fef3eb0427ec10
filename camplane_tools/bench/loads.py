"""The endpoints' requests, as the load generator repeats them."""

import struct
from collections.abc import Sequence

from camplane_tools.bench.endpoints import Call, Endpoint
from camplane_tools.load.h2load import Load

_GRPC_HEADERS = ("content-type: application/grpc", "te: trailers")


def rest_load(endpoint: Endpoint, url: str) -> Load:
    """Return the endpoint's REST requests to the gateway at `url`."""
    headers = ("content-type: application/json",) if endpoint.body else ()
    urls = tuple(url + path for path in endpoint.paths)
    return Load(endpoint.method, urls, endpoint.body, headers)


def grpc_load(calls: Sequence[Call], url: str, socket: str, reply_bytes: int) -> Load:
    """Return native calls to the gateway at `url`, or to the service on `socket`.

    Calls that are asked in turn must have requests of the same bytes.
    """
    message = calls[0].request.SerializeToString()
    frame = struct.pack(">?I", False, len(message)) + message
    urls = tuple(f"{url}/{call.method}" for call in calls)
    return Load("POST", urls, frame, _GRPC_HEADERS, True, socket, reply_bytes)
