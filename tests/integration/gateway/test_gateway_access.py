"""Access before a plain HTTP server: what passes through, and a policy that is only tried."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import grpc
import pytest
from camplane.camera.v1.camera_service_pb2 import GetCameraStatusRequest
from camplane.camera.v1.camera_service_pb2_grpc import CameraServiceStub
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from gateway.access.keys import signing_key
from gateway.access.place import AccessPlace
from gateway.access.tokens import ALL_CAMERAS, new_token, signed
from gateway.proxy.access_replies import INVALID, OLD_KNOWS_NO_SCOPES
from gateway.proxy.topology import ON, OPEN, REQUIRED, SHADOW, Access, Issuer
from gateway.vocabulary.split import Split
from tests.integration.gateway.rig import Gateway, running, until

CAMERAS = "/api/v1/cameras"
# How an old server could be asked for its cameras by another path than theirs.
DISGUISES = (
    *(f"{CAMERAS}/", f"/{CAMERAS}", "/api/./v1/cameras", "/x/../api/v1/cameras"),
    *("/api/v1/%63ameras", "/api/v1/%2563ameras", "/API/V1/CAMERAS", "/api/v1;a=b/cameras"),
    *("/api\\v1\\cameras", "/api/v1%2Fcameras", f"{CAMERAS}.json", "/api/v1/cameras%", "/x/.."),
)
# What is the old server's alone, also when it looks a little alike.
OWN = (
    *("/", "/reports?path=//a/../%63", "/.well-known/x", "/files/%E4%BD%A0%20b.txt", "/a.b/..c"),
    *("/api/v1/cameraman", "/health"),
)


class Echo(BaseHTTPRequestHandler):
    """An old server that tells which headers it was sent."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = answer  # noqa: N815

    def log_message(self, *arguments: object) -> None:
        pass


class Guarded:
    """A gateway before the old server, and tokens for it."""

    def __init__(self, gateway: Gateway, place: AccessPlace) -> None:
        self.gateway = gateway
        self._place = place

    def token(self, *roles: str, cameras: Sequence[str] = ALL_CAMERAS) -> str:
        made = new_token("alice", roles, 600, time.time(), cameras)
        return signed(made, signing_key(self._place))

    def status(self, method: str, path: str, *roles: str) -> int:
        """Return the status for nobody, or for a token with these roles."""
        headers = {"authorization": f"Bearer {self.token(*roles)}"} if roles else {}
        return self.gateway.rest(method, path, headers=headers).status

    def received(self, path: str, headers: dict[str, str]) -> dict[str, str]:
        """Return the headers that reached the old server."""
        answer = self.gateway.rest("GET", path, headers=headers)
        assert answer.status == 200, answer.body
        found: dict[str, str] = answer.json
        return found


@contextlib.contextmanager
def guarded(folder: Path, mode: str, pass_through: str) -> Iterator[Guarded]:
    place = AccessPlace(folder)
    signing_key(place)
    access = Access(mode, pass_through, str(place.public_keys))
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{server.server_port}"
        options = {"old_http": address, "lock_old_writes": False, "access": access}
        with running(Split(0, 0), **options) as gateway:
            yield Guarded(gateway, place)
        server.shutdown()


@pytest.fixture(scope="module")
def open_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("open"), ON, OPEN) as one:
        yield one


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("required"), ON, REQUIRED) as one:
        yield one


def test_what_is_the_old_servers_alone_passes_without_a_token(open_one: Guarded) -> None:
    """By default; its own cookies and tokens reach it as they came."""
    asked = [(method, path) for method in ("GET", "POST") for path in OWN]
    assert [one for one in asked if open_one.status(*one) != 200] == []
    own = {"authorization": "Bearer its-own", "cookie": "session=1; theme=dark"}
    assert open_one.received("/", own).items() >= own.items()


def test_no_spelling_of_a_path_leads_to_operations_without_a_token(open_one: Guarded) -> None:
    """A server may take it for one: nobody gets through, and who only views does not either."""
    for roles, refusal in ((), 401), (("viewer",), 403), (("releaser",), 403):
        told = {path: open_one.status("GET", path, *roles) for path in (CAMERAS, *DISGUISES)}
        assert told == dict.fromkeys(told, refusal)
    for path in DISGUISES:
        assert open_one.status("PATCH", path) == 401
        assert open_one.status("GET", path, "operator") == 200
    upgrade = {"connection": "upgrade", "upgrade": "websocket"}
    assert open_one.gateway.rest("GET", CAMERAS, headers=upgrade).status == 401


def test_all_of_the_old_server_can_be_asked_a_token_for(closed: Guarded) -> None:
    """Reads are for viewers, anything else for operators."""
    callers = ((), ("viewer",), ("operator",), ("admin",))
    told = [[closed.status(one, "/reports", *roles) for roles in callers] for one in ("GET", "PUT")]
    assert told == [[401, 200, 200, 200], [401, 403, 200, 200]]
    assert closed.status("GET", "/health") == 200  # probes of containers have none


def test_the_old_server_is_told_who_asks_and_gets_no_token(open_one: Guarded) -> None:
    """In headers that no client can send; other cookies go on."""
    forged = {"camplane-subject": "mallory", "camplane-roles": '["admin"]'}
    forged |= {"camplane-token-id": "1", "camplane_subject": "mallory"}
    assert not open_one.received("/", forged).keys() & forged.keys()
    token = open_one.token("operator")
    for sent in (
        {"authorization": f"Bearer {token}"},
        {"cookie": f"a=1; camplane-token={token}; b=2"},
    ):
        received = open_one.received(CAMERAS, {**forged, **sent})
        assert token not in json.dumps(received)
        assert received["camplane-subject"] == "alice"
        assert "camplane_subject" not in received
        assert json.loads(received["camplane-roles"]) == ["operator"]
        assert received["camplane-token-id"] not in ("", "1")
        assert received.get("cookie", "a=1; b=2") == "a=1; b=2"


def test_a_token_of_some_cameras_does_not_reach_an_old_server(
    open_one: Guarded, closed: Guarded
) -> None:
    """It knows nothing of them. Not by force either, for domain may be rescued; 403 in words."""
    for one in (open_one, closed):
        sent = sent_to(one)
        forged = {**sent, "camplane-cameras": '["*"]', "camplane_cameras": '["*"]'}
        asked = [CAMERAS, f"{CAMERAS}/hall-1", f"{CAMERAS}?force_domain=true"]
        asked += ["/api/v1/alerts/rules", f"{CAMERAS}/hall-1/other", *DISGUISES]
        for path in asked:
            for headers in (sent, forged):
                answer = one.gateway.rest("GET", path, headers=headers)
                assert (answer.status, answer.json["detail"]) == (403, OLD_KNOWS_NO_SCOPES), path
        upgrade = {**sent, "connection": "upgrade", "upgrade": "websocket"}
        assert one.gateway.rest("GET", CAMERAS, headers=upgrade).status == 403
        assert one.gateway.rest("GET", "/api/v1/rollouts", headers=sent).status == 200
        assert one.gateway.rest("GET", "/health", headers=sent).status == 200
        # Of what has no operation, as much as nobody may.
        reports = one.gateway.rest("GET", "/reports", headers=sent).status
        assert reports == (200 if one is open_one else 403)


def sent_to(one: Guarded) -> dict[str, str]:
    return {"authorization": f"Bearer {one.token('admin', cameras=['hall-*'])}"}


def test_over_grpc_domain_alone_answers_and_holds_a_token_to_its_cameras(
    open_one: Guarded,
) -> None:
    """Whatever the metadata says of them."""
    told = {}
    with open_one.gateway.channel() as channel:
        status = CameraServiceStub(channel).GetCameraStatus
        for camera_id in ("hall-1", "yard-1"):
            metadata = [*sent_to(open_one).items(), ("camplane-cameras", '["*"]')]
            request = GetCameraStatusRequest(camera_id=camera_id)
            try:
                status(request, metadata=metadata)
                told[camera_id] = "OK"
            except grpc.RpcError as error:
                told[camera_id] = error.code().name
    assert told == {"hall-1": "OK", "yard-1": "PERMISSION_DENIED"}


def test_a_policy_that_is_tried_refuses_nobody_and_counts_whom_it_would(tmp_path: Path) -> None:
    """As /metrics/envoy shows it."""
    with guarded(tmp_path, SHADOW, OPEN) as tried:
        assert tried.status("GET", CAMERAS) == tried.status("GET", CAMERAS, "viewer") == 200
        assert tried.status("GET", CAMERAS, "operator") == tried.status("GET", "/") == 200
        counted = until(lambda: counts(tried.gateway, "shadow_(allowed|denied)"))
    assert counted == {"roles_.shadow_allowed": 2, "roles_.shadow_denied": 2}


def test_a_providers_tokens_are_taken_by_the_keys_that_it_serves(tmp_path: Path) -> None:
    """For our audience, with roles where it has them; what is wrong is said in words."""
    key = RSAKey.generate_key(2048, {"alg": "RS256"}, auto_kid=True)
    claims = {"iss": "https://id", "aud": "camplane", "sub": "bob", "exp": int(time.time()) + 600}
    claims["realm"] = {"roles": ["else", "operator"]}

    def told(**changed: Any) -> tuple[int, str]:
        token = jwt.encode({"alg": "RS256", "kid": key.kid}, {**claims, **changed}, key)
        answer = gateway.rest("GET", "/nothing", headers={"authorization": f"Bearer {token}"})
        return answer.status, answer.json["detail"]

    with serving(json.dumps(KeySet([key]).as_dict(private=False)).encode()) as url:
        issuer = Issuer("https://id", "camplane", f"{url}/keys", roles_claim=("realm", "roles"))
        own = AccessPlace(tmp_path)
        signing_key(own)
        access = Access(ON, OPEN, str(own.public_keys), (issuer,))
        with running(Split(0, 0), access=access) as gateway:
            assert told()[0] == 404
            assert told(realm={"roles": ["else"]})[0] == 403
            assert told(realm=None, roles=["admin"])[0] == 403
            assert told(aud="other") == (401, f"{INVALID}Audiences in Jwt are not allowed")
            assert told(exp=1) == (401, f"{INVALID}Jwt is expired")
            assert "nobody who is known here" in told(iss="https://other")[1]
            assert told(iss="camplane")[0] == 401


def test_a_providers_tokens_are_of_the_cameras_that_it_lists(tmp_path: Path) -> None:
    """By its own claim, names of any script included; what is no list of texts is of none."""
    key = RSAKey.generate_key(2048, {"alg": "RS256"}, auto_kid=True)
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(KeySet([key]).as_dict(private=False)))
    signing_key(AccessPlace(tmp_path))
    issuer = Issuer("https://id", "camplane", "", str(keys), cameras_claim=("plant", "cameras"))
    access = Access(ON, OPEN, str(AccessPlace(tmp_path).public_keys), (issuer,))
    claims = {"iss": "https://id", "aud": "camplane", "sub": "bob", "exp": int(time.time()) + 600}

    def told(camera_id: str, **more: Any) -> int:
        said = {**claims, "roles": ["viewer"], **more}
        token = jwt.encode({"alg": "RS256", "kid": key.kid}, said, key)
        path = f"{CAMERAS}/{quote(camera_id)}/status"
        return gateway.rest("GET", path, headers={"authorization": f"Bearer {token}"}).status

    with running(Split(100, 0), access=access) as gateway:
        for listed in (["hall-*", "yard"], ["大厅-*", 'a"b'], ["*"]):
            plant = {"cameras": listed}
            names = {"hall-1": "hall-*", "yard": "yard", "大厅-1": "大厅-*", 'a"b': 'a"b'}
            for camera_id, glob in names.items():
                expected = 200 if {glob, "*"} & set(listed) else 403
                assert told(camera_id, plant=plant) == expected, (camera_id, listed)
        for wrong in (None, "", "*", [], 5, {"*": "*"}, [5], [""], True):
            assert told("hall-1", plant={"cameras": wrong}) == 403, wrong
        assert told("hall-1", plant={}) == told("hall-1", cameras=[]) == 200


@contextlib.contextmanager
def serving(body: bytes) -> Iterator[str]:
    """Answer every request with the body."""

    class Keys(Echo):
        def answer(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = answer  # noqa: N815

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def counts(gateway: Gateway, name: str) -> dict[str, int]:
    """Return Envoy's counts of the roles, by the names of all that have one of these ends."""
    found = gateway.ask(lambda admin: admin.stats(rf"^http\.gateway\.rbac\.roles_\.{name}$"))
    return {one["name"].removeprefix("http.gateway.rbac."): one["value"] for one in found}
