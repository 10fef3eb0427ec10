"""Envoy's spans and the services' stand in one trace."""

import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from camplane.camera.v1.camera_service_pb2 import (
    CreateCameraRequest,
    GetCameraStatusRequest,
    StartCameraRequest,
    WatchCamerasRequest,
)
from camplane.camera.v1.camera_service_pb2_grpc import CameraServiceStub
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.trace.v1 import trace_pb2

from gateway.proxy import request_tag
from gateway.telemetry import attempts, envoy_counts, reading
from gateway.telemetry.requests import Request, RequestReader
from gateway.vocabulary.route_table import rpcs
from gateway.vocabulary.split import Split
from servicekit import naming
from tests.integration.gateway.rig import DEADLINE, Gateway, running, until
from tests.integration.gateway.upstream import GoneError, LateError, NoSourceError

CONTEXTS = {rpc.label: rpc.context for rpc in rpcs()}
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


class Receiver(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps every span, with the name of the service that made it; attempts that failed apart."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, trace_pb2.Span]] = []
        self.attempts: list[trace_pb2.Span] = []

    def failed_attempts(self, trace_id: str) -> list[trace_pb2.Span]:
        return [span for span in self.attempts if span.trace_id.hex() == trace_id]

    def Export(self, request: Any, context: Any) -> Any:
        for resource in request.resource_spans:
            service = attributes(resource.resource)["service.name"]
            for scope in resource.scope_spans:
                self.spans += [(service, span) for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()


class Records(logs_service_pb2_grpc.LogsServiceServicer):
    """Gives a receiver what Envoy records of attempts."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def Export(self, request: Any, context: Any) -> Any:
        for resource in attempts.as_spans(request).resource_spans:
            self._receiver.attempts += resource.scope_spans[0].spans
        return logs_service_pb2.ExportLogsServiceResponse()


def attributes(holder: Any) -> dict[str, Any]:
    return {
        one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in holder.attributes
    }


@pytest.fixture(scope="module")
def traced() -> Iterator[tuple[Gateway, Receiver]]:
    receiver = Receiver()
    server = grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(receiver, server)
    logs_service_pb2_grpc.add_LogsServiceServicer_to_server(Records(receiver), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with running(Split(100, 100), otlp=f"127.0.0.1:{port}") as gateway:
            yield gateway, receiver
    finally:
        server.stop(None)


def trace_of(receiver: Receiver, trace_id: str, spans: int) -> list[tuple[str, trace_pb2.Span]]:
    """Wait until a trace has its spans; return them by start."""

    def found() -> Any:
        same = [one for one in receiver.spans if one[1].trace_id.hex() == trace_id]
        return same if len(same) >= spans else None

    complete: list[tuple[str, trace_pb2.Span]] = until(found)
    return sorted(complete, key=lambda one: one[1].start_time_unix_nano)


def test_a_rescued_request_is_one_trace_from_the_caller_to_both_services(
    traced: tuple[Gateway, Receiver],
) -> None:
    gateway, receiver = traced

    def refuse(rpc: str, request: object) -> None:
        raise GoneError("no database")

    gateway.upstreams["camera/domain"].behave = refuse
    # The caller's trace says "not sampled"; it is kept all the same.
    answer = gateway.rest("GET", "/api/v1/cameras/c/status", headers={"traceparent": PARENT})
    assert answer.path == "legacy"
    trace_id = PARENT.split("-")[1]
    spans = trace_of(receiver, trace_id, 3)
    assert sorted(service for service, _ in spans) == ["camplane-camera"] * 2 + ["camplane-gateway"]
    entry = next(span for _, span in spans if span.parent_span_id.hex() == PARENT.split("-")[2])
    tags = attributes(entry)
    said = request_tag.rest_fields(request_tag.own_and_rest(tags[request_tag.TAG])[-1])
    assert said["route"] == "CameraService/GetCameraStatus sticky"
    assert (said["attempts"], said["implementation"], said["status"]) == ("2", "legacy", "200")
    assert (tags["app.impl.requested"], tags["app.impl"]) == ("domain", "legacy")
    served = [span for service, span in spans if service == "camplane-camera"]
    assert {span.parent_span_id for span in served} == {entry.span_id}
    assert {attributes(span)["app.impl"] for span in served} == {"domain", "legacy"}
    (failed,) = until(lambda: receiver.failed_attempts(trace_id))
    assert (failed.parent_span_id, reading.failure(failed)) == (entry.span_id, "unavailable")
    assert attributes(failed)["app.impl"] == "domain"
    first = next(span for span in served if attributes(span)["app.impl"] == "domain")
    assert failed.start_time_unix_nano < first.start_time_unix_nano
    assert first.end_time_unix_nano < failed.end_time_unix_nano < entry.end_time_unix_nano


def test_why_domain_was_not_reached_is_told_of_the_attempt(
    traced: tuple[Gateway, Receiver],
) -> None:
    """Nothing was sent to it, so nobody else can tell."""
    gateway, receiver = traced
    domain = gateway.upstreams["camera/domain"]
    domain.behave = None
    domain.stop()
    try:
        assert gateway.rest("GET", "/api/v1/cameras/c/status").path == "legacy"
        (failed,) = until(
            lambda: [one for one in receiver.attempts if "response_flags" in attributes(one)]
        )
    finally:
        domain.start()
        until(lambda: gateway.rest("GET", "/api/v1/cameras/c/status").path == "domain")
    assert reading.failure(failed) == "connection_refused"
    ((_, entry), *_) = trace_of(receiver, failed.trace_id.hex(), 1)
    assert failed.parent_span_id == entry.span_id


@pytest.mark.parametrize("over", ["rest", "grpc"])
def test_the_status_that_a_service_answered_is_in_the_span(
    traced: tuple[Gateway, Receiver], over: str
) -> None:
    """Over REST it is not in the answer any more: several become one HTTP status."""
    gateway, receiver = traced

    def refuse(rpc: str, request: object) -> None:
        raise NoSourceError("no such file")

    gateway.upstreams["camera/domain"].behave = refuse
    receiver.spans.clear()
    if over == "rest":
        assert gateway.rest("POST", "/api/v1/cameras/c/start").status == 502
    else:
        with gateway.channel() as channel, pytest.raises(grpc.RpcError) as refused:
            CameraServiceStub(channel).StartCamera(StartCameraRequest(camera_id="c"))
        assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    gateway.upstreams["camera/domain"].behave = None

    reader = RequestReader(CONTEXTS)

    def request() -> Any:
        entries = [s for name, s in receiver.spans if name == "camplane-gateway"]
        read = [reader.request(one, reader.tag(one)) for one in entries]
        return next(
            (one for one in read if one and one.key.rpc == "CameraService/StartCamera"), None
        )

    found = until(request)
    assert (found.key.code, found.key.answered, found.key.fault) == (
        "FAILED_PRECONDITION",
        "domain",
        False,
    )
    assert found.attempt_us > 0


def test_how_a_path_was_chosen_and_that_a_tool_asks_is_in_the_tag_and_no_service_hears_of_it(
    traced: tuple[Gateway, Receiver],
) -> None:
    """What a tool calls itself is anybody's text: it can make up no other field."""
    gateway, receiver = traced
    gateway.take_received()
    began_ns = time.time_ns()
    rules, camera = "/api/v1/alerts/rules", "/api/v1/cameras/c"
    gateway.rest("GET", rules)
    gateway.rest("GET", camera)
    gateway.rest("GET", f"{rules}?force_domain=true")
    for tool in ("verify", "|||x"):
        gateway.rest("GET", f"{rules}?force_domain=false", headers={"camplane-tool": tool})
    with gateway.channel() as channel:
        asked = CameraServiceStub(channel).StartCamera
        asked(StartCameraRequest(camera_id="c"), metadata=[("camplane-tool", "verify")])
    reader = RequestReader(CONTEXTS)

    def chosen() -> Any:
        requests = [
            reader.request(span, tag)
            for name, span in receiver.spans
            if name == "camplane-gateway" and (tag := reader.tag(span))
            if span.start_time_unix_nano >= began_ns
        ]
        found = [one.key.chosen for one in requests if one is not None]
        return found if len(found) == 6 else None

    assert until(chosen) == ["drawn", "sticky", "forced", "tool", "tool", "tool"]
    received = gateway.take_received()
    assert len(received) == 6
    assert not any("camplane-tool" in one.metadata for _, one in received)


def test_requests_that_a_client_gave_one_trace_are_kept_one_by_one() -> None:
    """Through the receiver of the control process, and told by its API."""

    def fail_now_and_then(rpc: str, request: Any) -> None:
        if request.camera_id == "broken":
            raise RuntimeError("no such thing")

    with running(Split(100, 100), otlp="control") as gateway:
        gateway.upstreams["camera/domain"].behave = fail_now_and_then
        headers = {"traceparent": PARENT}
        for number in range(16):
            name = "broken" if number % 4 == 0 else f"c{number}"
            gateway.rest("GET", f"/api/v1/cameras/{name}/status", headers=headers)
        path = f"/api/v1/monitoring/traces/{PARENT.split('-')[1]}"
        asked = until(lambda: kept_of(gateway, path, 4))
        assert asked["summary"]["kind"] == "failed"
        others = [one["span_id"] for one in asked["requests"]]
        assert len(set(others)) == len(others)
        for one in asked["requests"]:
            told = gateway.rest("GET", f"{path}?span_id={one['span_id']}").json
            assert told["summary"] == one
            entry, *below = told["spans"]
            assert (entry["span_id"], entry["parent_id"]) == (one["span_id"], PARENT.split("-")[2])
            assert entry["duration_ms"] == one["duration_ms"]
            assert len(below) + 1 == one["spans"]
            # The attempt, and the service's span in it: none of another request's.
            assert [span["service"] for span in below] == ["camplane-gateway", "camplane-camera"]
            known = {span["span_id"] for span in told["spans"]}
            assert {span["parent_id"] for span in below} <= known


def kept_of(gateway: Gateway, path: str, failed: int) -> Any:
    """Return what the API says of a trace once so many of its requests are kept as failed."""
    answer = gateway.rest("GET", path)
    requests = answer.json["requests"] if answer.status == 200 else []
    return answer.json if sum(one["kind"] == "failed" for one in requests) == failed else None


def test_every_request_leaves_a_span_with_its_route(traced: tuple[Gateway, Receiver]) -> None:
    gateway, receiver = traced
    gateway.upstreams["camera/domain"].behave = None
    receiver.spans.clear()
    for number in range(10):
        gateway.rest("GET", f"/api/v1/cameras/c{number}")

    def routes() -> Any:
        entries = [
            attributes(s)
            for name, s in receiver.spans
            if s.kind == s.SPAN_KIND_SERVER and name == "camplane-gateway"
        ]
        found = [request_tag.attributes(tags[request_tag.TAG]) for tags in entries]
        return [said["camplane.route"] for said in found] if len(found) == 10 else None

    assert until(routes) == ["CameraRestService/GetCamera sticky"] * 10


def codes_of(receiver: Receiver, first: int) -> list[str]:
    """Return under which code each request since the first span counts, by the gateway's span."""
    reader = RequestReader(CONTEXTS)
    found = []
    for service, span in receiver.spans[first:]:
        if service == "camplane-gateway" and (tag := reader.tag(span)):
            request = reader.request(span, tag)
            assert request is not None
            found.append(request.key.code)
    return found


def counted_by_envoy(gateway: Gateway) -> Counter[str]:
    """Return how many status requests Envoy counted under each code."""
    found: Counter[str] = Counter()
    for (_, rpc, code), count in gateway.ask(envoy_counts.ask).by_code.items():
        if rpc == "CameraService/GetCameraStatus":
            found[code] += count
    return found


def test_a_grpc_clients_own_deadline_counts_as_a_client_that_left_whoever_says_so_first(
    traced: tuple[Gateway, Receiver],
) -> None:
    gateway, receiver = traced
    gateway.split(camera=100)
    first, before = len(receiver.spans), counted_by_envoy(gateway)

    def late(rpc: str, request: object) -> None:
        # The service wakes with the deadline over: now it, now the client is quicker.
        time.sleep(0.31)

    gateway.upstreams["camera/domain"].behave = late
    with gateway.channel() as channel:
        camera = CameraServiceStub(channel)
        calls = [
            camera.GetCameraStatus.future(GetCameraStatusRequest(camera_id="c"), timeout=0.3)
            for _ in range(6)
        ]
        assert {call.code() for call in calls} == {grpc.StatusCode.DEADLINE_EXCEEDED}
    gateway.upstreams["camera/domain"].behave = None

    def seen() -> Counter[str] | None:
        """Return what both counted, once it is the same; a call may end before it is sent."""
        by_spans, by_envoy = Counter(codes_of(receiver, first)), counted_by_envoy(gateway) - before
        return by_spans if by_spans == by_envoy else None

    assert until(seen).keys() == {"CANCELLED"}


def test_a_services_own_time_limit_is_its_failure(traced: tuple[Gateway, Receiver]) -> None:
    gateway, receiver = traced
    gateway.split(camera=100)
    first, before = len(receiver.spans), counted_by_envoy(gateway)

    def give_up(rpc: str, request: object) -> None:
        raise LateError("it took too long")

    gateway.upstreams["camera/domain"].behave = give_up
    with gateway.channel() as channel, pytest.raises(grpc.RpcError):
        CameraServiceStub(channel).GetCameraStatus(GetCameraStatusRequest(camera_id="c"))
    gateway.upstreams["camera/domain"].behave = None
    until(lambda: codes_of(receiver, first) == ["DEADLINE_EXCEEDED"])
    until(lambda: counted_by_envoy(gateway) - before == Counter(DEADLINE_EXCEEDED=1))


SPAN = "b7ad6b7169203331"
# By what a caller sends of its trace: is that trace gone on with?
TRACEPARENTS = {
    "00-{trace}-{span}-01": True,
    "00-{trace}-{span}-ff": True,
    "cc-{trace}-{span}-01": True,
    "cc-{trace}-{span}-01-WHATEVER comes-0000-later": True,
    "": False,
    "garbage": False,
    "00-{zeros:.32}-{span}-01": False,
    "00-{trace}-{zeros:.16}-01": False,
    "ff-{trace}-{span}-01": False,
    "00-{trace}-{span}-01-tail": False,
    "00-{trace}-{span}-01-": False,
    "cc-{trace}-{span}-01tail": False,
    "00-{trace}-{span}-0": False,
    "00-{trace}-{span}-zz": False,
    "0G-{trace}-{span}-01": False,
    "00-{trace:.31}g-{span}-01": False,
    "00-{trace:.31}A-{span}-01": False,
    "00-{trace:.31}-{span}-001": False,
    "00-{trace}-{span}-01,00-{trace}-{span}-01": False,
    "-": False,
    "{zeros}{zeros}{zeros}": False,
}


@pytest.mark.parametrize("over", ["rest", "grpc"])
def test_a_trace_that_cannot_be_gone_on_with_is_begun_anew(
    traced: tuple[Gateway, Receiver], over: str
) -> None:
    """Each request has a span, so it is in the figures; what is no trace reaches no service."""
    gateway, receiver = traced
    gateway.upstreams["camera/domain"].behave = None
    gateway.take_received()
    receiver.spans.clear()
    gone_on_with = set()
    for number, (form, valid) in enumerate(TRACEPARENTS.items()):
        trace = f"{number + 1:x}" * 8 + ("a" if over == "rest" else "b") * 32
        sent = form.format(trace=trace[:32], span=SPAN, zeros="0" * 32)
        if valid:
            gone_on_with.add(trace[:32])
        headers = {"traceparent": sent, "tracestate": f"caller={number}"}
        if over == "rest":
            assert gateway.rest("POST", "/api/v1/cameras/c/start", headers=headers).status == 200
        else:
            with gateway.channel() as channel:
                request = StartCameraRequest(camera_id="c")
                CameraServiceStub(channel).StartCamera(request, metadata=tuple(headers.items()))

    def all_spans() -> Any:
        found = [span for name, span in receiver.spans if name == "camplane-gateway"]
        return found if len(found) >= len(TRACEPARENTS) else None

    spans = until(all_spans)
    assert len(spans) == len(TRACEPARENTS)
    joined = {span.trace_id.hex() for span in spans if span.parent_span_id.hex() == SPAN}
    assert joined == gone_on_with
    assert len({span.trace_id for span in spans}) == len(TRACEPARENTS)
    metadata = [received.metadata for _, received in gateway.take_received()]
    assert {one["traceparent"].split("-")[1] for one in metadata} == {
        span.trace_id.hex() for span in spans
    }
    states = {one["tracestate"] for one in metadata if one.get("tracestate")}
    assert states == {
        f"caller={number}" for number, valid in enumerate(TRACEPARENTS.values()) if valid
    }


def test_two_traceparents_are_none(traced: tuple[Gateway, Receiver]) -> None:
    gateway, receiver = traced
    receiver.spans.clear()
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        twice = f"traceparent: {PARENT}\r\n" * 2
        connection.sendall(f"GET /api/ping HTTP/1.1\r\nhost: localhost\r\n{twice}\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    (span,) = until(lambda: [one for name, one in receiver.spans if name == "camplane-gateway"])
    assert (span.trace_id.hex() != PARENT.split("-")[1], span.parent_span_id) == (True, b"")


def spans_read(receiver: Receiver, first: int, expected: int) -> list[Request]:
    """Return the requests since the first span, once they are so many."""
    reader = RequestReader(CONTEXTS)

    def found() -> list[Request] | None:
        spans = [one for name, one in receiver.spans[first:] if name == "camplane-gateway"]
        requests = [reader.request(one, reader.tag(one)) for one in spans]
        read = [one for one in requests if one is not None]
        return read if len(read) == expected else None

    return until(found)


def test_who_ended_a_stream_is_told_apart(traced: tuple[Gateway, Receiver]) -> None:
    gateway, receiver = traced
    gateway.split(camera=100)
    tail, domain = "/api/v1/cameras/c/logs/stream", gateway.upstreams["camera/domain"]
    first = len(receiver.spans)
    with gateway.channel() as channel:
        assert len(list(CameraServiceStub(channel).WatchCameras(WatchCamerasRequest()))) == 1
        assert gateway.rest("GET", tail).status == 200
        assert [one.key.code for one in spans_read(receiver, first, 2)] == ["ENDED_BY_SERVER"] * 2
        domain.seconds, first = DEADLINE, len(receiver.spans)
        watched = CameraServiceStub(channel).WatchCameras(WatchCamerasRequest())
        next(watched)
        watched.cancel()
        with socket.create_connection(("127.0.0.1", gateway.port), DEADLINE) as client:
            client.sendall(f"GET {tail} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
        assert [one.key.code for one in spans_read(receiver, first, 2)] == ["OK"] * 2
    domain.seconds = 0.0


def test_what_was_made_is_in_the_span_over_either_protocol(
    traced: tuple[Gateway, Receiver],
) -> None:
    gateway, receiver = traced
    first, domain = len(receiver.spans), gateway.upstreams["camera/domain"]
    domain.behave = lambda rpc, request: naming.name("camera_id", "hall 1|é")
    gateway.rest("POST", "/api/v1/cameras", "{}", {"content-type": "application/json"})
    with gateway.channel() as channel:
        CameraServiceStub(channel).CreateCamera(CreateCameraRequest())
    domain.behave = None
    assert [one.made for one in spans_read(receiver, first, 2)] == ["hall 1|é"] * 2
