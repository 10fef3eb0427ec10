"""OpenTelemetry's pipeline for our spans, the same whatever the machine says.

Its parts read variables OTEL_… when they are imported and when they are made. One that is
set for all programs of a machine would turn our spans off, sample, cut or misroute them,
or keep a service from starting; and what is compared and kept is made of them.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from opentelemetry.trace import Tracer

_PREFIX = "OTEL_"
# Live figures are to be at most two seconds old.
_EVERY_MS = 1000


class Sending(Protocol):
    def shutdown(self) -> None:
        """Send what waits; blocks until sent or given up."""


class Pipeline(NamedTuple):
    """What makes spans, and what sends each of them when it has ended."""

    tracer: Tracer
    sending: Sending


def pipeline(endpoint: str, scope: str, version: str, resource: Mapping[str, str]) -> Pipeline:
    """Return the pipeline to an OTLP/gRPC endpoint, for spans of one scope of a resource."""
    with _no_variables():
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider = TracerProvider(resource=Resource.create(resource))
        exporter = OTLPSpanExporter(endpoint=endpoint, insecure=True)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=_EVERY_MS))
        return Pipeline(provider.get_tracer(scope, version), provider)


@contextlib.contextmanager
def _no_variables() -> Iterator[None]:
    """Hide the variables within the block; what cameras' workers inherit has them again."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(_PREFIX)}
    try:
        yield
    finally:
        os.environ.update(hidden)
