"""Which role each RPC needs, and which cameras: the options in the contracts, and their table."""

from typing import Any

from google.protobuf import descriptor_pb2 as pb
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from gateway.vocabulary.roles import GRANTED_BY, PUBLIC, ROLES
from protos.openapi.contract import Access, Contracts, Rpc

_PACKAGE = "camplane.access.v1."
# What a token of some cameras is good for.
_OF_SOME = {"none": "any", "named": "the one named", "found": "its own", "all": "needs all"}
# Of whom a table tells whether they may: without a token, and with each role.
_CALLERS = ("", *ROLES)


class Roles:
    """Reads the options of RPCs by the contracts' own descriptors, which need no generated code."""

    def __init__(self, descriptors: pb.FileDescriptorSet) -> None:
        pool = DescriptorPool()
        for file in descriptors.file:
            pool.Add(file)
        self._options_of_access = [
            pool.FindExtensionByName(f"{_PACKAGE}{name}") for name in Access._fields
        ]
        options = pool.FindMessageTypeByName("google.protobuf.MethodOptions")
        self._options = GetMessageClass(options)

    def of(self, method: pb.MethodDescriptorProto) -> Access:
        """Return what the RPC says; "" for what it does not say."""
        return Access(*(self._said(method, option) for option in self._options_of_access))

    def _said(self, method: pb.MethodDescriptorProto, option: Any) -> str:
        options: Any = self._options.FromString(method.options.SerializeToString())
        value: int = options.Extensions[option]
        name: str = option.enum_type.values_by_number[value].name
        return name.partition("_")[2].lower() if value else ""


def table(contracts: Contracts) -> str:
    """Return the roles by RPC, as Markdown."""
    columns = ["no token", *ROLES, "a token of some cameras"]
    lines = [
        f"| RPC | REST | {' | '.join(columns)} |",
        "|---" * (len(columns) + 2) + "|",
        *(_row(rpc, contracts) for rpc in contracts.rpcs.values()),
    ]
    return "\n".join(lines) + "\n"


def _row(rpc: Rpc, contracts: Contracts) -> str:
    own = [one for one in contracts.operations if one.rpc.label == rpc.label]
    bound = [f"`{one.method} {one.template}`" for one in own]
    granted_by = _CALLERS if rpc.role == PUBLIC else GRANTED_BY[rpc.role]
    unmasked = GRANTED_BY.get(rpc.access.unmasked, granted_by)
    marks = [_mark(one in granted_by, one in unmasked) for one in _CALLERS]
    marks.append("" if rpc.role == PUBLIC else _OF_SOME[rpc.access.scope])
    return f"| {rpc.label} | {'<br>'.join(bound)} | {' | '.join(marks)} |"


def _mark(is_granted: bool, is_unmasked: bool) -> str:
    if not is_granted:
        return ""
    return "yes" if is_unmasked else "masked"
