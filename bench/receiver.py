"""`python -m bench.receiver`: an OTLP/gRPC receiver that counts spans and drops them.

Tracing costs the same as with a real one behind the network. It prints its port,
and serves until its standard input ends; then it prints how many spans came.
"""

import asyncio
import contextlib
import sys

import grpc
import uvloop
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as pb_grpc

_MAX_MESSAGE_BYTES = 64 << 20


class _Counter(pb_grpc.TraceServiceServicer):
    def __init__(self) -> None:
        self.spans = 0

    async def Export(
        self, request: pb.ExportTraceServiceRequest, context: grpc.aio.ServicerContext
    ) -> pb.ExportTraceServiceResponse:
        self.spans += sum(
            len(scope.spans)
            for resource in request.resource_spans
            for scope in resource.scope_spans
        )
        return pb.ExportTraceServiceResponse()


async def _serve() -> None:
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES)])
    counter = _Counter()
    pb_grpc.add_TraceServiceServicer_to_server(counter, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(0)
    with contextlib.suppress(BrokenPipeError):  # nobody is left to be told
        sys.stdout.write(f"{counter.spans}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(_serve())
