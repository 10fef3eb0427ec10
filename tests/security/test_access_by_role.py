"""With access on: every RPC, over REST and as native gRPC, by every role and by nobody."""

import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from camplane.alert.v1.alert_service_pb2 import ListRulesRequest
from camplane.alert.v1.alert_service_pb2_grpc import AlertServiceStub
from camplane.camera.v1.camera_service_pb2 import (
    ListCamerasRequest,
    RepairConsistencyRequest,
    StopCameraRequest,
)
from camplane.camera.v1.camera_service_pb2_grpc import CameraServiceStub
from camplane.gateway.v1.monitoring_service_pb2 import RepairConsistencyRequest as RepairRequest
from camplane.gateway.v1.monitoring_service_pb2_grpc import MonitoringServiceStub
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from gateway.access.keys import signing_key
from gateway.vocabulary.roles import GRANTED_BY, PUBLIC, ROLES
from gateway.vocabulary.route_table import PARAMETER, Binding, Rpc, bindings, rpcs
from tests.e2e.browser import launched, needs_chromium
from tests.e2e.command_line import ending, run, until
from tests.security.guarded import NOBODY, Guarded, bearer, segment

CALLERS = (NOBODY, *ROLES)
# Nothing of these is there, so what is allowed is refused by the services, and nothing happens.
NOTHING = {
    "camera_id": "nobody",
    "rule_id": "999999",
    "alert_id": "999999",
    "channel": "nothing",
    "context": "none",
    "trace_id": "0" * 32,
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Give a camplane that others may reach, since it asks who they are."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "camplane.yaml").write_text(
        "access: {mode: on}\ngateway: {cors_origins: ['http://localhost:3000']}\n"
    )
    with ending(folder) as start:
        config = ("--config", str(folder / "camplane.yaml"))
        yield Guarded(start("--host", "0.0.0.0", *config, USE_DOMAIN_SERVICE="true"))


def may(rpc: Rpc, caller: str) -> bool:
    return rpc.role == PUBLIC or caller in GRANTED_BY[rpc.role]


@pytest.mark.parametrize("caller", CALLERS)
def test_rest_answers_whom_the_contracts_name_and_nobody_else(
    guarded: Guarded, caller: str
) -> None:
    """401 says how to ask, 403 which role it takes, each in a sentence."""
    unexpected = []
    for binding in bindings():
        status, body = asked(guarded, binding, caller)
        wanted = (False,) if may(binding.rpc, caller) else ((401 if caller == NOBODY else 403),)
        refused = status if status in (401, 403) else False
        if refused not in wanted or (refused and not said_well(body, binding.rpc, caller)):
            unexpected.append((binding.http_method, binding.template, status, body))
    assert unexpected == []


def asked(guarded: Guarded, binding: Binding, caller: str) -> tuple[int, str]:
    """Return the answer's status, and its text when it is a refusal."""
    path = PARAMETER.sub(lambda found: NOTHING[found[1]], binding.template)
    body = {"json": {}} if binding.takes_body else {}
    headers = guarded.headers(caller)
    with guarded.http.stream(binding.http_method, path, headers=headers, **body) as answer:
        refused = answer.status_code in (401, 403)
        return answer.status_code, answer.read().decode() if refused else ""


def said_well(body: str, rpc: Rpc, caller: str) -> bool:
    found = json.loads(body)
    if caller == NOBODY:
        return found["code"] == 16 and "camplane token create" in found["detail"]
    words = (f"needs the role {rpc.role}", f"a {caller}", f'["{caller}"]')
    return found["code"] == 7 and all(word in found["detail"] for word in words)


@pytest.mark.parametrize("caller", CALLERS)
def test_native_grpc_answers_whom_the_contracts_name_and_nobody_else(
    guarded: Guarded, caller: str
) -> None:
    """UNAUTHENTICATED without a token, PERMISSION_DENIED without the role."""
    refusal = "UNAUTHENTICATED" if caller == NOBODY else "PERMISSION_DENIED"
    with grpc.insecure_channel(f"127.0.0.1:{guarded.port}") as channel:
        told = {
            rpc.path: called(channel, rpc, guarded.headers(caller), may(rpc, caller))
            for rpc in rpcs()
        }
    refused = {rpc.path for rpc in rpcs() if not may(rpc, caller)}
    assert {path for path, code in told.items() if code == refusal} == refused
    assert not {"UNAUTHENTICATED", "PERMISSION_DENIED"} & {
        code for path, code in told.items() if path not in refused
    }


def called(channel: grpc.Channel, rpc: Rpc, headers: dict[str, str], allowed: bool) -> str:
    """Return the code of a call with an empty message, OK as soon as something is answered.

    A stream may have nothing to tell; a refusal comes at once.
    """
    seconds = 1 if rpc.is_streaming and allowed else 20
    call = channel.unary_stream(rpc.path)(b"", metadata=list(headers.items()), timeout=seconds)
    try:
        next(call, None)
        return "OK"
    except grpc.RpcError as error:
        return str(error.code().name)
    finally:
        call.cancel()


@pytest.mark.parametrize(
    ("path", "caller", "status"),
    [
        ("/ui", NOBODY, 200),
        ("/ui/", NOBODY, 307),
        ("/ui/main.js", NOBODY, 200),
        ("/", NOBODY, 401),
        ("/api/openapi.json", NOBODY, 200),
        ("/metrics", NOBODY, 401),
        ("/metrics", "viewer", 200),
        ("/metrics/envoy", "releaser", 200),
        ("/nothing", NOBODY, 401),
        ("/nothing", "viewer", 404),
        ("/api/v1/cameras/", NOBODY, 401),
        ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", NOBODY, 401),
    ],
)
def test_other_paths_need_a_token_but_for_files_that_hold_no_data(
    guarded: Guarded, path: str, caller: str, status: int
) -> None:
    """What is not there is told to those who may look."""
    assert guarded.get(path, caller).status_code == status


def test_load_balancers_and_preflights_need_no_token(guarded: Guarded) -> None:
    """A browser sends none with a preflight, and a page may then send one."""
    assert guarded.http.options("/").status_code == 204
    origin = {"origin": "http://localhost:3000", "access-control-request-method": "GET"}
    answer = guarded.http.options("/api/v1/cameras", headers=origin)
    assert answer.status_code == 200
    assert "authorization" in answer.headers["access-control-allow-headers"]


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {"iss": "camplane", "sub": "eve", "jti": "e", "exp": now + 600, "roles": ["admin"]}
    return {name: value for name, value in {**made, **changed}.items() if value is not None}


def forgeries(guarded: Guarded) -> dict[str, str]:
    """Return tokens that nobody may take, by what is wrong with them."""
    key = signing_key(guarded.place)
    header = {"alg": "ES256", "kid": key.kid}
    now = int(time.time())
    public = json.dumps(key.as_dict(private=False)).encode()
    good = jwt.encode(header, claims(), key)
    head, _, signature = good.split(".")
    mac = jwt.encode({"alg": "HS256", "kid": key.kid}, claims(), OctKey.import_key(public))
    other = ECKey.generate_key("P-256")
    return {
        "no signature": f"{segment({'alg': 'none'})}.{segment(claims())}.",
        "alg none, with a signature": f"{segment({'alg': 'none'})}.{segment(claims())}.{signature}",
        "signed with the public key": mac,
        "signed with another key": jwt.encode(header, claims(), other),
        "other claims": f"{head}.{segment(claims(sub='x'))}.{signature}",
        "ended": jwt.encode(header, claims(exp=now - 5), key),
        "without an end": jwt.encode(header, claims(exp=None), key),
        "not yet": jwt.encode(header, claims(nbf=now + 600), key),
        "of another": jwt.encode(header, claims(iss="https://id.example.com"), key),
        "no token": "abc",
    }


def test_a_forged_token_is_no_token(guarded: Guarded) -> None:
    """By the header and by the cookie; the answer says what is wrong, and shows none of it."""
    key = signing_key(guarded.place)
    good = jwt.encode({"alg": "ES256", "kid": key.kid}, claims(), key)
    assert guarded.http.get("/api/v1/rollouts", headers=bearer(good)).status_code == 200
    for wrong, token in forgeries(guarded).items():
        for sent in (bearer(token), {"cookie": f"camplane-token={token}"}):
            answer = guarded.http.get("/api/v1/rollouts", headers=sent)
            assert answer.status_code == 401, (wrong, answer.text)
            assert "Bearer" in answer.headers["www-authenticate"]
            assert token not in answer.text
    assert guarded.http.get("/api/v1/rollouts", params={"access_token": good}).status_code == 401


def test_a_token_that_is_shown_once_holds_until_it_is_revoked(guarded: Guarded) -> None:
    """And no longer: when the command has ended, it is refused."""
    before = datetime.now(UTC).replace(microsecond=0)
    made = json.loads(
        guarded.up.camplane("token", "create", "--name", "rita", "--role", "releaser", "--json")
    )
    token = made["token"]
    cookie = {"cookie": f"camplane-token={token}"}
    for sent in (bearer(token), cookie):
        assert guarded.http.get("/api/v1/rollouts", headers=sent).status_code == 200
    listed = until(lambda: used_since(guarded, made["id"], before), 30, "its use is noted")
    kept = [path for path in guarded.place.folder.iterdir() if token in path.read_text()]
    assert (token in listed, kept) == (False, [])
    guarded.up.camplane("token", "revoke", made["id"])
    for sent in (bearer(token), cookie):
        answer = guarded.http.get("/api/v1/rollouts", headers=sent)
        assert (answer.status_code, "revoked" in answer.json()["detail"]) == (401, True)
    assert guarded.get("/api/v1/monitoring/health").status_code == 200
    assert guarded.get("/api/v1/rollouts", "viewer").status_code == 200


def used_since(guarded: Guarded, token_id: str, moment: datetime) -> str:
    """Return the list of tokens once it says that this one was used since; "" until then."""
    listed = guarded.up.camplane("token", "list", "--json")
    (one,) = [one for one in json.loads(listed)["tokens"] if one["id"] == token_id]
    is_later = one["used"] is not None and datetime.fromisoformat(one["used"]) >= moment
    return listed if is_later else ""


@pytest.fixture
def of_halls(guarded: Guarded) -> Iterator[dict[str, str]]:
    """Give what an operator of halls sends, where there is a yard, too; one header is forged."""
    entries = [{"id": name, "name": name, "source": "x.mp4"} for name in ("hall-1", "yard-1")]
    for entry in entries:
        made = guarded.http.post("/api/v1/cameras", json=entry, headers=guarded.headers("admin"))
        assert made.status_code == 200, made.text
    asked = ("--name", "hal", "--role", "operator", "--cameras", "hall-*", "--json")
    made = json.loads(guarded.up.camplane("token", "create", *asked))
    pin = "/api/v1/rollouts/pins/yard-1"
    pinned = {"path": "legacy", "reason": "to see"}
    guarded.http.put(pin, json=pinned, headers=guarded.headers("admin")).raise_for_status()
    assert made["cameras"] == ["hall-*"]
    yield {**bearer(made["token"]), "camplane-cameras": '["*"]'}
    guarded.http.delete(f"{pin}?reason=seen", headers=guarded.headers("admin"))
    for entry in entries:
        path = f"/api/v1/cameras/{entry['id']}"
        guarded.http.delete(path, headers=guarded.headers("admin"))


def test_a_token_of_some_cameras_tells_of_these_alone(
    guarded: Guarded, of_halls: dict[str, str]
) -> None:
    """On both sides, by REST, as native gRPC and by the commands; no other is in an answer."""
    rest = {"hall-1": 200, "yard-1": 403, "yard-none": 403}
    for side in ("true", "false"):
        for camera_id, expected in rest.items():
            path = f"/api/v1/cameras/{camera_id}?force_domain={side}"
            answer = guarded.http.get(path, headers=of_halls)
            assert answer.status_code == expected, answer.text
        for path in ("/api/v1/cameras", "/api/v1/rollouts", "/api/v1/cameras/batch-status"):
            method = "POST" if path.endswith("status") else "GET"
            answer = guarded.http.request(
                method, path, params={"force_domain": side}, headers=of_halls
            )
            assert (answer.status_code, "yard" in answer.text) == (200, False), answer.text
    assert "yard-1" in guarded.get("/api/v1/rollouts", "admin").text
    for path in ("monitoring/traces", "monitoring/consistency", "rollouts/history"):
        assert guarded.http.get(f"/api/v1/{path}", headers=of_halls).status_code == 403
    with grpc.insecure_channel(f"127.0.0.1:{guarded.port}") as channel:
        cameras, metadata = CameraServiceStub(channel), list(of_halls.items())
        listed = cameras.ListCameras(ListCamerasRequest(), metadata=metadata).cameras
        assert [one.camera_id for one in listed] == ["hall-1"]
        with pytest.raises(grpc.RpcError) as refused:
            cameras.StopCamera(StopCameraRequest(camera_id="yard-1"), metadata=metadata)
        assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
    token = {"CAMPLANE_TOKEN": of_halls["authorization"].removeprefix("Bearer ")}
    shown = run("cameras", "list", "--json", "--url", str(guarded.http.base_url), **token)
    assert ("hall-1" in shown.stdout, "yard" in shown.stdout) == (True, False), shown.stderr
    assert "hall-*" in guarded.up.camplane("token", "list")


@pytest.fixture
def gate(guarded: Guarded) -> Iterator[str]:
    """Give the password of a camera that is there."""
    password = "hunter2-of-the-gate"
    entry = {"id": "gate", "name": "Gate", "source": f"rtsp://a:{password}@10.0.0.7/1"}
    made = guarded.http.post("/api/v1/cameras", json=entry, headers=guarded.headers("admin"))
    assert made.status_code == 200, made.text
    yield password
    guarded.http.delete("/api/v1/cameras/gate", headers=guarded.headers("admin"))


def test_a_viewer_reads_cameras_without_their_passwords(guarded: Guarded, gate: str) -> None:
    """On both sides, over REST and as native gRPC, whatever headers it makes up."""
    forged = {"x-camplane-unmasked": "viewer", "camplane-roles": '["admin"]'}
    for role, sees in (("viewer", False), ("releaser", False), ("operator", True)):
        sent = {**guarded.headers(role), **forged}
        for path in ("/api/v1/cameras", "/api/v1/cameras/gate"):
            for side in ("true", "false"):
                answer = guarded.http.get(f"{path}?force_domain={side}", headers=sent)
                assert (answer.status_code, gate in answer.text) == (200, sees), answer.text
                assert ("rtsp://***@10.0.0.7/1" in answer.text) is not sees
        with grpc.insecure_channel(f"127.0.0.1:{guarded.port}") as channel:
            cameras, metadata = CameraServiceStub(channel), list(sent.items())
            (camera,) = cameras.ListCameras(ListCamerasRequest(), metadata=metadata).cameras
            assert camera.source == "rtsp://***@10.0.0.7/1"
            assert gate not in str(camera)


def test_a_viewer_reads_alert_rules_without_their_secrets(guarded: Guarded) -> None:
    """On both sides, over REST and as native gRPC; and writes nothing of them."""
    secret = "hunter2-of-the-hook"
    rule = {"name": "Crowd", "rule_type": "violation_threshold", "conditions": {"threshold": 5}}
    hooked = {**rule, "recipients": [f"https://hooks.example/{secret}"]}
    made = guarded.http.post("/api/v1/alerts/rules", json=hooked, headers=guarded.headers("admin"))
    path = f"/api/v1/alerts/rules/{made.json()['id']}"
    for role, sees in (("viewer", False), ("releaser", False), ("operator", True)):
        for asked in ("/api/v1/alerts/rules", path):
            for side in ("true", "false"):
                answer = guarded.get(f"{asked}?force_domain={side}", role)
                assert (answer.status_code, secret in answer.text) == (200, sees), answer.text
                assert '"threshold":5' in answer.text
        with grpc.insecure_channel(f"127.0.0.1:{guarded.port}") as channel:
            sent = list(guarded.headers(role).items())
            listed = AlertServiceStub(channel).ListRules(ListRulesRequest(), metadata=sent)
            assert (secret in str(listed)) is sees
    guarded.http.delete(path, headers=guarded.headers("admin"))


def test_who_asks_for_a_rollout_is_told_by_the_token_alone(guarded: Guarded) -> None:
    """Neither the body's author nor a header of the same name counts."""
    forged = {"camplane-subject": "mallory", "camplane-roles": '["admin"]'}
    body = {"weight": 1, "author": "mallory", "reason": "to see"}
    answer = guarded.http.put(
        "/api/v1/rollouts/alert/weight",
        json=body,
        headers={**guarded.headers("releaser"), **forged},
    )
    assert answer.status_code == 200, answer.text
    decisions = guarded.get("/api/v1/rollouts/history", "viewer").json()["decisions"]
    assert decisions[-1]["author"] == "a releaser"


def test_who_handles_an_alert_is_told_by_the_token_alone(guarded: Guarded) -> None:
    operator = {**guarded.headers("operator"), "camplane-subject": "mallory"}
    rule = {"name": "Offline", "rule_type": "camera_offline", "conditions": {}}
    guarded.http.post("/api/v1/alerts/rules", json=rule, headers=operator)
    event = {"event_id": "1", "camera_id": "gate", "type": "source_failed", "time": time.time()}
    guarded.http.post("/api/v1/alerts/events", json={"events": [event]}, headers=operator)

    def raised() -> list[dict[str, Any]]:
        return guarded.get("/api/v1/alerts/raised?camera_id=gate", "viewer").json()["items"]

    until(raised, what="the rule fires")
    handled = {"alert_ids": [raised()[0]["id"]], "handling": "confirmed", "handled_by": "mallory"}
    answer = guarded.http.post("/api/v1/alerts/raised/handle", json=handled, headers=operator)
    assert answer.json()["changed"] == 1, answer.text
    assert raised()[0]["handled_by"] == "a operator"


def test_a_browser_keeps_the_token_where_scripts_do_not_reach_it(guarded: Guarded) -> None:
    """And gets the cookie for a valid token only; afterwards it is taken back."""
    token = guarded.token("viewer")
    sent = {**bearer(token), "camplane-login": token}
    cookie = guarded.http.post("/ui/login", headers=sent).headers["set-cookie"]
    assert cookie == f"camplane-token={token}; Path=/; HttpOnly; SameSite=Strict"
    assert guarded.get("/ui/identity", cookie=cookie.partition(";")[0]).json() == {
        "subject": "a viewer",
        "roles": '["viewer"]',
        "cameras": '["*"]',
    }
    guarded.http.cookies.clear()
    refused = guarded.http.post("/ui/login", headers={"camplane-login": token})
    assert (refused.status_code, "set-cookie" in refused.headers) == (401, False)
    assert "Max-Age=0" in guarded.http.post("/ui/logout").headers["set-cookie"]


@needs_chromium
def test_the_page_asks_for_a_token_and_shows_who_one_is(guarded: Guarded) -> None:
    """A wrong one is refused in words; logged out, it is asked again."""
    with launched() as new_context:
        page = new_context().new_page()
        page.goto(f"{guarded.http.base_url}/ui")
        page.get_by_label("Token").fill("abc")
        page.get_by_role("button", name="Log in").click()
        page.get_by_text("the token is not valid").first.wait_for()
        page.get_by_label("Token").fill(guarded.token("viewer"))
        page.get_by_role("button", name="Log in").click()
        page.get_by_text("a viewer: viewer").wait_for()
        page.locator("#connection[data-state=live]").wait_for()
        assert page.locator("#alarm p").count() == 0
        assert page.evaluate("document.cookie") == ""
        page.get_by_role("button", name="Log out").click()
        page.get_by_label("Token").wait_for()


@needs_chromium
def test_the_page_shows_cameras_to_a_viewer(guarded: Guarded, gate: str) -> None:
    """Whom no answer tells the password."""
    with launched() as new_context:
        page = new_context().new_page()
        page.goto(f"{guarded.http.base_url}/ui#cameras")
        page.get_by_label("Token").fill(guarded.token("viewer"))
        with page.expect_response("**/api/v1/cameras*") as answered:
            page.get_by_role("button", name="Log in").click()
        page.get_by_role("heading", name="Gate").wait_for()
        assert page.locator("#alarm p").count() == 0
        told = answered.value.text()
        assert ('"gate"' in told, gate in told) == (True, False)


@needs_chromium
def test_the_page_shows_the_cameras_of_a_token_and_no_alarm(
    guarded: Guarded, of_halls: dict[str, str]
) -> None:
    """And says of which cameras one is."""
    with launched() as new_context:
        page = new_context().new_page()
        page.goto(f"{guarded.http.base_url}/ui#cameras")
        page.get_by_label("Token").fill(of_halls["authorization"].removeprefix("Bearer "))
        page.get_by_role("button", name="Log in").click()
        page.get_by_text("hal: operator (hall-*)").wait_for()
        page.locator("#connection[data-state=live]").wait_for()
        page.get_by_role("heading", name="hall-1").wait_for()
        assert page.get_by_text("yard-1").count() == 0
        assert page.locator("#alarm p").count() == 0


def test_the_owner_of_the_data_needs_no_token_and_others_bring_theirs(guarded: Guarded) -> None:
    """A command on --data signs one for itself; one on --url has what CAMPLANE_TOKEN holds."""
    walked = json.loads(guarded.up.camplane("verify", "--json"))
    assert walked["operations"], walked
    url = ("--url", str(guarded.http.base_url))
    asked = ("rollout", "status", "--json", *url)
    assert run(*asked).returncode == 1
    viewer = {"CAMPLANE_TOKEN": guarded.token("viewer")}
    assert run(*asked, **viewer).returncode == 0
    refused = run("rollout", "set", "--alert", "7", *url, **viewer)
    assert (refused.returncode, "needs the role releaser" in refused.stderr) == (1, True)


def test_nobody_is_told_that_the_port_is_open_to_all(guarded: Guarded) -> None:
    """It is not: and no token, nor the key, is in a log or for others to read."""
    health = guarded.get("/api/v1/monitoring/health").json()
    assert "insecure" not in health["checks"]
    assert "insecure" not in guarded.up.output
    secrets = [guarded.token(role).rpartition(".")[2] for role in ROLES]
    secrets.append(json.loads(guarded.place.key.read_text())["d"])
    for log in (guarded.up.data / "logs").glob("*.*"):
        text = log.read_text(errors="replace")
        assert not [secret for secret in secrets if secret in text], log
    modes = {path.name: path.stat().st_mode & 0o077 for path in guarded.place.folder.iterdir()}
    assert modes == dict.fromkeys(modes, 0)
    assert (guarded.place.folder.stat().st_mode & 0o077) == 0


def test_a_page_of_another_port_writes_only_if_it_is_named(guarded: Guarded) -> None:
    """Its server may be another user's, and has the browser send the operator's cookie."""
    cookie = {"cookie": f"camplane-token={guarded.token('operator')}"}

    def status(origin: str) -> int:
        headers = {**cookie, "origin": origin}
        return guarded.http.post("/api/v1/cameras/refresh", headers=headers).status_code

    assert status(f"http://127.0.0.1:{guarded.http.base_url.port}") == 200
    assert status("http://localhost:3000") == 200
    for other in ("http://localhost:3001", "http://127.0.0.1:9", "http://[::1]:9"):
        assert status(other) == 403


def planned_repairs(guarded: Guarded, role: str) -> list[str]:
    """Return what a repair would do, as REST and both RPCs tell this role."""
    path, headers = "/api/v1/monitoring/consistency/repair", guarded.headers(role)
    told = [guarded.http.post(path, json={"dry_run": True}, headers=headers).text]
    with grpc.insecure_channel(f"127.0.0.1:{guarded.port}") as channel:
        for stub, request in (
            (CameraServiceStub(channel), RepairConsistencyRequest(dry_run=True)),
            (MonitoringServiceStub(channel), RepairRequest(dry_run=True)),
        ):
            told.append(str(stub.RepairConsistency(request, metadata=list(headers.items()))))
    return told


def test_health_tells_anybody_that_something_differs_and_nobody_what(guarded: Guarded) -> None:
    """Cameras' ids and what is configured of them are for operators."""
    entry = {"id": "told", "name": "n", "source": "rtsp://192.0.2.1/x", "pin": "4711"}
    admin = guarded.headers("admin")
    assert guarded.http.post("/api/v1/cameras", json=entry, headers=admin).status_code == 200

    def issues() -> str:
        # A check is remembered, so that health has it at once.
        path = "/api/v1/monitoring/consistency"
        return json.dumps(guarded.http.get(path, headers=guarded.headers("operator")).json())

    with sqlite3.connect(guarded.up.data / "camera.db") as database:
        change = "UPDATE cameras SET entry = json_set(entry, '$.pin', ?) WHERE camera_id = 'told'"
        database.execute(change, ("4712",))
        database.commit()
        until(lambda: "told" in issues(), what="the difference is found")
        for path in ("/health", "/api/v1/monitoring/health"):
            health = guarded.get(path)
            assert health.json()["status"] == "degraded", health.text
            assert not [word for word in ("told", "4711", "4712") if word in health.text]
        for role, sees in (("releaser", False), ("admin", True)):
            for plan in planned_repairs(guarded, role):
                assert ("told" in plan, "4711" in plan) == (True, sees), plan
        database.execute(change, ("4711",))
    assert guarded.http.delete("/api/v1/cameras/told", headers=admin).status_code == 200
