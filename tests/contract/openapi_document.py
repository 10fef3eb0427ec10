"""The OpenAPI document as schemathesis reads it, and how an answer is held against it.

schemathesis is imported where it is used: every test process collects these tests, and
few run them.
"""

import json
from functools import cache
from typing import Any

import requests

from gateway.proxy.web_routes import OPENAPI_FILE
from tests.stack import Stack

# A source that cannot be opened, which a test's camera may well have.
EXPECTED_FAULTS = {("GetCameraPreview", 502)}
INVALID_ARGUMENT = 3
CHOICE = {"$ref": "#/components/parameters/force_domain"}


def document() -> dict[str, Any]:
    """Return the document as it is served."""
    found: dict[str, Any] = json.loads(OPENAPI_FILE.read_text("utf-8"))
    return found


@cache
def described() -> dict[str, dict[str, Any]]:
    """Return what the document says of each operation, by operationId."""
    paths = document()["paths"].values()
    return {one["operationId"]: one for path in paths for one in path.values()}


def streams() -> set[str]:
    """Return the ids of the operations that answer with server-sent events."""
    return {
        name
        for name, one in described().items()
        if "text/event-stream" in one["responses"]["200"]["content"]
    }


def sides(name: str) -> list[str | None]:
    """Return the implementations that answer an operation; [None] where it has none."""
    return ["legacy", "domain"] if CHOICE in described()[name].get("parameters", ()) else [None]


@cache
def operations() -> dict[str, Any]:
    """Return schemathesis' operations by operationId.

    Objects whose keys are listed take no others here, so that a key which is printed
    and not documented is found. Who chooses the implementation is the test.
    """
    import schemathesis
    from schemathesis.config import SchemathesisConfig

    held = closed(document())
    del held["components"]["parameters"]["force_domain"]
    # Here nobody is asked who they are: a missing token is no fault of a request.
    del held["components"]["securitySchemes"]
    for path in held["paths"].values():
        for operation in path.values():
            known = operation.get("parameters", [])
            operation["parameters"] = [one for one in known if one != CHOICE]
            del operation["security"]
    config = SchemathesisConfig()
    # A body's NUL is refused in words, and a schema cannot say so of every text.
    config.projects.default.generation.allow_x00 = False
    schema = schemathesis.openapi.from_dict(held, config=config)
    found = [result.ok() for result in schema.get_all_operations()]
    return {one.definition.raw["operationId"]: one for one in found}


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


def ask(stack: Stack, session: requests.Session, case: Any, side: str | None) -> Any:
    """Send a case to one implementation; the answer must be one that is documented."""
    from schemathesis.specs.openapi import checks

    name = case.operation.definition.raw["operationId"]
    query = dict(case.query or {})
    if side:
        query["force_domain"] = "true" if side == "domain" else "false"
    case.query = query
    response = case.call(base_url=str(stack.client.base_url), session=session, timeout=30)
    if (name, response.status_code) not in EXPECTED_FAULTS:
        assert response.status_code < 500, (side, response.status_code, response.text[:500])
    case.validate_response(
        response,
        checks=[
            checks.status_code_conformance,
            checks.content_type_conformance,
            checks.response_headers_conformance,
            checks.response_schema_conformance,
        ],
    )
    if side and response.status_code == 200:
        assert response.headers["x-camplane-path"] == [side]
    return response
