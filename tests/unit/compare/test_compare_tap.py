"""Envoy's copies of requests become requests, without secrets."""

import base64
import json
from typing import Any

import pytest

from camplane_tools.compare.model import Request
from camplane_tools.compare.sources.tap import Documents, request_of


def trace(body: bytes = b"", truncated: bool = False, **headers: str) -> Any:
    named = {name.replace("__", ":").replace("_", "-"): value for name, value in headers.items()}
    return {
        "http_buffered_trace": {
            "request": {
                "headers": [{"key": key, "value": value} for key, value in named.items()],
                "body": {"truncated": truncated, "as_bytes": base64.b64encode(body).decode()},
            }
        }
    }


def test_a_transcoded_request_is_what_the_client_wrote() -> None:
    found = request_of(
        trace(
            b'{"source":"rtsp://u:hunter2@h"}',
            __method="POST",
            __path="/camplane.camera.v1.CameraRestService/CreateCamera",
            content_type="application/grpc",
            x_envoy_original_method="POST",
            x_envoy_original_path="/api/v1/cameras",
            authorization="Bearer hunter2",
        )
    )
    assert found is not None
    assert (found.method, found.target) == ("POST", "/api/v1/cameras")
    assert found.headers == {"content-type": "application/json"}
    assert b"hunter2" not in found.body


def test_a_request_that_was_not_transcoded_is_itself() -> None:
    found = request_of(trace(__method="GET", __path="/docs?token=hunter2"))
    assert found == Request("GET", "/docs?token=(hidden)")


@pytest.mark.parametrize(
    "document",
    [
        trace(__method="POST", __path="/a.B/C", content_type="application/grpc+proto"),
        trace(b"{", truncated=True, __method="POST", __path="/api/v1/cameras"),
        trace(__method="CONNECT"),
        {"http_streamed_trace_segment": {}},
        {},
        None,
        [],
    ],
)
def test_what_cannot_be_asked_again_is_none(document: Any) -> None:
    assert request_of(document) is None


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_documents_are_found_however_the_text_is_cut(size: int) -> None:
    documents = [{"a": "}\n{", "n": number} for number in range(5)]
    text = "\n".join(json.dumps(one, indent=1) for one in documents)
    reader = Documents()
    found = [one for at in range(0, len(text), size) for one in reader.feed(text[at : at + size])]
    assert found == documents
