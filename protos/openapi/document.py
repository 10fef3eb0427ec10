"""The OpenAPI document: contracts and overlay in, one mapping out."""

from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from gateway.vocabulary.roles import PUBLIC
from protos.openapi.contract import Contracts, Message, Operation, Rpc, paragraphs
from protos.openapi.overlay import Overlay
from protos.openapi.refusals import refusals, twin, without_errors
from protos.openapi.roles import Roles
from protos.openapi.schemas import Schemas

Json = dict[str, Any]

OPENAPI = "3.1.0"
PACKAGES = "camplane."
JSON_TYPE, EVENTS = "application/json", "text/event-stream"
# What the gateway answers to any operation when it cannot carry it out, by the overlay's
# responses; and 404 where a path has a parameter, which may hold what no path does.
OF_ALL = ("400", "408", "413", "431", "500", "503", "504")
OF_PARAMETERS = ("404",)
# Of operations that need a role, where access is asked for.
OF_ROLES = ("401", "403")
TOKEN = "token"  # noqa: S105 (the scheme's name)
# Of operations that have two implementations.
TWO_PATHS = ("camera.", "alert.")
# How a paragraph begins that says the same of a REST shape as of its twin.
REPEATED = ("No side effects", "Idempotent")


def read(descriptors: FileDescriptorSet) -> Contracts:
    """Return the contracts of a descriptor set that holds comments and imports.

    ValueError for an RPC without a role or a scope.
    """
    return Contracts(descriptors, PACKAGES, Roles(descriptors).of)


def document(contracts: Contracts, overlay_text: str) -> Json:
    """Return the document. ValueError when contracts and overlay do not fit together."""
    overlay = Overlay(overlay_text, contracts)
    writer = _Writer(contracts, overlay)
    paths: dict[str, Json] = {}
    for operation in sorted(contracts.operations, key=lambda one: (one.template, one.method)):
        paths.setdefault(operation.template, {})[operation.method.lower()] = writer.operation(
            operation
        )
    ids = [one["operationId"] for path in paths.values() for one in path.values()]
    if len(ids) != len(set(ids)):
        raise ValueError("two operations have the same RPC name")
    if taken := overlay.schemas.keys() & writer.schemas.components.keys():
        raise ValueError(f"schemas of the overlay are messages, too: {', '.join(sorted(taken))}")
    return {
        "openapi": OPENAPI,
        "info": overlay.info,
        "servers": [{"url": "/"}],
        "tags": [{key: tag[key] for key in ("name", "description")} for tag in overlay.tags],
        "paths": paths,
        "components": {
            "schemas": dict(sorted({**overlay.schemas, **writer.schemas.components}.items())),
            "parameters": overlay.parameters,
            "headers": overlay.headers,
            "responses": writer.errors(),
            "securitySchemes": {TOKEN: overlay.security_scheme},
        },
    }


class _Writer:
    def __init__(self, contracts: Contracts, overlay: Overlay) -> None:
        self._contracts = contracts
        self._overlay = overlay
        self.schemas = Schemas(contracts, overlay)

    def operation(self, operation: Operation) -> Json:
        rpc = operation.rpc
        found: Json = {
            "operationId": operation.id,
            "tags": [self._overlay.tag(rpc.service)],
            **self._told(operation),
            "x-rpc": f"{rpc.request.rpartition('.')[0].lstrip('.')}.{rpc.service}/{rpc.name}",
            "x-camplane-role": rpc.role,
            "x-camplane-scope": rpc.access.scope,
            **({"x-camplane-unmasked": rpc.access.unmasked} if rpc.access.unmasked else {}),
            "security": [] if rpc.role == PUBLIC else [{TOKEN: []}],
        }
        if parameters := self._parameters(operation):
            found["parameters"] = parameters
        if body := self._request_body(operation):
            found["requestBody"] = body
        return {**found, "responses": self._responses(operation)}

    def _told(self, operation: Operation) -> Json:
        """Return summary and description, of a REST shape with what its twin says first."""
        rpc = operation.rpc
        texts = _texts(rpc)
        if other := twin(rpc, self._contracts):
            texts = _texts(other) + [text for text in texts if not text.startswith(REPEATED)]
        summary, _, more = texts[0].partition(". ")
        found = {"summary": summary.rstrip(".:")}
        if told := "\n\n".join(text for text in (more, *texts[1:]) if text):
            found["description"] = told
        return found

    def _parameters(self, operation: Operation) -> list[Json]:
        rpc = operation.rpc
        message = self._contracts.messages[rpc.request]
        in_path = operation.path_parameters
        in_query = [
            field.name
            for field in message.fields
            if operation.body not in ("*", field.name) and field.name not in in_path
        ]
        found = [self._parameter(message, name, "path") for name in in_path]
        found += [self._parameter(message, name, "query") for name in in_query]
        if _has_two_paths(operation):
            found.append(_reference("parameters", "force_domain"))
            if rpc.has_side_effects:
                found.append(_reference("parameters", "Idempotency-Key"))
        own = self._overlay.operation(rpc.label).get("parameters", ())
        return found + [_reference("parameters", name) for name in own]

    def _parameter(self, message: Message, name: str, place: str) -> Json:
        schema = self.schemas.input(message.name, message.field(name))
        description = schema.pop("description", "")
        required = {"required": True} if place == "path" else {}
        return {"name": name, "in": place, **required, "description": description, "schema": schema}

    def _request_body(self, operation: Operation) -> Json | None:
        if not operation.body:
            return None
        said = self._overlay.operation(operation.rpc.label)
        if operation.body == "*":
            schema = self.schemas.request(operation.rpc.request, operation.path_parameters)
            body: Json = {"content": {JSON_TYPE: {"schema": schema}}}
            return {"required": True, **body} if "required" in schema else body
        if "request" not in said:
            raise ValueError(f"{operation.rpc.label}: the overlay does not say what its body is")
        body = {"content": {JSON_TYPE: {"schema": said["request"]}}}
        return body if said.get("is_body_optional") else {"required": True, **body}

    def _responses(self, operation: Operation) -> Json:
        told: dict[str, list[str]] = {}
        for one in refusals(operation.rpc, self._contracts):
            told.setdefault(str(one.status), []).append(f"- `{one.name}`: {one.text}")
        statuses = {
            *(*told, *OF_ALL),
            *(OF_PARAMETERS if operation.path_parameters else ()),
            *(OF_ROLES if operation.rpc.role != PUBLIC else ()),
        }
        found = {"200": self._success(operation)}
        for status in sorted(statuses):
            own = told.get(status)
            found[status] = (
                self._error("\n".join([self._overlay.responses[status] + "\n", *own]))
                if own
                else _reference("responses", error_name(status))
            )
        if _has_two_paths(operation):
            found["200"]["headers"] = {
                name: _reference("headers", name) for name in self._overlay.headers
            }
        return found

    def errors(self) -> Json:
        """Return the component of each error that no operation says more about."""
        return {
            error_name(status): self._error(self._overlay.responses[status])
            for status in sorted({*OF_ALL, *OF_PARAMETERS, *OF_ROLES})
        }

    def _error(self, description: str) -> Json:
        schema = _reference("schemas", "Error")
        return {"description": description, "content": {JSON_TYPE: {"schema": schema}}}

    def _success(self, operation: Operation) -> Json:
        rpc = operation.rpc
        said = self._overlay.operation(rpc.label)
        message = self._contracts.messages[rpc.response]
        if rpc.is_streaming:
            event = said.get("event") or self.schemas.reference(rpc.response)
            content: Json = {EVENTS: {"schema": {"type": "string"}, "x-event": event}}
        elif operation.response_body:
            if "response" not in said:
                raise ValueError(f"{rpc.label}: the overlay does not say what its answer is")
            content = {said.get("media_type", JSON_TYPE): {"schema": said["response"]}}
        else:
            content = {JSON_TYPE: {"schema": self.schemas.reference(rpc.response)}}
        return {"description": message.told, "content": content}


def _texts(rpc: Rpc) -> list[str]:
    """Return the paragraphs of an RPC's comment, without its name and its errors."""
    if not rpc.comment:
        raise ValueError(f"{rpc.label} has no comment")
    found = [without_errors(text) for text in paragraphs(rpc.comment)]
    first = found[0].removeprefix(rpc.name).lstrip(": ")
    return [text for text in (first[:1].upper() + first[1:], *found[1:]) if text]


def error_name(status: str) -> str:
    """Return the component that holds the response of an error."""
    return f"Error{status}"


def _has_two_paths(operation: Operation) -> bool:
    return operation.rpc.request.removeprefix(f".{PACKAGES}").startswith(TWO_PATHS)


def _reference(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}
