from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_PUBLIC: _ClassVar[Role]
    ROLE_VIEWER: _ClassVar[Role]
    ROLE_OPERATOR: _ClassVar[Role]
    ROLE_RELEASER: _ClassVar[Role]
    ROLE_ADMIN: _ClassVar[Role]

class Scope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCOPE_UNSPECIFIED: _ClassVar[Scope]
    SCOPE_NONE: _ClassVar[Scope]
    SCOPE_NAMED: _ClassVar[Scope]
    SCOPE_FOUND: _ClassVar[Scope]
    SCOPE_ALL: _ClassVar[Scope]
ROLE_UNSPECIFIED: Role
ROLE_PUBLIC: Role
ROLE_VIEWER: Role
ROLE_OPERATOR: Role
ROLE_RELEASER: Role
ROLE_ADMIN: Role
SCOPE_UNSPECIFIED: Scope
SCOPE_NONE: Scope
SCOPE_NAMED: Scope
SCOPE_FOUND: Scope
SCOPE_ALL: Scope
ROLE_FIELD_NUMBER: _ClassVar[int]
role: _descriptor.FieldDescriptor
SCOPE_FIELD_NUMBER: _ClassVar[int]
scope: _descriptor.FieldDescriptor
UNMASKED_FIELD_NUMBER: _ClassVar[int]
unmasked: _descriptor.FieldDescriptor
