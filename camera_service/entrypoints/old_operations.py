"""Which locks a request to the old server needs: those of the RPC that it would be here. Pure."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote

from camplane.camera.v1 import camera_rest_service_pb2, camera_service_pb2
from google.api import annotations_pb2
from google.protobuf.descriptor import MethodDescriptor

from camera_service.domain.entry import check_id
from camera_service.domain.errors import InvalidArgumentError
from servicekit.idempotency import has_effect

# What starts or stops a camera's worker, and what of it leaves cameras.yaml alone.
# Anything else that changes something may write cameras.yaml.
CONTROLLING = frozenset(
    {"StartCamera", "StopCamera", "RestartCamera", "DeactivateCamera", "DeleteCamera"}
)
NOT_WRITING = frozenset({"StartCamera", "StopCamera", "RestartCamera"})

_PARAMETER = re.compile(r"\\\{(\w+)\\\}")


class Needs(NamedTuple):
    """camera_id: whose worker it starts or stops, "" for nobody's. file: it writes cameras.yaml."""

    camera_id: str = ""
    file: bool = False


NOTHING = Needs()


class _Operation(NamedTuple):
    rpc: str
    http_method: str
    path: re.Pattern[str]


def needs(http_method: str, target: str) -> Needs:
    """Return what a request with this method and this path, query included, needs."""
    path = target.partition("?")[0].rstrip("/")
    for operation in _operations():
        if operation.http_method == http_method and (found := operation.path.fullmatch(path)):
            camera_id = found.groupdict().get("camera_id", "")
            return _needs(operation.rpc, unquote(camera_id))
    return NOTHING


def _needs(rpc: str, camera_id: str) -> Needs:
    try:
        of_one = check_id(camera_id) if rpc in CONTROLLING else ""
    except InvalidArgumentError:
        of_one = ""  # no camera's: it has no worker, nor may it name a file of ours
    return Needs(of_one, rpc not in NOT_WRITING)


@cache
def _operations() -> tuple[_Operation, ...]:
    """Return the REST operations that change something, literal segments before parameters."""
    found = [
        (template, _Operation(method.name, http_method, _regex(template)))
        for contract in (camera_service_pb2, camera_rest_service_pb2)
        for service in contract.DESCRIPTOR.services_by_name.values()
        for method in service.methods
        if has_effect(f"/{service.full_name}/{method.name}")
        for http_method, template in _bindings(method)
    ]
    return tuple(operation for _, operation in sorted(found, key=lambda one: "{" in one[0]))


def _bindings(method: MethodDescriptor) -> Iterator[tuple[str, str]]:
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    for one in (rule, *rule.additional_bindings):
        if http_method := one.WhichOneof("pattern"):
            yield http_method.upper(), getattr(one, http_method)


def _regex(template: str) -> re.Pattern[str]:
    return re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", re.escape(template)))
