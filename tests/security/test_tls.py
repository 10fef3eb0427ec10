"""TLS at the gateway: who may speak how, certificates of clients, and what is renewed meanwhile."""

import contextlib
import re
import select
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from camplane.camera.v1 import camera_service_pb2, camera_service_pb2_grpc
from cryptography import x509

from gateway.access.keys import signing_key
from gateway.access.place import access_place
from gateway.access.tokens import new_token, signed
from gateway.tls.self_signed import self_signed
from gateway.vocabulary.roles import ROLES
from tests.e2e.command_line import Up, ending, run, until
from tests.security.authority import Authority
from tests.security.guarded import bearer

HSTS_SECONDS = 300
CONNECTIONS, STREAMS = 40, 10


AGENT, HALL, ROBOT = "spiffe://plant/it's 100% an agent", "hall.plant.example", "CN=robot,O=plant"
CONFIGURATION = f"""
gateway:
  tls:
    certificate: certificate.pem
    key: key.pem
    hsts_seconds: {HSTS_SECONDS}
    client_ca: authorities.pem
  limits: {{connections: {CONNECTIONS}, streams: {STREAMS}}}
access:
  mode: on
  certificates:
    - {{san: "{AGENT}", roles: [operator]}}
    - {{san: {HALL}, roles: [operator], cameras: [hall-*]}}
    - {{subject: "{ROBOT}", roles: [releaser]}}
"""
CAMERAS = "/api/v1/cameras"


class Guarded:
    """A camplane with TLS, by a certificate of its operator's; an authority vouches for clients."""

    def __init__(self, folder: Path, up: Up, authority: Authority) -> None:
        self.folder = folder
        self.up = up
        self.port = httpx.URL(up.instance["public_url"]).port or 0
        self.authority = authority
        key = signing_key(access_place(up.data))
        self.token = {
            role: bearer(signed(new_token(f"a {role}", [role], 3600, time.time()), key))
            for role in ROLES
        }

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def ask(
        self, method: str, path: str, files: tuple[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        """Send a request on a connection of its own, with the certificate of these files."""
        trust = self.trust()
        if files:
            trust.load_cert_chain(*files)
        with httpx.Client(verify=trust, trust_env=False, timeout=20) as client:
            return client.request(method, f"https://localhost:{self.port}{path}", **request)

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path, headers=self.token["operator"])

    def served(self) -> int:
        """Return the serial number of the certificate that is in force."""
        anybody = ssl.create_default_context()
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=10) as plain,
            anybody.wrap_socket(plain, server_hostname="localhost") as wrapped,
        ):
            return x509.load_der_x509_certificate(wrapped.getpeercert(True)).serial_number

    def serial(self) -> int:
        return x509.load_pem_x509_certificate(self.certificate.read_bytes()).serial_number


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("tls")
    self_signed(folder, [])
    configuration = folder / "camplane.yaml"
    configuration.write_text(CONFIGURATION)
    authority = Authority()
    (folder / "authorities.pem").write_bytes(authority.pem)
    with ending(folder) as start:
        up = start("--host", "0.0.0.0", "--config", str(configuration), USE_DOMAIN_SERVICE="true")
        yield Guarded(folder, up, authority)


def test_rest_and_native_grpc_come_by_tls(guarded: Guarded) -> None:
    answer = guarded.get("/api/v1/cameras")
    assert (answer.status_code, answer.json()) == (200, {"cameras": []})
    assert answer.headers["strict-transport-security"] == f"max-age={HSTS_SECONDS}"
    credentials = grpc.ssl_channel_credentials(guarded.certificate.read_bytes())
    with grpc.secure_channel(f"localhost:{guarded.port}", credentials) as channel:
        stub = camera_service_pb2_grpc.CameraServiceStub(channel)
        request = camera_service_pb2.ListCamerasRequest()
        token = list(guarded.token["operator"].items())
        assert not stub.ListCameras(request, timeout=10, metadata=token).cameras


def test_what_is_no_tls_gets_no_word(guarded: Guarded) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"http://127.0.0.1:{guarded.port}/api/v1/cameras", trust_env=False)


def test_who_does_not_know_the_certificate_does_not_come(guarded: Guarded) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"https://localhost:{guarded.port}/api/v1/cameras", trust_env=False)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_is_older_than_1_2_is_refused(guarded: Guarded) -> None:
    old = guarded.trust()
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", guarded.port), timeout=10) as plain,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        old.wrap_socket(plain, server_hostname="localhost")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_first_command_that_up_prints_works_as_it_is_printed(guarded: Guarded) -> None:
    """By a name that the certificate is for, and with a token, of which it says how to make one."""
    (printed,) = re.findall(r"^  try +(curl .*)$", guarded.up.output, re.MULTILINE)
    ran = ["bash", "-c", f"{printed} -sS --fail --noproxy '*'"]
    done = subprocess.run(ran, cwd=guarded.folder, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr  # which also says whose the token is
    assert "cameras" in done.stdout


def test_the_machines_own_tools_need_no_certificate(guarded: Guarded) -> None:
    """They ask a listener of loopback, which nobody else reaches."""
    assert guarded.up.url.startswith("http://127.0.0.1:")
    status = guarded.up.camplane("status")
    assert guarded.up.instance["public_url"] in status
    assert "healthy" in status


@pytest.fixture(scope="module")
def files(guarded: Guarded) -> dict[str, tuple[str, str]]:
    """Give the files of clients' certificates, by whose they are."""
    issue, folder = guarded.authority.issue, guarded.folder
    return {
        AGENT: issue(folder / "agent", "CN=x", AGENT),
        HALL: issue(folder / "hall", "CN=x", HALL),
        ROBOT: issue(folder / "robot", ROBOT),
        "unknown": issue(folder / "unknown", "CN=x", "spiffe://plant/other"),
        "URI first": issue(folder / "both", ROBOT, HALL, AGENT),
        "DNS name first": issue(folder / "dns", ROBOT, HALL, "other.plant.example"),
        "unknown URI": issue(folder / "uri", ROBOT, "spiffe://plant/other", HALL, AGENT),
        "unknown DNS name": issue(folder / "name", ROBOT, "other.plant.example", HALL),
        "stranger": Authority().issue(folder / "stranger", "CN=x", AGENT),
    }


def test_a_clients_certificate_has_its_roles_over_rest_and_grpc(
    guarded: Guarded, files: dict[str, tuple[str, str]]
) -> None:
    """Without a token; beyond the roles it is refused like a token, and by its name."""
    assert guarded.ask("GET", CAMERAS, files[AGENT]).status_code == 200
    weight = {"weight": 1, "reason": "to see", "author": "mallory"}
    path = "/api/v1/rollouts/alert/weight"
    refused = guarded.ask("PUT", path, files[AGENT], json=weight)
    assert (refused.status_code, AGENT in refused.json()["detail"]) == (403, True)
    certificate, key = (Path(one).read_bytes() for one in files[AGENT])
    credentials = grpc.ssl_channel_credentials(guarded.certificate.read_bytes(), key, certificate)
    with grpc.secure_channel(f"localhost:{guarded.port}", credentials) as channel:
        stub = camera_service_pb2_grpc.CameraServiceStub(channel)
        assert not stub.ListCameras(camera_service_pb2.ListCamerasRequest(), timeout=10).cameras
    assert guarded.ask("PUT", path, files[ROBOT], json=weight).status_code == 200
    told = guarded.ask("GET", "/api/v1/rollouts/history", files[ROBOT]).json()
    assert told["decisions"][-1]["author"] == ROBOT
    asked = ("audit", "--json", "--subject", ROBOT, "--rpc", "SetWeight")
    until(lambda: guarded.up.camplane(*asked), 20, "it is kept")


def test_a_certificate_is_found_by_one_name_alone(
    guarded: Guarded, files: dict[str, tuple[str, str]]
) -> None:
    """Its first URI, else its first DNS name, else its subject: if that is not listed, by none."""
    path = f"{CAMERAS}/yard-1"  # 403 for who is of halls alone
    names = ("URI first", "DNS name first", "unknown URI", "unknown DNS name")
    found = {name: guarded.ask("GET", path, files[name]).status_code for name in names}
    assert list(found.values()) == [404, 403, 401, 401]


def test_a_certificate_of_some_cameras_is_held_to_them(
    guarded: Guarded, files: dict[str, tuple[str, str]]
) -> None:
    found = {
        path: guarded.ask("GET", path, files[HALL]).status_code
        for path in (f"{CAMERAS}/hall-1", f"{CAMERAS}/yard-1", "/api/v1/monitoring/consistency")
    }
    assert list(found.values()) == [404, 403, 403]


def test_whom_nobody_knows_is_nobody_and_whom_nobody_vouches_for_does_not_come(
    guarded: Guarded, files: dict[str, tuple[str, str]]
) -> None:
    """Nor is who says in a header that there was a certificate."""
    assert guarded.ask("GET", CAMERAS, files["unknown"]).status_code == 401
    forged = {
        "x-forwarded-client-cert": f"URI={AGENT}",
        "camplane-certificate": AGENT,
        "camplane_certificate": AGENT,
    }
    assert guarded.ask("GET", CAMERAS, files["unknown"], headers=forged).status_code == 401
    assert guarded.ask("GET", CAMERAS, headers=forged).status_code == 401
    local = httpx.get(f"{guarded.up.url}{CAMERAS}", headers=forged, trust_env=False)
    assert local.status_code == 401
    with pytest.raises(httpx.TransportError):
        guarded.ask("GET", CAMERAS, files["stranger"])


def test_a_token_counts_more_than_the_certificate_beside_it(
    guarded: Guarded, files: dict[str, tuple[str, str]]
) -> None:
    """So nobody has both: an operator's certificate does not help a viewer's token."""
    start = f"{CAMERAS}/nobody/start"
    answer = guarded.ask("POST", start, files[AGENT], headers=guarded.token["viewer"])
    assert (answer.status_code, "a viewer" in answer.json()["detail"]) == (403, True)
    path = f"{CAMERAS}/yard-1"
    answer = guarded.ask("GET", path, files[HALL], headers=guarded.token["operator"])
    assert answer.status_code == 404


def figure(guarded: Guarded, name: str) -> float:
    """Return the sum of one of Envoy's figures, as the machine's own tools are told it."""
    answer = httpx.get(
        f"{guarded.up.url}/metrics/envoy", headers=guarded.token["viewer"], trust_env=False
    )
    lines = [one for one in answer.text.splitlines() if one.startswith(f"{name}{{")]
    return sum(float(one.split()[-1]) for one in lines)


def test_no_more_connections_are_taken_than_it_is_said(guarded: Guarded) -> None:
    """The others are closed at once, and counted; the machine's own tools get in all the same."""
    refused = "envoy_listener_downstream_global_cx_overflow"
    before, more = figure(guarded, refused), 15
    with contextlib.ExitStack() as stack:
        opened = [
            stack.enter_context(socket.create_connection(("127.0.0.1", guarded.port), timeout=10))
            for _ in range(CONNECTIONS + more)
        ]
        until(lambda: len(select.select(opened, [], [], 0)[0]) >= more, 20, "they are closed")
        assert figure(guarded, refused) - before >= more
        assert "healthy" in guarded.up.camplane("status")
    there = "envoy_http_downstream_cx_active"
    until(lambda: figure(guarded, there) < CONNECTIONS / 2, 20, "they are gone")
    assert guarded.get(CAMERAS).status_code == 200


def test_no_more_streams_are_on_a_connection_than_it_is_said(guarded: Guarded) -> None:
    """A client is told, and waits with the others: none is lost."""
    there, more = "envoy_http2_streams_active", 5
    credentials = grpc.ssl_channel_credentials(guarded.certificate.read_bytes())
    request, token = camera_service_pb2.WatchCamerasRequest(), guarded.token["viewer"].items()
    with grpc.secure_channel(f"localhost:{guarded.port}", credentials) as channel:
        stub = camera_service_pb2_grpc.CameraServiceStub(channel)
        calls = [stub.WatchCameras(request, metadata=list(token)) for _ in range(STREAMS + more)]
        until(lambda: figure(guarded, there) >= STREAMS, 20, "they are under way")
        assert figure(guarded, there) == STREAMS
        for call in calls[:STREAMS]:
            call.cancel()
        until(lambda: figure(guarded, there) == more, 20, "those that waited are under way")


def test_who_vouches_for_clients_is_renewed_without_a_restart(
    guarded: Guarded, files: dict[str, tuple[str, str]]
) -> None:
    """Certificates of the one before are refused from then on."""
    fresh = Authority()
    issued = fresh.issue(guarded.folder / "fresh-agent", "CN=x", AGENT)
    (guarded.folder / "authorities.pem").write_bytes(fresh.pem)

    def taken(files: tuple[str, str]) -> bool:
        try:
            return guarded.ask("GET", CAMERAS, files).status_code == 200
        except httpx.TransportError:
            return False

    until(lambda: taken(issued), 20, "the new one is in force")
    assert not taken(files[AGENT])


def test_a_certificate_that_is_renewed_is_in_force_without_a_restart(guarded: Guarded) -> None:
    """The two files change one after the other; nobody is refused in between."""
    before, envoy = guarded.serial(), guarded.up.pids["envoy"]
    fresh = guarded.folder / "fresh"
    self_signed(fresh, ["cams.example"])
    for name in ("key.pem", "certificate.pem"):
        shutil.copy(fresh / name, guarded.folder / "next")
        (guarded.folder / "next").replace(guarded.folder / name)
        assert guarded.served() in (before, guarded.serial())
    assert guarded.serial() != before
    until(lambda: guarded.served() == guarded.serial(), 20, "the new one is in force")
    assert guarded.get("/api/v1/cameras").status_code == 200
    assert guarded.up.pids["envoy"] == envoy


def test_what_is_no_certificate_leaves_the_one_before_in_force(guarded: Guarded) -> None:
    """And the log of the control process says so, once."""
    in_force = guarded.served()
    whole = guarded.certificate.read_bytes()
    log = guarded.up.data / "logs" / "control.log"
    try:
        guarded.certificate.write_bytes(whole[:100])
        until(lambda: "stays in force" in log.read_text(), 20, "it is said")
        assert guarded.served() == in_force
    finally:
        guarded.certificate.write_bytes(whole)
    assert "PRIVATE KEY" not in log.read_text()


def test_a_key_of_another_certificate_keeps_it_from_starting(tmp_path: Path) -> None:
    certificate, _ = self_signed(tmp_path / "a", [])
    _, key = self_signed(tmp_path / "b", [])
    configuration = tmp_path / "camplane.yaml"
    configuration.write_text(f"gateway: {{tls: {{certificate: {certificate}, key: {key}}}}}\n")
    done = run("up", "--port", "0", "--data", str(tmp_path / "d"), "--config", str(configuration))
    assert done.returncode == 1
    assert "is not the key of the certificate" in done.stderr


def test_a_certificate_for_a_first_look_is_made_once_and_holds_for_the_hosts(
    tmp_path: Path,
) -> None:
    certificate, key = self_signed(tmp_path, ["192.0.2.7", "cams.example"])
    before = certificate.read_bytes()
    made = x509.load_pem_x509_certificate(before)
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "cams.example" in names.get_values_for_type(x509.DNSName)
    assert "192.0.2.7" in map(str, names.get_values_for_type(x509.IPAddress))
    assert key.stat().st_mode & 0o077 == 0
    assert self_signed(tmp_path, ["192.0.2.7", "cams.example"])[0].read_bytes() == before
    assert self_signed(tmp_path, ["other.example"])[0].read_bytes() != before
