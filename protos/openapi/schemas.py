"""JSON schemas of messages, as Envoy's transcoder prints and reads them.

It prints every field without presence, also when it is 0 or empty, and leaves
out a message or an `optional` field that is unset.
"""

import re
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Proto

from protos.openapi.contract import Contracts, Field, Message, paragraphs
from protos.openapi.overlay import Overlay

Json = dict[str, Any]

_SCALARS: dict[int, Json] = {
    Proto.TYPE_BOOL: {"type": "boolean"},
    Proto.TYPE_STRING: {"type": "string"},
    Proto.TYPE_INT32: {"type": "integer", "format": "int32"},
    Proto.TYPE_UINT32: {"type": "integer", "format": "uint32", "minimum": 0},
    Proto.TYPE_DOUBLE: {"type": "number", "format": "double"},
}
# What a number of 32 bits takes: said of requests, where a larger one is refused.
_RANGES = {
    Proto.TYPE_INT32: {"minimum": -(2**31), "maximum": 2**31 - 1},
    Proto.TYPE_UINT32: {"maximum": 2**32 - 1},
}
_WELL_KNOWN: dict[str, Json] = {
    ".google.protobuf.Struct": {"type": "object"},
    ".google.protobuf.ListValue": {"type": "array"},
    ".google.protobuf.Value": {},
    ".google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
}

_OF_REST = re.compile(r"^\w+RestService(?=\w)")


class Schemas:
    """Makes schemas and remembers which messages they refer to."""

    def __init__(self, contracts: Contracts, overlay: Overlay) -> None:
        self._contracts = contracts
        self._overlay = overlay
        self._components: dict[str, Json] = {}
        self._made_of: dict[str, str] = {}

    @property
    def components(self) -> Json:
        """Return the schema of every message referred to, by name."""
        return dict(sorted(self._components.items()))

    def reference(self, message: str) -> Json:
        """Return a $ref to a message, given by full name. ValueError when its name is taken."""
        # The REST shapes' messages begin with their service, for protobuf's sake alone.
        name = _OF_REST.sub("", self._contracts.messages[message].name)
        if self._made_of.setdefault(name, message) != message:
            raise ValueError(f"{message} and {self._made_of[name]} have the same name")
        if name not in self._components:
            self._components[name] = {}  # known from here on: messages may refer to each other
            self._components[name] = self._printed(self._contracts.messages[message])
        return {"$ref": f"#/components/schemas/{name}"}

    def request(self, message: str, without: list[str]) -> Json:
        """Return the schema of a request body: the message but for some of its fields."""
        found = self._contracts.messages[message]
        fields = [field for field in found.fields if field.name not in without]
        schema: Json = {
            "type": "object",
            "properties": {field.name: self.input(found.name, field) for field in fields},
            "additionalProperties": False,
        }
        wanted = [
            field.name for field in fields if self._overlay.is_required(found.name, field.name)
        ]
        return {**schema, "required": wanted} if wanted else schema

    def input(self, message: str, field: Field) -> Json:
        """Return the schema of a field as a client gives it."""
        limits = _RANGES.get(field.descriptor.type, {})
        return {**_described(field), **self._value(message, field, limits)}

    def _printed(self, message: Message) -> Json:
        properties = {
            field.name: {**_described(field), **self._value(message.name, field, {})}
            for field in message.fields
        }
        schema: Json = {"type": "object"}
        if message.told:
            schema["description"] = message.told
        if always := [field.name for field in message.fields if _is_always_printed(field)]:
            schema["required"] = always
        return {**schema, "properties": properties}

    def _value(self, message: str, field: Field, limits: Json) -> Json:
        more = {**limits, **self._overlay.field(message, field.name)}
        entry = self._contracts.messages.get(field.descriptor.type_name)
        if entry and entry.map_entry:
            value = self._single(entry.field("value"))
            return {"type": "object", "additionalProperties": value, **more}
        if field.is_repeated:
            return {"type": "array", "items": self._single(field), **more}
        return {**self._single(field), **more}

    def _single(self, field: Field) -> Json:
        kind, name = field.descriptor.type, field.descriptor.type_name
        if kind in _SCALARS:
            return dict(_SCALARS[kind])
        if kind == Proto.TYPE_ENUM:
            return {"type": "string", "enum": list(self._contracts.enums[name])}
        if name in _WELL_KNOWN:
            return dict(_WELL_KNOWN[name])
        if name in self._contracts.messages:
            return self.reference(name)
        # 64 bits are printed as text, bytes in base 64: say so here when a contract needs it.
        raise ValueError(f"{field.name}: no schema is known for its type {name or kind}")


def _described(field: Field) -> Json:
    text = "\n\n".join(paragraphs(field.comment))
    return {"description": text} if text else {}


def _is_always_printed(field: Field) -> bool:
    if field.is_repeated:
        return True
    return field.descriptor.type != Proto.TYPE_MESSAGE and not field.descriptor.proto3_optional
