"""What a line of Envoy's audit log becomes in the audit log."""

import json
from typing import Any

import pytest

from gateway.audit.crowd import FIRST, without_crowd
from gateway.audit.line import entries
from gateway.proxy.actions import Actions
from gateway.proxy.audit_log import audit_log
from gateway.proxy.authorization import WRITES
from gateway.proxy.routes import table
from gateway.proxy.targets import METADATA
from gateway.proxy.topology import Access, Topology
from gateway.vocabulary.route_table import rpcs
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split
from servicekit.idempotency import has_effect

LINE = {
    "at": "2026-11-30T11:41:58.020680Z",
    "details": "via_upstream",
    "forwarded_for": None,
    "grpc_status": 13,
    "method": "POST",
    "needs": "operator",
    "path": "/api/v1/cameras/gate%201/start",
    "peer": "127.0.0.1",
    "refusal": None,
    "roles": '["operator"]',
    "route": "CameraService/StartCamera sticky",
    "side": "domain",
    "status": 200,
    "subject": "alice",
    "token_id": "473b96b9c3accc03",
    "token_trouble": {"camplane": None},
    "trace_id": "5ea07ec2ee6ce00410272e20ccae81a1",
    "write": "CameraService/StartCamera",
}
DENIED = "rbac_access_denied_matched_policy[none]"
REVOKED = "rbac_access_denied_matched_policy[revoked]"


def entry(**changed: Any) -> dict[str, Any]:
    (found,) = entries(json.dumps({**LINE, **changed}, separators=(",", ":")).encode())
    return dict(found)


def test_a_write_is_kept_with_who_asked_what_of_which_camera() -> None:
    """The made-up gRPC status of a REST answer is left out."""
    assert entry() == {
        "at": "2026-11-30T11:41:58.020680Z",
        "subject": "alice",
        "token_id": "473b96b9c3accc03",
        "address": "127.0.0.1",
        "peer": "127.0.0.1",
        "rpc": "CameraService/StartCamera",
        "method": "POST",
        "path": "/api/v1/cameras/gate%201/start",
        "camera_id": "gate 1",
        "status": 200,
        "grpc_status": None,
        "side": "domain",
        "trace_id": "5ea07ec2ee6ce00410272e20ccae81a1",
        "outcome": "done",
        "reason": "",
    }


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [(None, "10.0.0.2"), ("1.2.3.4", "1.2.3.4"), ("6.6.6.6, 1.2.3.4", "1.2.3.4")],
)
def test_the_address_is_the_last_that_a_proxy_vouches_for(forwarded: str, address: str) -> None:
    """What stands before it was said by the client itself."""
    found = entry(peer="10.0.0.2", forwarded_for=forwarded)
    assert (found["address"], found["peer"]) == (address, "10.0.0.2")


@pytest.mark.parametrize(
    ("changed", "outcome", "reason"),
    [
        ({"details": DENIED, "subject": None}, "refused", "no token"),
        (
            {
                "details": DENIED,
                "subject": None,
                "token_trouble": {"camplane": "Jwt is expired", "issuer0": "Jwt is missing"},
            },
            "refused",
            "the token is not valid: Jwt is expired",
        ),
        ({"details": DENIED}, "refused", 'needs the role operator, alice has ["operator"]'),
        ({"details": REVOKED}, "refused", "the token was revoked"),
        ({"details": "csrf_origin_mismatch"}, "refused", "a page of another origin"),
        ({"route": "misdirected"}, "refused", "a name that is none of the gateway's"),
        ({"status": 403, "refusal": "7"}, "refused", "refused by the service"),
        ({"status": 400, "refusal": "9"}, "failed", ""),
        ({"status": 503, "details": "no_healthy_upstream"}, "failed", "no_healthy_upstream"),
        ({"status": 0, "details": "downstream_remote_disconnect"}, "failed", None),
    ],
)
def test_why_it_was_refused_is_said_in_words(
    changed: dict[str, Any], outcome: str, reason: str | None
) -> None:
    """And what failed in between in Envoy's."""
    found = entry(**changed)
    assert found["outcome"] == outcome
    assert found["reason"] == (changed["details"] if reason is None else reason)


def test_a_native_call_has_its_status_and_what_the_service_says_that_it_is_of() -> None:
    """Behind an answer, or with an error; nothing where no service was asked."""
    path = "/camplane.camera.v1.CameraService/StartCamera"
    found = entry(path=path, grpc_status=9, named=[None, "camera_id=gate+1"])
    assert (found["grpc_status"], found["outcome"], found["camera_id"]) == (9, "failed", "gate 1")
    found = entry(path=path, grpc_status=0, named=["camera_id=%E6%91%84&rule_id=7&at=x", None])
    assert (found["outcome"], found["camera_id"], found["rule_id"]) == ("done", "摄", "7")
    assert found["at"] == LINE["at"]
    for nothing in (None, [None, None], ["%", "-"]):
        assert "camera_id" not in entry(path=path, grpc_status=16, named=nothing)


def test_what_the_path_names_is_not_said_otherwise() -> None:
    """An old server's answers are its own, and may have any header."""
    assert entry(named=["camera_id=other", "rule_id=7"])["camera_id"] == "gate 1"
    assert "rule_id" not in entry(named=["camera_id=other", "rule_id=7"])


def test_a_line_that_broke_off_loses_nothing_of_the_next() -> None:
    """What was written of it is kept as it stands."""
    whole = json.dumps(LINE, separators=(",", ":")).encode()
    torn, after = entries(whole[:200] + whole)
    assert torn == {"outcome": "torn", "line": whole[:200].decode()}
    assert after == entry()
    assert [one["outcome"] for one in entries(b'{"at":"2026"}')] == ["torn"]
    (alone,) = entries(b'{"at":"2026\xff')
    assert alone == {"outcome": "torn", "line": '{"at":"2026\\xff'}


def test_what_a_stranger_says_cannot_begin_a_line() -> None:
    """Quotes are escaped in JSON, so that a path is a path."""
    path = '/x{"at":"2000-01-01T00:00:00Z","subject":"mallory"}\n{"at":'
    assert entry(path=path)["path"] == path


def test_of_a_crowd_of_strangers_the_first_are_kept_and_the_others_counted() -> None:
    """What anybody did who is known stands there as ever."""
    stranger = entry(details=DENIED, subject=None)
    crowd = [{**stranger, "address": f"192.0.2.{number}"} for number in range(100)]
    found = without_crowd([*crowd, entry(), entry(details=DENIED)])
    assert found[:-1] == [*crowd[:FIRST], entry(), entry(details=DENIED)]
    assert (found[-1]["count"], found[-1]["outcome"]) == (100 - FIRST, "refused")
    assert len(found[-1]["addresses"]) == 20
    assert without_crowd(crowd[:FIRST]) == crowd[:FIRST]


ADDRESSES = {
    name: f"unix:/run/{name}.sock"
    for name in ("control", "camera_domain", "alert_domain", "camera_legacy", "alert_legacy")
}


def topology(**options: Any) -> Topology:
    access = Access("on", public_keys="/keys.json")
    return Topology(admin_socket="/admin.sock", **ADDRESSES, access=access, **options)


@pytest.mark.parametrize("options", [{}, {"old_http": "127.0.0.1:8000"}])
def test_every_route_of_an_rpc_that_has_effects_says_so_and_no_other_one(
    options: dict[str, Any],
) -> None:
    """Over REST and gRPC, whoever answers; a new RPC that does not say that it only reads, too."""
    effects = {rpc.label: has_effect(rpc.path) for rpc in rpcs()}
    found: dict[str, set[str]] = {label: set() for label in effects}
    for route in table(Actions(topology(**options), Routing(Split(50, 50)))):
        label = route["name"].partition(" ")[0]
        said = route.get("metadata", {}).get("filter_metadata", {}).get(METADATA, {})
        if label in effects and "direct_response" not in route:
            found[label].add(said.get(WRITES, ""))
    left_out = {"MonitoringService/GetHealth"} if options else set()
    assert {label: said for label, said in found.items() if label not in left_out} == {
        label: {label if has else ""} for label, has in effects.items() if label not in left_out
    }


def test_a_line_has_no_place_for_a_secret() -> None:
    """Neither queries, nor bodies, cookies and tokens; and nobody keeps what nobody asked for."""
    (log,) = audit_log(topology(audit_log="/audit.log"))
    fields = json.dumps(log["typed_config"]["log_format"])
    for secret in ("authorization", "cookie", "(WQ", "QUERY", "BODY", "GRPC_STATUS_MESSAGE"):
        assert secret.lower() not in fields.lower()
    assert audit_log(topology()) == []
