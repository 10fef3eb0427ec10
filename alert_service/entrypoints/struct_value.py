"""JSON values in and out of google.protobuf.Value."""

from typing import Any

from google.protobuf import struct_pb2

from alert_service.domain.errors import InvalidArgumentError

# Up to here a double holds every integer.
_EXACT = 2**53


def from_value(field: str, value: struct_pb2.Value) -> Any:
    """Return the JSON value; whole numbers become integers, as in protobuf's JSON.

    Raises InvalidArgumentError for a Value of which no kind is set.
    """
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return {key: from_value(field, item) for key, item in value.struct_value.fields.items()}
    if kind == "list_value":
        return [from_value(field, item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) <= _EXACT else number
    if kind == "string_value":
        return value.string_value
    if kind == "bool_value":
        return value.bool_value
    if kind == "null_value":
        return None
    raise InvalidArgumentError(f"{field} holds a Value without a kind; for null, set null_value")


def fill_value(value: struct_pb2.Value, json: Any) -> None:
    """Set `value` to the JSON value; an integer beyond 2^53 becomes the nearest double."""
    if json is None:
        value.null_value = struct_pb2.NULL_VALUE
    elif isinstance(json, bool):
        value.bool_value = json
    elif isinstance(json, int | float):
        value.number_value = float(json)
    elif isinstance(json, str):
        value.string_value = json
    elif isinstance(json, list):
        value.list_value.SetInParent()
        for item in json:
            fill_value(value.list_value.values.add(), item)
    else:
        value.struct_value.SetInParent()
        for key, item in json.items():
            fill_value(value.struct_value.fields[key], item)
