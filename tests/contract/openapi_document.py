"""The OpenAPI document as a schemathesis schema, and how an answer is held against it."""

import json
from functools import cache
from typing import Any

import requests
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.envoy.web_routes import OPENAPI_FILE
from tests.stack import Stack

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# A source that cannot be opened, which a test's camera may well have.
EXPECTED_FAULTS = {("GetCameraPreview", 502)}
INVALID_ARGUMENT = 3


def document() -> dict[str, Any]:
    """Return the document as it is served."""
    found: dict[str, Any] = json.loads(OPENAPI_FILE.read_text("utf-8"))
    return found


@cache
def operations() -> dict[str, Any]:
    """Return schemathesis' operations by operationId.

    Objects whose keys are listed take no others here, so that a key which is printed
    and not documented is found. Who chooses the implementation is the test.
    """
    held = closed(document())
    del held["components"]["parameters"]["force_domain"]
    choice = {"$ref": "#/components/parameters/force_domain"}
    for path in held["paths"].values():
        for operation in path.values():
            known = operation.get("parameters", [])
            operation["parameters"] = [one for one in known if one != choice]
    config = SchemathesisConfig()
    # A body's NUL is refused in words, and a schema cannot say so of every text.
    config.projects.default.generation.allow_x00 = False
    schema = schemathesis.openapi.from_dict(held, config=config)
    found = [result.ok() for result in schema.get_all_operations()]
    return {one.definition.raw["operationId"]: one for one in found}


def streams() -> set[str]:
    """Return the ids of the operations that answer with server-sent events."""
    return {
        name
        for name, one in operations().items()
        if "text/event-stream" in one.definition.raw["responses"]["200"]["content"]
    }


def closed(node: Any) -> Any:
    """Return a copy in which objects with listed keys take no others, unless they say so."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: closed(value) for key, value in node.items()}
    if "properties" in copy and "type" in copy and "additionalProperties" not in copy:
        copy["additionalProperties"] = False
    return copy


def sides(operation: Any) -> list[str | None]:
    """Return the implementations that answer an operation; none but None, if it has none."""
    two = not {"Monitoring", "Rollouts"} & set(operation.definition.raw["tags"])
    return ["legacy", "domain"] if two else [None]


def ask(stack: Stack, session: requests.Session, case: Any, side: str | None) -> Any:
    """Send a case to one implementation; the answer must be one that is documented."""
    name = case.operation.definition.raw["operationId"]
    query = dict(case.query or {})
    if side:
        query["force_domain"] = "true" if side == "domain" else "false"
    case.query = query
    response = case.call(base_url=str(stack.client.base_url), session=session, timeout=30)
    if (name, response.status_code) not in EXPECTED_FAULTS:
        assert response.status_code < 500, (side, response.status_code, response.text[:500])
    case.validate_response(response, checks=CHECKS)
    if side and response.status_code == 200:
        assert response.headers["x-camplane-path"] == [side]
    return response
