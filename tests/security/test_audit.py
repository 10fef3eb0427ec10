"""With access on: who changed what and who was refused is kept, and no secret with it."""

import base64
import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from camplane.alert.v1 import alert_service_pb2 as alert_pb
from camplane.alert.v1.alert_service_pb2_grpc import AlertServiceStub
from camplane.camera.v1 import camera_service_pb2 as pb
from camplane.gateway.v1 import rollout_service_pb2 as rollout_pb
from camplane.gateway.v1.rollout_service_pb2_grpc import RolloutServiceStub
from google.protobuf.struct_pb2 import Value

from gateway.audit.log_file import after
from tests.e2e.command_line import Up, ending, run, until
from tests.security.guarded import NOBODY, Guarded

PASSWORD = "hunter2-of-the-gate"
START = "/api/v1/cameras/nobody/start"
NATIVE = "/camplane.camera.v1.CameraService/StartCamera"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("audited")
    (folder / "camplane.yaml").write_text("access: {mode: on}\n")
    with ending(folder) as start:
        yield Guarded(start("--config", str(folder / "camplane.yaml"), USE_DOMAIN_SERVICE="true"))


def kept(guarded: Guarded) -> list[dict[str, Any]]:
    """Return the entries that are there by now."""
    return [dict(one.fields) for one in after(guarded.up.data / "audit.db", 0)]


def kept_of(guarded: Guarded, trace: str) -> dict[str, Any]:
    """Return the entry of a request's trace, as soon as it is there."""
    (one,) = until(lambda: [one for one in kept(guarded) if one["trace_id"] == trace])
    return one


def shown(up: Up, *arguments: str) -> list[dict[str, Any]]:
    """Return what the command prints."""
    return [json.loads(line) for line in up.camplane("audit", "--json", *arguments).splitlines()]


class Traces:
    """Trace ids of our own, by which each request's entry is found."""

    def __init__(self) -> None:
        self.last = ""

    def headers(self) -> dict[str, str]:
        self.last = os.urandom(16).hex()
        return {"traceparent": f"00-{self.last}-{'1' * 16}-01"}


TRACES = Traces()


def asked(guarded: Guarded, role: str, **headers: str) -> dict[str, Any]:
    """Start a camera that is not there; return what is kept of it."""
    sent = {**guarded.headers(role), **TRACES.headers(), **headers}
    guarded.http.post(f"{START}?password={PASSWORD}", headers=sent)
    return kept_of(guarded, TRACES.last)


def chosen(one: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(one[name] for name in names)


def test_a_write_is_kept_with_who_asked_for_what(guarded: Guarded) -> None:
    """Also when the service had reason not to do it."""
    forged = {"camplane-subject": "mallory", "x-camplane-path": "legacy"}
    one = asked(guarded, "operator", **forged)
    assert chosen(one, "subject", "rpc", "camera_id", "status", "grpc_status", "outcome") == (
        *("a operator", "CameraService/StartCamera", "nobody"),
        *(400, 9, "failed"),
    )
    assert chosen(one, "address", "side", "path") == ("127.0.0.1", "domain", START)
    claims = guarded.token("operator").split(".")[1]
    assert one["token_id"] in decoded(claims)
    body = {"id": "gate", "name": "Gate", "source": f"rtsp://u:{PASSWORD}@127.0.0.1/1"}
    sent = {**guarded.headers("admin"), **TRACES.headers()}
    assert guarded.http.post("/api/v1/cameras", json=body, headers=sent).status_code == 200
    made = kept_of(guarded, TRACES.last)
    assert chosen(made, "subject", "rpc", "outcome", "camera_id") == (
        *("a admin", "CameraRestService/CreateCamera", "done", "gate"),
    )


def decoded(part: str) -> str:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()


def test_who_was_refused_is_kept_with_the_reason(guarded: Guarded) -> None:
    """Whatever refused it; a stranger behind a trusted proxy by the address that this one says."""
    nobody = asked(guarded, NOBODY, **{"x-forwarded-for": "6.6.6.6, 192.0.2.7"})
    assert chosen(nobody, "outcome", "status", "subject", "address", "peer", "reason") == (
        *("refused", 401, "", "192.0.2.7", "127.0.0.1", "no token"),
    )
    viewer = asked(guarded, "viewer")
    assert chosen(viewer, "outcome", "status", "subject", "camera_id") == (
        *("refused", 403, "a viewer", "nobody"),
    )
    assert viewer["reason"] == 'needs the role operator, a viewer has ["viewer"]'
    page = asked(guarded, "operator", origin="http://evil.example")
    assert chosen(page, "outcome", "status", "reason") == (
        *("refused", 403, "a page of another origin"),
    )
    named = asked(guarded, "operator", host="evil.example")
    assert chosen(named, "outcome", "status", "path") == ("refused", 421, START)
    wrong = asked(guarded, NOBODY, authorization="Bearer abc.def.ghi")
    assert (wrong["status"], wrong["reason"].partition(":")[0]) == (401, "the token is not valid")


def test_a_read_is_kept_only_when_it_was_refused(guarded: Guarded) -> None:
    """What changes nothing is nobody's business, a POST that only reads among it."""
    read = {**guarded.headers("operator"), **TRACES.headers()}
    assert guarded.http.get("/api/v1/cameras", headers=read).status_code == 200
    assert guarded.http.post("/api/v1/cameras/batch-status", headers=read).status_code == 200
    of_reads = TRACES.last
    assert guarded.http.get("/api/v1/cameras", headers=TRACES.headers()).status_code == 401
    assert kept_of(guarded, TRACES.last)["rpc"] == "CameraRestService/ListCameras"
    assert of_reads not in [one["trace_id"] for one in kept(guarded)]


@pytest.mark.parametrize(
    ("role", "status", "outcome"),
    [("operator", 9, "failed"), ("viewer", 7, "refused"), (NOBODY, 16, "refused")],
)
def test_a_native_call_is_kept_like_any_other(
    guarded: Guarded, role: str, status: int, outcome: str
) -> None:
    """Its status is gRPC's; HTTP's says nothing."""
    sent = {**guarded.headers(role), **TRACES.headers()}
    message = pb.StartCameraRequest(camera_id="nobody").SerializeToString()
    address = f"127.0.0.1:{guarded.port}"
    with grpc.insecure_channel(address) as channel, pytest.raises(grpc.RpcError):
        channel.unary_unary(NATIVE)(message, metadata=list(sent.items()), timeout=20)
    one = kept_of(guarded, TRACES.last)
    assert chosen(one, "rpc", "grpc_status", "outcome") == (
        *("CameraService/StartCamera", status, outcome),
    )
    # Who is refused at the door is not asked what for.
    assert one.get("camera_id") == ("nobody" if outcome == "failed" else None)
    assert one["subject"] == (f"a {role}" if role else "")


def test_what_is_changed_natively_is_kept_with_what_it_is(guarded: Guarded) -> None:
    """Rules as well, and rollouts; a REST answer has no header of it."""
    rule = alert_pb.Rule(name="n", rule_type="t", conditions=Value(string_value="x"))
    weight = rollout_pb.SetWeightRequest(context="alert", weight=100, reason="to see")
    with grpc.insecure_channel(f"127.0.0.1:{guarded.port}") as channel:
        asked = (
            (AlertServiceStub(channel).CreateRule, alert_pb.CreateRuleRequest(rule=rule)),
            (AlertServiceStub(channel).DeleteRule, alert_pb.DeleteRuleRequest(rule_id=1)),
            (RolloutServiceStub(channel).SetWeight, weight),
        )
        named = []
        for method, request in asked:
            sent = {**guarded.headers("admin"), **TRACES.headers()}
            method(request, metadata=list(sent.items()))
            one = kept_of(guarded, TRACES.last)
            named.append((one.get("rule_id"), one.get("context")))
    assert named == [("1", None), ("1", None), (None, "alert")]
    for path in ("/api/v1/cameras/nobody/stop", START):
        answer = guarded.http.post(path, headers=guarded.headers("operator"))
        assert "camplane-named" not in answer.headers


def test_the_command_shows_what_it_is_asked_for(guarded: Guarded) -> None:
    """By who asked, by the call, and only what was refused; control characters are spelled out."""
    odd = {**guarded.headers("operator"), **TRACES.headers()}
    guarded.http.post("/api/v1/cameras/%1B%5B2J/start", headers=odd)
    assert kept_of(guarded, TRACES.last)["camera_id"] == "\x1b[2J"
    table = guarded.up.camplane("audit", "--subject", "a operator", "--rpc", "StartCamera")
    assert "\x1b" not in table
    refused = shown(guarded.up, "--refused", "--limit", "3")
    assert ([one["outcome"] for one in refused], len(kept(guarded)) > 3) == (["refused"] * 3, True)


def test_no_entry_is_lost_or_twice_when_the_control_process_is_killed(guarded: Guarded) -> None:
    """Envoy's log is taken up where the one before had come to."""
    ids = [os.urandom(16).hex() for _ in range(300)]

    def ask(trace: str) -> None:
        sent = {"traceparent": f"00-{trace}-{'1' * 16}-01"}
        guarded.http.post(START, headers={**guarded.headers("operator"), **sent})

    with ThreadPoolExecutor(4) as threads:
        asking = [threads.submit(ask, one) for one in ids]
        for done in (60, 180):
            asking[done].result()
            until(lambda: "control" in guarded.up.pids)
            killed = guarded.up.pids["control"]
            os.kill(killed, signal.SIGKILL)
            until(lambda killed=killed: guarded.up.pids.get("control", killed) != killed)
        for one in asking:
            one.result()

    def found() -> list[str]:
        return [one["trace_id"] for one in kept(guarded) if one["trace_id"] in set(ids)]

    until(lambda: set(found()) == set(ids))
    assert sorted(found()) == sorted(ids)
    assert "unbroken" in guarded.up.camplane("audit", "--verify")


def test_what_is_kept_holds_no_secret_and_a_changed_byte_is_found(guarded: Guarded) -> None:
    """With camplane down, too, which is when somebody would."""
    guarded.up.stop()
    files = [guarded.up.data / "audit.db", *(guarded.up.data / "logs").glob("gateway-audit*")]
    assert len(files) == 2
    for file in files:
        content = file.read_bytes()
        assert b"CameraService/StartCamera" in content
        secrets = [PASSWORD, *(guarded.token(role) for role in ("operator", "viewer", "admin"))]
        for secret in secrets:
            assert secret.rpartition(".")[2].encode() not in content
        assert file.stat().st_mode & 0o077 == 0
    whole = json.loads(guarded.up.camplane("audit", "--verify", "--json"))
    assert (whole["trouble"], whole["entries"] > 300) == ("", True)
    content = files[0].read_bytes()
    with sqlite3.connect(files[0]) as connection:
        (document,) = connection.execute("SELECT document FROM entries WHERE number = 3").fetchone()
    at = content.index(document.encode())
    files[0].write_bytes(content[: at + 20] + b"#" + content[at + 21 :])
    broken = run("audit", "--verify", "--data", str(guarded.up.data))
    assert (broken.returncode, "entry 3 was changed" in broken.stderr) == (1, True)
