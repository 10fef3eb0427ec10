"""The route table: every RPC and its REST bindings, read from the generated descriptors.

The contracts are the only list of paths. Routes, 404 and 405 answers and the
documented query parameters all come from here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from camplane.access.v1 import role_pb2
from camplane.alert.v1 import alert_rest_service_pb2, alert_service_pb2
from camplane.camera.v1 import camera_rest_service_pb2, camera_service_pb2
from camplane.gateway.v1 import monitoring_service_pb2, rollout_service_pb2, traffic_service_pb2
from google.api import annotations_pb2, http_pb2
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor

from servicekit import scopes

CONTRACTS = (
    camera_service_pb2,
    camera_rest_service_pb2,
    alert_service_pb2,
    alert_rest_service_pb2,
    monitoring_service_pb2,
    rollout_service_pb2,
    traffic_service_pb2,
)
HTTP_METHODS = ("get", "put", "post", "delete", "patch")
# What container health checks ask. The monolith, which they were written for, answers it itself.
OLD_SERVERS_OWN = frozenset({"/health"})
PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Rpc:
    """One RPC of a contract.

    context: "camera", "alert" or "gateway"; service: its full name, such as
    camplane.camera.v1.CameraService; is_of_one_camera: its request names the
    camera that it is for; role: what its caller needs (gateway.vocabulary.roles); unmasked:
    who reads secrets in its answer, "" where that is nobody or everybody.
    """

    context: str
    service: str
    name: str
    is_streaming: bool
    is_of_one_camera: bool
    role: str
    unmasked: str

    @property
    def path(self) -> str:
        """The HTTP/2 path of a native call."""
        return f"/{self.service}/{self.name}"

    @property
    def label(self) -> str:
        """What logs and traces call it, such as CameraService/StartCamera."""
        return f"{self.service.rpartition('.')[2]}/{self.name}"


@dataclass(frozen=True)
class Binding:
    """One REST operation of an RPC.

    template: such as /api/v1/cameras/{camera_id}/start; query_parameters: the
    documented ones, name to protobuf type ("bool", "int32", "string", …).
    """

    rpc: Rpc
    http_method: str
    template: str
    query_parameters: Mapping[str, str]
    takes_body: bool

    @property
    def sticky_parameter(self) -> str | None:
        """The path parameter whose value keeps a resource on one implementation."""
        names = PARAMETER.findall(self.template)
        return names[0] if names else None


@cache
def rpcs() -> tuple[Rpc, ...]:
    """Return every RPC of the contracts."""
    return tuple(_rpc(method) for method in _methods())


@cache
def streams() -> frozenset[str]:
    """Return the labels of the RPCs that stream: each lasts until its client leaves."""
    return frozenset(rpc.label for rpc in rpcs() if rpc.is_streaming)


@cache
def bindings() -> tuple[Binding, ...]:
    """Return every REST operation, literal path segments before parameters."""
    found = [binding for method in _methods() for binding in _bindings(method)]
    return tuple(sorted(found, key=lambda binding: precedence(binding.template)))


@cache
def templates() -> tuple[str, ...]:
    """Return the path templates, each once, in the order in which they are tried."""
    return tuple(dict.fromkeys(binding.template for binding in bindings()))


@cache
def allowed_methods(template: str) -> tuple[str, ...]:
    """Return the HTTP methods that a path of this template answers (the Allow header).

    A literal path is also a value of a wider template: PUT and DELETE on
    /cameras/batch-status mean the camera of that name. GET does not fall
    through: clients know GET on an action to be 405.
    """

    def answers(binding: Binding) -> bool:
        wider = binding.http_method != "GET" and re.fullmatch(
            path_regex(binding.template), template
        )
        return binding.template == template or bool(wider)

    return tuple(sorted({binding.http_method for binding in bindings() if answers(binding)}))


def path_regex(template: str) -> str:
    """Return the regular expression (RE2 and Python) of the paths of `template`."""
    literals = PARAMETER.sub("\0", template)
    if "{" in literals or "*" in literals:
        raise ValueError(f"{template}: only {{name}} parameters of one segment are supported")
    return re.escape(literals).replace("\0", "[^/]+")


@cache
def before_camera_ids() -> tuple[str, ...]:
    """Return what stands before a camera's id in the paths of its operations, each once."""
    of_one = (one.template for one in bindings() if one.rpc.is_of_one_camera)
    return tuple(sorted({PARAMETER.split(template)[0] for template in of_one}))


@cache
def services_of_cameras() -> frozenset[str]:
    """Return the gRPC services that have RPCs of one camera."""
    return frozenset(rpc.service for rpc in rpcs() if rpc.is_of_one_camera)


def may_name_a_camera(template: str) -> bool:
    """Can a path of the template have a camera's id where an operation of one camera has it?"""
    return template.startswith(before_camera_ids())


def precedence(template: str) -> tuple[tuple[bool, str], ...]:
    """Order templates so that a literal segment is tried before a parameter."""
    return tuple((segment.startswith("{"), segment) for segment in template.split("/"))


def _methods() -> Iterator[MethodDescriptor]:
    for contract in CONTRACTS:
        for service in contract.DESCRIPTOR.services_by_name.values():
            yield from service.methods


def _rpc(method: MethodDescriptor) -> Rpc:
    scopes.kind_of(method)  # one that says none is not routed
    service = method.containing_service
    context = service.file.package.split(".")[1]
    return Rpc(
        context=context,
        service=service.full_name,
        name=method.name,
        is_streaming=method.server_streaming or method.client_streaming,
        is_of_one_camera=context == "camera" and "camera_id" in method.input_type.fields_by_name,
        role=_role(method),
        unmasked=_said(method, role_pb2.unmasked),
    )


def _role(method: MethodDescriptor) -> str:
    if found := _said(method, role_pb2.role):
        return found
    raise ValueError(f"{method.full_name} does not say which role its caller needs")


def _said(method: MethodDescriptor, option: FieldDescriptor) -> str:
    """Return the role that an option names; "" if it names none."""
    found: int = method.GetOptions().Extensions[option]  # type: ignore[index]
    return role_pb2.Role.Name(found).removeprefix("ROLE_").lower() if found else ""


def _bindings(method: MethodDescriptor) -> Iterator[Binding]:
    rule: http_pb2.HttpRule = method.GetOptions().Extensions[annotations_pb2.http]
    for one in (rule, *rule.additional_bindings):
        http_method = one.WhichOneof("pattern")
        if http_method is None:
            continue
        if http_method not in HTTP_METHODS:
            raise ValueError(f"{method.full_name}: a custom HTTP method is not supported")
        template: str = getattr(one, http_method)
        yield Binding(
            rpc=_rpc(method),
            http_method=http_method.upper(),
            template=template,
            query_parameters=_query_parameters(method, one.body, template),
            takes_body=bool(one.body),
        )


def _query_parameters(method: MethodDescriptor, body: str, template: str) -> dict[str, str]:
    """Return the scalar request fields that neither the path nor the body carries."""
    taken = {body, *PARAMETER.findall(template)}
    return {
        field.name: _TYPE_NAMES[field.type]
        for field in method.input_type.fields
        if body != "*" and field.name not in taken and field.type in _TYPE_NAMES
    }


_TYPE_NAMES = {
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_UINT32: "uint32",
    FieldDescriptor.TYPE_UINT64: "uint64",
    FieldDescriptor.TYPE_DOUBLE: "double",
    FieldDescriptor.TYPE_FLOAT: "float",
    FieldDescriptor.TYPE_ENUM: "enum",
}
