"""Which role each RPC needs: the option in the contracts, and the table that shows it."""

from typing import Any

from google.protobuf import descriptor_pb2 as pb
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from gateway.access.roles import GRANTED_BY, PUBLIC, ROLES
from protos.openapi.contract import Contracts, Rpc

_OPTION = "camplane.access.v1.role"
# Of whom a table tells whether they may: without a token, and with each role.
_CALLERS = ("", *ROLES)


class Roles:
    """Reads the option of RPCs by the contracts' own descriptors, which need no generated code."""

    def __init__(self, descriptors: pb.FileDescriptorSet) -> None:
        pool = DescriptorPool()
        for file in descriptors.file:
            pool.Add(file)
        self._option = pool.FindExtensionByName(_OPTION)
        self._names: Any = self._option.enum_type
        options = pool.FindMessageTypeByName("google.protobuf.MethodOptions")
        self._options = GetMessageClass(options)

    def of(self, method: pb.MethodDescriptorProto) -> str:
        """Return the role that the RPC's caller needs; "" where it does not say."""
        options = self._options.FromString(method.options.SerializeToString())
        value: int = options.Extensions[self._option]  # type: ignore[index]
        name: str = self._names.values_by_number[value].name
        return name.removeprefix("ROLE_").lower() if value else ""


def table(contracts: Contracts) -> str:
    """Return the roles by RPC, as Markdown."""
    columns = ["no token", *ROLES]
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
    marks = ["yes" if one in granted_by else "" for one in _CALLERS]
    return f"| {rpc.label} | {'<br>'.join(bound)} | {' | '.join(marks)} |"
