"""Of which cameras the caller is: globs of its token, as the gateway tells them.

Each RPC says in its contract how it is held to them. What the request names is looked at
before the service sees it (`check_of`); what a service finds by itself, it holds against
`current()`.
"""

import json
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from camplane.access.v1 import role_pb2
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import MethodDescriptor

from servicekit.globs import ANY, matches

# Metadata, a JSON list of globs. The gateway drops it from what clients send. Without it,
# nobody was asked who they are, or their token is of all.
METADATA = "camplane-cameras"
# How requests name cameras.
ONE_FIELD, SEVERAL_FIELD = "camera_id", "camera_ids"

T = TypeVar("T")
# Raises OutOfScopeError for a request that the scope of its call does not allow.
Check = Callable[[Any], None]


class OutOfScopeError(Exception):
    """The caller's token is of other cameras; the text says of which, and what to do."""


@dataclass(frozen=True)
class Scope:
    """The cameras that a caller may ask for."""

    globs: tuple[str, ...]

    @property
    def is_all(self) -> bool:
        """Is it all cameras, those to come and the whole system included?"""
        return ANY in self.globs

    def holds(self, camera_id: str | None) -> bool:
        """Is the camera of this id within it, whether there is one or not? What has none is not."""
        return camera_id is not None and any(matches(glob, camera_id) for glob in self.globs)

    def within(self, found: Iterable[T], id_of: Callable[[T], str | None]) -> list[T]:
        """Return what is of its cameras."""
        return list(found) if self.is_all else [one for one in found if self.holds(id_of(one))]

    def require(self, camera_id: str) -> None:
        """Raise OutOfScopeError unless it holds the camera, whether there is one or not."""
        if not self.holds(camera_id):
            raise OutOfScopeError(
                f"the token is for the cameras {self._said()}, not for {camera_id!r}"
            )

    def require_all(self) -> None:
        """Raise OutOfScopeError unless it is all cameras."""
        if not self.is_all:
            raise OutOfScopeError(
                f"this is of all cameras, and the token for {self._said()} alone: use one of all"
            )

    def _said(self) -> str:
        return ", ".join(self.globs) or "none"


ALL = Scope((ANY,))
NOTHING = Scope(())
_current: ContextVar[Scope] = ContextVar("scope", default=ALL)


def current() -> Scope:
    """Return the scope of the call that runs."""
    return _current.get()


def begin(metadata: Iterable[tuple[str, str | bytes]]) -> None:
    """Take the scope of the call that begins from its metadata."""
    told = [value for name, value in metadata if name == METADATA]
    _current.set(_read(told[0]) if told else ALL)


def check_of(method: str) -> Check:
    """Return what holds requests of an RPC, such as /camplane.camera.v1.CameraService/StartCamera.

    ValueError for an RPC whose contract does not say how it is held to scopes.
    """
    pool = descriptor_pool.Default()  # type: ignore[no-untyped-call]
    found: MethodDescriptor = pool.FindMethodByName(method[1:].replace("/", "."))
    return _check(kind_of(found), *_fields(found))


def kind_of(method: MethodDescriptor) -> int:
    """Return what its contract says of scopes; ValueError when it says nothing that can be."""
    kind: int = method.GetOptions().Extensions[role_pb2.scope]  # type: ignore[index]
    if kind == role_pb2.SCOPE_UNSPECIFIED:
        raise ValueError(f"{method.full_name} does not say how it is held to a token's cameras")
    if kind == role_pb2.SCOPE_NAMED and not _fields(method)[0]:
        raise ValueError(f"{method.full_name} is of a camera, and has no field {ONE_FIELD}")
    return kind


def _check(kind: int, one: bool, several: bool) -> Check:
    def check(request: Any) -> None:
        scope = current()
        if scope.is_all:
            return
        if kind == role_pb2.SCOPE_ALL:
            scope.require_all()
        if one and (request.camera_id or kind == role_pb2.SCOPE_NAMED):
            scope.require(request.camera_id)
        if several:
            for camera_id in request.camera_ids:
                scope.require(camera_id)

    return check


def _fields(method: MethodDescriptor) -> tuple[bool, bool]:
    """Can a request name a camera, and several of them?"""
    names = method.input_type.fields_by_name
    return ONE_FIELD in names, SEVERAL_FIELD in names


@lru_cache(maxsize=1000)
def _read(value: str | bytes) -> Scope:
    """Return the scope of a header; of no camera where it is no list of texts."""
    try:
        found = json.loads(value)
    except ValueError:
        return NOTHING
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        return NOTHING
    return Scope(tuple(found))
