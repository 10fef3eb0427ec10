"""Recordings, descriptions and declarations as files: read, or refused in words."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from camplane_tools.compare.sources import openapi, recording
from camplane_tools.compare.sources.declared_file import read_declared
from camplane_tools.compare.sources.recording import RecordingError


def written(tmp_path: Path, text: str | bytes, name: str = "file") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def har(*requests: Any) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": [{"request": r} for r in requests]}})


def test_json_lines_are_requests_and_what_is_none_is_said(tmp_path: Path) -> None:
    lines = [
        '{"method": "GET", "path": "/api/v1/cameras?x=1"}',
        "",
        '{"method": "post", "path": "/a", "body": {"名": [1, null]}}',
        '{"method": "PUT", "path": "/b", "text": "{bad", "headers": {"Content-Type": "text/x"}}',
        json.dumps({"method": "PUT", "path": "/c", "base64": base64.b64encode(b"\xff").decode()}),
        "{bad",
        "[]",
        '{"method": "BREW", "path": "/"}',
        '{"method": "GET", "path": "no slash"}',
        '{"method": "GET", "path": "/blank HTTP/1.1"}',
        '{"method": "GET", "path": "/a", "base64": "%"}',
    ]
    found = recording.read(written(tmp_path, "\n".join(lines)))
    requests = [case.requests[0] for case in found.cases]
    assert [(r.method, r.target) for r in requests] == [
        ("GET", "/api/v1/cameras?x=1"),
        ("POST", "/a"),
        ("PUT", "/b"),
        ("PUT", "/c"),
    ]
    assert json.loads(requests[1].body) == {"名": [1, None]}
    assert requests[1].headers == {"content-type": "application/json"}
    assert (requests[2].body, requests[2].headers) == (b"{bad", {"content-type": "text/x"})
    assert requests[3].body == b"\xff"
    assert len(found.problems) == 6
    assert "line 6: not JSON" in found.problems[0]


def test_a_har_file_is_requests_without_the_browsers_headers(tmp_path: Path) -> None:
    text = har(
        {
            "method": "POST",
            "url": "https://cams.example/api/v1/cameras?a=%20b",
            "headers": [
                {"name": "Content-Type", "value": "application/json"},
                {"name": "User-Agent", "value": "x"},
            ],
            "postData": {"mimeType": "application/json", "text": '{"id":"a"}'},
        },
        {"method": "GET"},
    )
    found = recording.read(written(tmp_path, text))
    (request,) = found.cases[0].requests
    assert (request.target, request.body) == ("/api/v1/cameras?a=%20b", b'{"id":"a"}')
    assert request.headers == {"content-type": "application/json"}
    assert len(found.problems) == 1


def test_secrets_of_a_recording_are_removed_and_counted(tmp_path: Path) -> None:
    secret = {
        "method": "POST",
        "path": "/x?api_key=hunter2",
        "headers": {"authorization": "Bearer hunter2", "cookie": "hunter2"},
        "body": {"source": "rtsp://u:hunter2@h", "env": {"TOKEN": "hunter2"}},
    }
    harmless = {"method": "GET", "path": "/y"}
    text = f"{json.dumps(secret)}\n{json.dumps(harmless)}"
    found = recording.read(written(tmp_path, text))
    assert "hunter2" not in repr(found)
    assert found.secrets == 1


def test_what_is_written_is_read_again_as_it_was(tmp_path: Path) -> None:
    text = '{"method": "PUT", "path": "/a", "text": "名", "headers": {"content-type": "a/b"}}'
    found = recording.read(written(tmp_path, text)).cases[0].requests[0]
    again = recording.read(written(tmp_path, recording.line_of(found))).cases[0].requests[0]
    assert again == found


@pytest.mark.parametrize("text", [b"\xff\xfe", b"<xml/>", b"PK\x03\x04 zip"])
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(RecordingError):
        recording.read(written(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        recording.read(tmp_path / "none")


OPENAPI = """
openapi: 3.1.0
paths:
  /cameras/{camera_id}:
    parameters: [{name: camera_id, in: path, schema: {type: string}}]
    get: {parameters: [{name: full, in: query, schema: {type: [boolean, "null"]}}]}
    put:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Camera"}}}}
  /events:
    get: {responses: {"200": {$ref: "#/components/responses/Events"}}}
components:
  responses:
    Events: {description: Without an end., content: {text/event-stream: {}}}
  schemas:
    Camera:
      required: [name]
      properties: {name: {type: string}, fps: {type: integer}}
"""


def test_an_openapi_description_is_operations_those_without_an_end_left_out(tmp_path: Path) -> None:
    get, put = openapi.read(written(tmp_path, OPENAPI))
    assert (get.method, dict(get.path), dict(get.query)) == (
        "GET",
        {"camera_id": "string"},
        {"full": "boolean"},
    )
    assert put.body == {"name": "string", "fps": "integer"}
    assert put.required == {"name"}


@pytest.mark.parametrize(
    "text", ["", "[]", "swagger: '2.0'", "openapi: 3.0.0", "openapi: 3.0.0\npaths: [", "{"]
)
def test_a_description_of_nothing_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(openapi.OpenApiError):
        openapi.read(written(tmp_path, text))


def test_a_description_that_refers_to_itself_ends(tmp_path: Path) -> None:
    text = OPENAPI.replace("required: [name]", "$ref: '#/components/schemas/Camera'")
    assert len(openapi.read(written(tmp_path, text))) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("why: x", "must be a list"),
        ("- {fields: [body.a]}", "needs `why`"),
        ("- {why: x}", "would declare nothing"),
        ("- {why: x, fields: body}", "list of patterns"),
        ("- {why: x, statuses: [200]}", "two numbers"),
        ("- {why: x, fields: [a], target: '['}", "malformed"),
        ("- {why: x, field: [a]}", "unknown"),
        ("- [", "malformed"),
    ],
)
def test_a_declaration_that_says_nothing_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_declared(written(tmp_path, text))


def test_a_declaration_is_read(tmp_path: Path) -> None:
    text = (
        "- {why: other logs, operation: 'GET *', fields: [body.log]}\n- {why: x, statuses: [1, 2]}"
    )
    first, second = read_declared(written(tmp_path, text))
    assert (first.why, first.operation, first.fields) == ("other logs", "GET *", ("body.log",))
    assert second.statuses == (frozenset({1}), frozenset({2}))
