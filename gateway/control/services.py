"""The services behind the gateway, asked for their health."""

import asyncio

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway.control.old_server import OldServerWatch
from gateway.proxy.topology import Topology
from gateway.vocabulary.reason import Code

TIMEOUT_SECONDS = 1.0
# Of alert/domain: under this name it says whether all channels are told.
NOTIFICATIONS = "camplane.alert.notifications"
# A service that came back is seen within a second; gRPC's own bound is two minutes.
CHANNEL_OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # A fleet's states are some hundred bytes a camera: as much as services send, not gRPC's 4 MiB.
    ("grpc.max_receive_message_length", 16 << 20),
)


class Services:
    """Channels to every service, by name such as "camera/domain"."""

    def __init__(self, topology: Topology) -> None:
        self.channels = {
            name: grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS)
            for name, address in topology.services().items()
        }
        self._health = {
            name: health_pb2_grpc.HealthStub(channel) for name, channel in self.channels.items()
        }
        old = topology.old_http
        self.old_server = OldServerWatch(old) if old is not None else None

    def of_context(self, context: str) -> list[grpc.aio.Channel]:
        """Return the channels to a context's implementations, domain's first."""
        names = (f"{context}/domain", f"{context}/legacy")
        return [self.channels[name] for name in names if name in self.channels]

    async def serving(self) -> dict[str, bool]:
        """Ask every service now; says of each whether it serves.

        With the monolith in legacy's place, camera/legacy and alert/legacy
        are the monolith, as it was seen last.
        """
        names = list(self._health)
        troubles = await asyncio.gather(*(self.trouble(name) for name in names))
        found = {name: not trouble for name, trouble in zip(names, troubles, strict=True)}
        if self.old_server is not None:
            found["camera/legacy"] = found["alert/legacy"] = await self.old_server.serving()
        return found

    async def trouble(self, name: str) -> Code | None:
        """Ask one service now; return why it does not serve, None when it does."""
        request = health_pb2.HealthCheckRequest()
        try:
            answer = await self._health[name].Check(request, timeout=TIMEOUT_SECONDS)
        except grpc.aio.AioRpcError:
            return Code.DOMAIN_SILENT
        serves = answer.status == health_pb2.HealthCheckResponse.SERVING
        return None if serves else Code.DOMAIN_UNABLE

    async def tells(self) -> bool:
        """Ask whether all channels of alert rules are told; yes where nobody can say."""
        request = health_pb2.HealthCheckRequest(service=NOTIFICATIONS)
        try:
            answer = await self._health["alert/domain"].Check(request, timeout=TIMEOUT_SECONDS)
        except grpc.aio.AioRpcError:
            return True  # that it is silent is said already
        return answer.status != health_pb2.HealthCheckResponse.NOT_SERVING

    async def close(self) -> None:
        """Close the channels."""
        await asyncio.gather(*(channel.close() for channel in self.channels.values()))
        if self.old_server is not None:
            await self.old_server.close()
