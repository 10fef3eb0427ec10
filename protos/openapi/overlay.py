"""What protobuf cannot say about the REST shapes: the file overlay.yaml, beside this one.

    info, tags     as OpenAPI has them; a tag's x-services are the services under it
    fields         JSON schema keywords added to a field, by "Message.field"; "*.field" is
                   that of every request
    required       fields that a client must give, as "Message.field"
    schemas        JSON schemas of bodies that are JSON text to protobuf
    parameters, headers
                   components; headers are those of whatever has two implementations
    security_scheme
                   how a client says who it is, where it is asked
    responses      what each status of an error means, whatever the operation
    operations     by "Service.Rpc": request and response (schemas), is_body_optional,
                   media_type (of the response), event (the schema of a server-sent
                   event's data), parameters (names of components)

Every entry must be of use: what the contracts do not have is refused.
"""

from pathlib import Path
from typing import Any

import yaml

from protos.openapi.contract import Contracts

Json = dict[str, Any]

FILE = Path(__file__).with_name("overlay.yaml")
_OPERATION_KEYS = {
    *("request", "response", "is_body_optional", "media_type", "event", "parameters"),
}


class Overlay:
    """The parsed file. ValueError when it names what the contracts do not have."""

    def __init__(self, text: str, contracts: Contracts) -> None:
        document: Json = yaml.safe_load(text)
        self.info: Json = document["info"]
        self.tags: list[Json] = document["tags"]
        self.schemas: Json = document["schemas"]
        self.parameters: Json = document["parameters"]
        self.headers: Json = document["headers"]
        self.security_scheme: Json = document["security_scheme"]
        self.responses: dict[str, str] = document["responses"]
        self._fields: Json = document["fields"]
        self._required: list[str] = document["required"]
        self._operations: Json = document["operations"]
        self._check(contracts)

    def field(self, message: str, name: str) -> Json:
        """Return the keywords for a field of a message."""
        of_all = self._fields.get(f"*.{name}", {}) if message.endswith("Request") else {}
        return {**of_all, **self._fields.get(f"{message}.{name}", {})}

    def is_required(self, message: str, name: str) -> bool:
        """Must a client give this field of a request?"""
        return f"{message}.{name}" in self._required

    def operation(self, label: str) -> Json:
        """Return what is said of an operation, or nothing."""
        found: Json = self._operations.get(label, {})
        return found

    def tag(self, service: str) -> str:
        """Return the tag that a service is under."""
        for tag in self.tags:
            if service in tag["x-services"]:
                return str(tag["name"])
        raise ValueError(f"{service}: no tag of {FILE.name} names it in x-services")

    def _check(self, contracts: Contracts) -> None:
        fields = {
            f"{message}.{field.name}"
            for one in contracts.messages.values()
            for field in one.fields
            for message in (one.name, "*")
        }
        bound = {operation.rpc.label for operation in contracts.operations}
        unknown = [
            *({*self._fields, *self._required} - fields),
            *(self._operations.keys() - bound),
            *{key for one in self._operations.values() for key in one.keys() - _OPERATION_KEYS},
        ]
        if unknown:
            raise ValueError(f"{FILE.name}: the contracts have no {', '.join(sorted(unknown))}")
