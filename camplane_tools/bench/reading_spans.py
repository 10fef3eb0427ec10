"""`python -m camplane_tools.bench.reading_spans [DATABASE]`: how fast spans are read.

It makes batches as Envoy sends them, has them read, and prints one line of JSON:
spans, CPU seconds, seconds, MiB of memory, traces kept. The database, if one is
named, holds as many traces as are ever kept before reading begins.
"""

import json
import os
import sys
import time
from pathlib import Path
from random import Random

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from camplane_tools.load.processes import memory
from gateway.proxy import request_tag
from gateway.telemetry.kept import KeptSpan, KeptTrace, TraceSummary
from gateway.telemetry.receiver import Receiver
from gateway.telemetry.store import MAX_UNPINNED, TraceStore
from gateway.telemetry.writer import Writer
from gateway.vocabulary.route_table import rpcs

_BATCHES = 120
_SPANS = 512
# Traces written in one transaction.
_AT_ONCE = 1000
_LABEL = "CameraRestService/GetCamera"
_SAID = {
    "before_us": "310",
    "attempt_us": "1900",
    "received_us": "60",
    "timeout": "-",
    "named": "-",
    "route": f"{_LABEL} sticky",
    "attempts": "1",
    "cluster": "camera_domain",
    "implementation": "domain",
    "status": "200",
    "refusal": "",
    "grpc_status": "0",
    "flags": "-",
    "tool": "-",
    "details": "via_upstream",
}
# Failed requests are kept: with none, a database would have little to do.
_FAILED = _SAID | {"refusal": "13", "grpc_status": "2", "status": "500"}
_FAILING = 0.05
_TAGS = {
    "node_id": "gateway",
    "zone": "",
    "guid:x-request-id": "35c2adc0-e079-90c5-aac0-2075c24ebc2c",
    "http.url": "http://127.0.0.1:8080/api/v1/cameras/demo-street",
    "http.method": "POST",
    "downstream_cluster": "-",
    "user_agent": "python-httpx/0.28.1",
    "http.protocol": "HTTP/1.1",
    "peer.address": "127.0.0.1",
    "grpc.path": "/camplane.camera.v1.CameraRestService/GetCamera",
    "grpc.authority": "127.0.0.1:8080",
    "grpc.content_type": "application/grpc",
    "request_size": "0",
    "response_size": "311",
    "component": "proxy",
    "upstream_cluster": "camera_domain",
    "upstream_cluster.name": "camera_domain",
    "http.status_code": "200",
    "response_flags": "-",
    "app.impl": "domain",
    request_tag.TAG: request_tag.joined(_SAID),
    "app.impl.requested": "domain",
    "grpc.status_code": "0",
    "grpc.message": "",
}


def main() -> None:
    """Measure and print."""
    store = TraceStore(Path(sys.argv[1])) if len(sys.argv) > 1 else None
    if store:
        _fill_up(store)
    contexts = {rpc.label: rpc.context for rpc in rpcs()}
    receiver = Receiver(contexts, Writer(store) if store else None)
    batches = [_batch(Random(number)) for number in range(_BATCHES)]  # noqa: S311
    receiver.start()
    began, cpu_began = time.perf_counter(), time.process_time()
    for batch in batches:
        while receiver.counts().queue_bytes > 4 << 20:
            time.sleep(0.001)
        if refused := receiver.take(batch):
            raise SystemExit(f"{refused} spans were refused")
    receiver.close()
    figures = {
        "spans": receiver.counts().spans,
        "cpu_seconds": time.process_time() - cpu_began,
        "seconds": time.perf_counter() - began,
        "mib": memory(os.getpid()).resident,
        "traces": receiver.counts().traces_kept,
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def _fill_up(store: TraceStore) -> None:
    """Write as many traces as are kept, each as large as those that are read."""
    store.prepare()
    now_ns = time.time_ns()
    span = ("", "ingress", "camplane-gateway", "server", now_ns, now_ns, "domain", False)
    for first in range(0, MAX_UNPINNED, _AT_ONCE):
        store.write(
            [_kept(number, now_ns / 1e9, span) for number in range(first, first + _AT_ONCE)], ()
        )


def _kept(
    number: int, now: float, span: tuple[str, str, str, str, int, int, str, bool]
) -> KeptTrace:
    trace_id = f"{number:032x}"
    started = now - 1 - number / 1000
    summary = TraceSummary(
        trace_id,
        trace_id[16:],
        started,
        "camera",
        _LABEL,
        "domain",
        "domain",
        "OK",
        "",
        5.0,
        "typical",
        False,
        2,
    )
    spans = (
        KeptSpan(trace_id[:16], *span, _TAGS),
        KeptSpan(trace_id[16:], *span, {"upstream_cluster.name": "camera_domain"}),
    )
    return KeptTrace(summary, spans)


def _batch(random: Random) -> bytes:
    """Return one export of the gateway: the spans of requests."""
    batch = ExportTraceServiceRequest()
    resource = batch.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "camplane-gateway"
    spans = resource.scope_spans.add().spans
    failed = {"http.status_code": "500", request_tag.TAG: request_tag.joined(_FAILED)}
    for _ in range(_SPANS):
        ended = time.time_ns() - random.randrange(10**9)
        span = spans.add(
            trace_id=random.randbytes(16),
            span_id=random.randbytes(8),
            name="ingress",
            kind=Span.SPAN_KIND_SERVER,
            start_time_unix_nano=ended - random.randrange(1_000_000, 20_000_000),
            end_time_unix_nano=ended,
        )
        for key, value in (_TAGS | (failed if random.random() < _FAILING else {})).items():
            span.attributes.add(key=key).value.string_value = value
    return batch.SerializeToString()


if __name__ == "__main__":
    main()
