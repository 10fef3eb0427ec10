"""The operations of an OpenAPI 3 description, for the generator."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from camplane_tools.compare.sources.generator import Described
from servicekit import strict_yaml

_METHODS = ("get", "put", "post", "delete", "patch")
_DEPTH = 20


class OpenApiError(ValueError):
    """The file describes nothing that can be asked; the text says why."""


def read(path: Path) -> list[Described]:
    """Return what the file describes, JSON or YAML; OpenApiError when it cannot be used."""
    try:
        # JSON is YAML.
        document = strict_yaml.load(path.read_text("utf-8"))
    except OSError as error:
        raise OpenApiError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        cause = " ".join(str(error).split())
        raise OpenApiError(f"{path} is malformed: {cause}") from error
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3"):
        raise OpenApiError(f"{path} is no OpenAPI 3 description")
    found = list(_operations(document))
    if not found:
        raise OpenApiError(f"{path} describes no operation")
    return found


def _operations(document: dict[str, Any]) -> Iterator[Described]:
    for template, item in _mapping(document.get("paths")).items():
        shared = _mapping(item).get("parameters", [])
        for method in _METHODS:
            operation = _mapping(item).get(method)
            if isinstance(operation, dict) and not _is_stream(document, operation):
                yield _operation(document, method, template, shared, operation)


def _is_stream(document: dict[str, Any], operation: dict[str, Any]) -> bool:
    """Is it answered with events? Such an answer has no end that could be compared."""
    responses = _mapping(operation.get("responses")).values()
    contents = [_mapping(_resolved(document, one).get("content")) for one in responses]
    return any("text/event-stream" in content for content in contents)


def _operation(
    document: dict[str, Any], method: str, template: str, shared: Any, operation: dict[str, Any]
) -> Described:
    places: dict[str, dict[str, str]] = {"path": {}, "query": {}}
    # Undescribed ones still have to be filled in.
    for name in re.findall(r"\{([^}]+)\}", template):
        places["path"][name] = "string"
    own = operation.get("parameters", [])
    for parameter in (*_list(shared), *_list(own)):
        one = _resolved(document, parameter)
        if one.get("in") in places and isinstance(one.get("name"), str):
            places[one["in"]][one["name"]] = _kind(document, one.get("schema"))
    body, required = _body(document, operation.get("requestBody"))
    return Described(method.upper(), template, places["path"], places["query"], body, required)


def _body(document: dict[str, Any], given: Any) -> tuple[dict[str, str] | None, frozenset[str]]:
    content = _mapping(_resolved(document, given).get("content"))
    media = next((content[name] for name in content if "json" in name), None)
    if media is None:
        return None, frozenset()
    schema = _resolved(document, _mapping(media).get("schema"))
    properties = _mapping(schema.get("properties"))
    fields = {name: _kind(document, part) for name, part in properties.items()}
    return fields, frozenset(map(str, _list(schema.get("required"))))


def _kind(document: dict[str, Any], schema: Any) -> str:
    kind = _resolved(document, schema).get("type", "any")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "any")
    return "any" if kind == "object" else str(kind)


def _resolved(document: dict[str, Any], node: Any) -> Mapping[str, Any]:
    """Return the node, or the one of this file that it refers to."""
    for _ in range(_DEPTH):
        reference = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            break
        node = document
        for name in reference[2:].split("/"):
            node = _mapping(node).get(name.replace("~1", "/").replace("~0", "~"))
    return _mapping(node)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
