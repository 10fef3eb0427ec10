"""`camplane shadow …` on the real services: both paths answer alike, and no password is told."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from playwright.sync_api import expect

from gateway.launcher.plan import Place
from gateway.proxy.files import read_routing
from tests.e2e.browser import CHROMIUM, Visit, launched
from tests.e2e.command_line import Up, until

PASSWORD = "hunter2-7f3a"
CAMERAS = f"""
cameras:
- id: yard
  name: Yard
  source: rtsp://admin:{PASSWORD}@127.0.0.1:9/live
  active: false
  spare_password: {PASSWORD}
  note: "see http://user:{PASSWORD}@127.0.0.1/doc"
"""
READS = (
    *("/api/v1/cameras", "/api/v1/cameras/yard", "/api/v1/cameras/yard/status"),
    *("/api/v1/cameras/yard/stats", "/api/v1/cameras/yard/logs", "/api/v1/cameras/nobody"),
    *("/api/v1/alerts/rules", "/api/v1/alerts/history-db", "/api/v1/alerts/rules/7"),
)
ROUNDS = 25
TITLES = {"en-US": "Replies to the same reads", "zh-CN": "对相同读请求的回复"}


class Backend(trace_service_pb2_grpc.TraceServiceServicer):
    """Who else gets every span: keeps them as they came."""

    def __init__(self) -> None:
        self.batches: list[bytes] = []

    def Export(self, request: Any, context: Any) -> Any:
        self.batches.append(request.SerializeToString())
        return trace_service_pb2.ExportTraceServiceResponse()


@pytest.fixture
def backend() -> Iterator[tuple[Backend, str]]:
    kept, server = Backend(), grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(kept, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield kept, f"http://127.0.0.1:{port}"
    server.stop(None)


def assert_the_page_shows_it(camplane: Up) -> None:
    """In both languages, with no complaint of the browser's."""
    with launched() as new_context:
        for locale, title in (
            ("en-US", "Replies to the same reads"),
            ("zh-CN", "对相同读请求的回复"),
        ):
            visit = Visit(new_context(locale=locale).new_page(), camplane.url)
            section = visit.go().locator("#shadow")
            expect(section.get_by_role("heading", name=title)).to_be_visible()
            expect(section.get_by_role("row").filter(has_text="GetCameraStatus")).to_be_visible()
            visit.page.context.close()
            assert visit.complaints == []


@pytest.mark.timeout(120)
def test_legacy_and_domain_answer_every_read_alike_and_tell_no_password(
    up: Callable[..., Up], tmp_path: Path, backend: tuple[Backend, str]
) -> None:
    kept, endpoint = backend
    cameras = tmp_path / "cameras.yaml"
    cameras.write_text(CAMERAS)
    configuration = tmp_path / "camplane.yaml"
    configuration.write_text(f"telemetry: {{otlp_endpoint: '{endpoint}'}}")
    camplane = up("--cameras", str(cameras), "--config", str(configuration))
    assert f"spans          also to {endpoint.removeprefix('http://')}" in camplane.output
    said = camplane.camplane("shadow", "on", "--percent", "100", "-m", "before the rollout")
    assert "camera: 100 % of the reads are mirrored" in said

    def read() -> None:
        for path in READS:
            assert camplane.http.get(path).status_code in (200, 404)

    for _ in range(ROUNDS):
        read()

    def compared() -> list[dict[str, object]]:
        read()  # the first were not mirrored yet, perhaps, on a busy machine
        answer = camplane.ask("GET", "/api/v1/monitoring/shadow")
        rpcs = [one for context in answer["contexts"] for one in context["rpcs"]]
        enough = [one for one in rpcs if one["pairs"] >= 0.9 * ROUNDS]
        return rpcs if len(enough) >= 7 else []

    rpcs = until(compared, 30, "every read is compared")
    differing = {one["rpc"]: one["fields"] for one in rpcs if one["verdict"] == "differs"}
    assert differing == {}
    assert {one["rpc"] for one in rpcs if one["differing"]} == set()
    shown = camplane.camplane("shadow", "status", "--context", "camera")
    assert "pairs, 100 % of the reads are mirrored now" in " ".join(shown.split())
    if CHROMIUM is not None:
        assert_the_page_shows_it(camplane)
    assert "0 %" in camplane.camplane("shadow", "off", "--context", "camera")
    camplane.stop()
    again = up(data=camplane.data)
    routing = read_routing(Place(again.data, again.data).envoy)
    assert routing.mirrored == {"camera": 0, "alert": 100}
    assert again.ask("GET", "/api/v1/monitoring/shadow?context=camera")["contexts"][0]["pairs"]
    again.stop()
    spans = b"".join(kept.batches)
    assert spans.count(b'"source":"rtsp://***@127.0.0.1:9/live"') >= ROUNDS
    assert PASSWORD.encode() not in spans
    for path in filter(Path.is_file, (camplane.data / "logs").rglob("*")):
        assert PASSWORD.encode() not in path.read_bytes(), path
