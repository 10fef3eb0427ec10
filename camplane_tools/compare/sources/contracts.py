"""The operations of this system's own contracts, described for the generator. Pure."""

from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from camplane_tools.compare.sources.generator import Described
from gateway.vocabulary.route_table import CONTRACTS, PARAMETER, Binding, bindings
from gateway.vocabulary.split import CONTEXTS

_KINDS = {
    FieldDescriptor.TYPE_BOOL: "boolean",
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_INT32: "integer",
    FieldDescriptor.TYPE_INT64: "integer",
    FieldDescriptor.TYPE_UINT32: "integer",
    FieldDescriptor.TYPE_DOUBLE: "number",
}
_QUERY_KINDS = {"bool": "boolean", "int32": "integer", "string": "string"}
_REQUIRED = frozenset({"id", "name", "source", "rule_type", "conditions"})
# A camera is an open object: these are its keys that mean something.
_OPEN = {"id": "string", "resolution": "any", "env": "any"}


def described() -> list[Described]:
    """Return the operations that have two implementations, streams and pictures left out."""
    return [
        _described(one)
        for one in bindings()
        if one.rpc.context in CONTEXTS
        and not one.rpc.is_streaming
        and one.rpc.name != "GetCameraPreview"
    ]


def _described(one: Binding) -> Described:
    path = {
        name: "integer" if name in ("rule_id", "alert_id") else "string"
        for name in PARAMETER.findall(one.template)
    }
    query = {name: _QUERY_KINDS.get(kind, "string") for name, kind in one.query_parameters.items()}
    body = dict(_body_fields(one.rpc.name)) if one.takes_body else None
    required = _REQUIRED & set(body or ()) if one.rpc.name.startswith("Create") else frozenset()
    return Described(one.http_method, one.template, path, query, body, required)


def _body_fields(name: str) -> Iterator[tuple[str, str]]:
    """Return the fields of the typed twin's request: the REST body is open JSON text."""
    for contract in CONTRACTS:
        for service in contract.DESCRIPTOR.services_by_name.values():
            method = service.methods_by_name.get(name)
            if method is None or "RestService" in service.name:
                continue
            for field in method.input_type.fields:
                message = field.message_type
                if message and message.full_name == "google.protobuf.Struct":
                    yield from _OPEN.items()
                    yield from _fields(contract.DESCRIPTOR.message_types_by_name["Camera"])
                elif message and message.file is method.input_type.file:
                    yield from _fields(message)
                elif field.is_repeated:
                    yield field.name, "array"


def _fields(message: Descriptor) -> Iterator[tuple[str, str]]:
    is_open = "entry" in message.fields_by_name
    for field in message.fields:
        if is_open and field.name in ("entry", "camera_id"):
            continue
        yield field.name, "array" if field.is_repeated else _KINDS.get(field.type, "any")
