"""The contracts as protoc describes them, comments included: services, operations, messages."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from google.api import annotations_pb2, http_pb2
from google.protobuf import descriptor_pb2 as pb

_VERB = re.compile(r"^(is|are|holds) ")
PARAMETER = re.compile(r"\{(\w+)\}")
# Numbers of fields in descriptor.proto, of which the paths of comments are made.
_PACKAGE, _MESSAGES, _ENUMS, _SERVICES = 2, 4, 5, 6
_MEMBERS = 2  # fields of a message, values of an enum, methods of a service

Comments: TypeAlias = dict[tuple[int, ...], str]


@dataclass(frozen=True)
class Field:
    """A field of a message, with its comment."""

    descriptor: pb.FieldDescriptorProto
    comment: str

    @property
    def name(self) -> str:
        return self.descriptor.name

    @property
    def is_repeated(self) -> bool:
        return self.descriptor.label == pb.FieldDescriptorProto.LABEL_REPEATED


@dataclass(frozen=True)
class Message:
    """A message; map_entry: it is only how protobuf writes a map down."""

    name: str
    comment: str
    fields: tuple[Field, ...]
    map_entry: bool

    @property
    def told(self) -> str:
        """Return its comment without what every comment begins with: "Rollout is …"."""
        text = "\n\n".join(paragraphs(self.comment))
        if text.startswith(f"{self.name} "):
            text = _VERB.sub("", text[len(self.name) + 1 :])
        return text[:1].upper() + text[1:]

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)


class Access(NamedTuple):
    """What an RPC's options say, in the order of their names in the contract.

    role: what its caller needs, such as "viewer"; scope: how it is held to cameras, such as
    "named"; unmasked: the role that reads the answer's secrets, "" if there is none.
    """

    role: str
    scope: str
    unmasked: str


@dataclass(frozen=True)
class Rpc:
    """An RPC, bound to REST or not.

    service: its name without the package; file: the comment at the head of the contract
    that it stands in.
    """

    service: str
    name: str
    comment: str
    file: str
    request: str
    response: str
    is_streaming: bool
    has_side_effects: bool
    access: Access

    @property
    def role(self) -> str:
        return self.access.role

    @property
    def label(self) -> str:
        return f"{self.service}.{self.name}"


@dataclass(frozen=True)
class Operation:
    """One REST binding of an RPC.

    body: "", "*" or the field that the body fills; response_body: the field that is
    printed instead of the whole response, or ""; number: 1 for the RPC's first binding.
    """

    rpc: Rpc
    method: str
    template: str
    body: str
    response_body: str
    number: int

    @property
    def id(self) -> str:
        """What no other operation is called."""
        return self.rpc.name if self.number == 1 else f"{self.rpc.name}{self.number}"

    @property
    def path_parameters(self) -> list[str]:
        return PARAMETER.findall(self.template)


class Contracts:
    """All that a descriptor set with source information says about some packages.

    ValueError for an RPC that `access_of` knows no role and scope of.

    messages and enums are keyed by full name, such as ".camplane.camera.v1.Camera";
    rpcs by label, such as "CameraService.StartCamera".
    """

    def __init__(
        self,
        descriptors: pb.FileDescriptorSet,
        package_prefix: str,
        access_of: Callable[[pb.MethodDescriptorProto], Access],
    ) -> None:
        self._access_of = access_of
        self.messages: dict[str, Message] = {}
        self.enums: dict[str, tuple[str, ...]] = {}
        self.rpcs: dict[str, Rpc] = {}
        self.operations: list[Operation] = []
        for file in descriptors.file:
            if file.package.startswith(package_prefix):
                self._read(file)

    def _read(self, file: pb.FileDescriptorProto) -> None:
        comments: Comments = {
            tuple(place.path): place.leading_comments for place in file.source_code_info.location
        }
        for index, message in enumerate(file.message_type):
            self._read_message(message, f".{file.package}", (_MESSAGES, index), comments)
        for enum in file.enum_type:
            name = f".{file.package}.{enum.name}"
            self.enums[name] = tuple(value.name for value in enum.value)
        for number, service in enumerate(file.service):
            for index, method in enumerate(service.method):
                path = (_SERVICES, number, _MEMBERS, index)
                rpc = Rpc(
                    service=service.name,
                    name=method.name,
                    comment=comments.get(path, ""),
                    file=_head(file, comments),
                    request=method.input_type,
                    response=method.output_type,
                    is_streaming=method.server_streaming,
                    has_side_effects=method.options.idempotency_level
                    != pb.MethodOptions.NO_SIDE_EFFECTS,
                    access=self._access_of(method),
                )
                _require_access(rpc)
                self.rpcs[rpc.label] = rpc
                self.operations += _operations(rpc, method)

    def _read_message(
        self, message: pb.DescriptorProto, scope: str, path: tuple[int, ...], comments: Comments
    ) -> None:
        name = f"{scope}.{message.name}"
        fields = tuple(
            Field(field, comments.get((*path, _MEMBERS, index), ""))
            for index, field in enumerate(message.field)
        )
        self.messages[name] = Message(
            message.name, comments.get(path, ""), fields, message.options.map_entry
        )
        for index, nested in enumerate(message.nested_type):
            self._read_message(nested, name, (*path, 3, index), comments)


def _head(file: pb.FileDescriptorProto, comments: Comments) -> str:
    """Return the comment above `package`."""
    return comments.get((_PACKAGE,), "")


def _require_access(rpc: Rpc) -> None:
    if not rpc.role:
        raise ValueError(f"{rpc.label} does not say which role its caller needs")
    if not rpc.access.scope:
        raise ValueError(f"{rpc.label} does not say how it is held to cameras")


def _operations(rpc: Rpc, method: pb.MethodDescriptorProto) -> Iterator[Operation]:
    rule: http_pb2.HttpRule = method.options.Extensions[annotations_pb2.http]
    for number, one in enumerate((rule, *rule.additional_bindings), 1):
        verb = one.WhichOneof("pattern")
        if verb is not None:
            path = getattr(one, verb)
            yield Operation(rpc, verb.upper(), path, one.body, one.response_body, number)


def paragraphs(comment: str) -> list[str]:
    """Return a comment's paragraphs, each on one line; indented lines are a paragraph each."""
    found: list[str] = []
    follows = False
    for line in comment.splitlines():
        line = line.removeprefix(" ")
        if not line.strip():
            follows = False
        elif follows and not line.startswith("  "):
            found[-1] += f" {line.strip()}"
        else:
            found.append(line.rstrip())
            follows = not line.startswith("  ")
    return found
