"""Envoy's copies of requests (its HTTP tap), as requests that can be asked again. Pure.

A copy is taken when the request has ended, and its head is the one that went on:
transcoding wrote another method and path there, and kept the first ones beside.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from camplane_tools.compare.model import Request
from camplane_tools.compare.sources.recording import without_secrets
from gateway.proxy.listener import TAP

MAX_BODY_BYTES = 1024 * 1024
_METHOD, _PATH = "x-envoy-original-method", "x-envoy-original-path"


def tap_order() -> dict[str, Any]:
    """Return what Envoy's admin interface is asked for: every request, streamed to us."""
    return {
        "config_id": TAP,
        "tap_config": {
            "match_config": {"any_match": True},
            "output_config": {
                "max_buffered_rx_bytes": MAX_BODY_BYTES,
                # Answers are no part of a recording.
                "max_buffered_tx_bytes": 0,
                "sinks": [{"format": "JSON_BODY_AS_BYTES", "streaming_admin": {}}],
            },
        },
    }


class Documents:
    """JSON documents out of a text that comes in pieces, one behind the other."""

    def __init__(self) -> None:
        self._decoder = json.JSONDecoder()
        self._text = ""

    def feed(self, piece: str) -> Iterator[Any]:
        """Yield the documents that are whole now."""
        self._text += piece
        # A document ends with a brace in its first column; looking only then
        # keeps a large one that comes in many pieces cheap.
        while "\n}" in self._text:
            text = self._text.lstrip()
            try:
                document, end = self._decoder.raw_decode(text)
            except ValueError:
                return
            self._text = text[end:]
            yield document


def request_of(trace: Any) -> Request | None:
    """Return the REST request of a copy, without secrets; None for what cannot be asked again.

    That is a native gRPC call, a body that was cut, and an upgrade.
    """
    try:
        head = trace["http_buffered_trace"]["request"]
        headers = {one["key"]: one["value"] for one in head["headers"]}
        body = head.get("body", {})
        if body.get("truncated"):
            return None
        content = base64.b64decode(body.get("as_bytes", ""))
    except (KeyError, TypeError, AttributeError, binascii.Error):
        return None
    method, target = headers.get(_METHOD), headers.get(_PATH)
    kept = {}
    if method is None or target is None:
        if headers.get("content-type", "").startswith("application/grpc"):
            return None
        method, target = headers.get(":method"), headers.get(":path")
        if content and "content-type" in headers:
            kept["content-type"] = headers["content-type"]
    elif content:
        # What it was is lost; only JSON is transcoded.
        kept["content-type"] = "application/json"
    if not method or not target or not target.startswith("/"):
        return None
    return without_secrets(Request(method, target, content, kept))
