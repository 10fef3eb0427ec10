"""TLS at the gateway: who may speak how, and a certificate that is renewed while it runs."""

import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import grpc
import httpx
import pytest
from camplane.camera.v1 import camera_service_pb2, camera_service_pb2_grpc
from cryptography import x509

from gateway.tls.self_signed import self_signed
from tests.e2e.command_line import Up, ending, run, until

HSTS_SECONDS = 300


class Guarded:
    """A camplane with TLS, by a certificate of its operator's."""

    def __init__(self, folder: Path, up: Up) -> None:
        self.folder = folder
        self.up = up
        self.port = httpx.URL(up.instance["public_url"]).port or 0

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def get(self, path: str) -> httpx.Response:
        url = f"https://localhost:{self.port}{path}"
        with httpx.Client(verify=self.trust(), trust_env=False, timeout=20) as client:
            return client.get(url)

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
    configuration.write_text(
        "gateway: {tls: {certificate: certificate.pem, key: key.pem,"
        f" hsts_seconds: {HSTS_SECONDS}}}}}\n"
    )
    with ending(folder) as start:
        yield Guarded(folder, start("--config", str(configuration), USE_DOMAIN_SERVICE="true"))


def test_rest_and_native_grpc_come_by_tls(guarded: Guarded) -> None:
    answer = guarded.get("/api/v1/cameras")
    assert (answer.status_code, answer.json()) == (200, {"cameras": []})
    assert answer.headers["strict-transport-security"] == f"max-age={HSTS_SECONDS}"
    credentials = grpc.ssl_channel_credentials(guarded.certificate.read_bytes())
    with grpc.secure_channel(f"localhost:{guarded.port}", credentials) as channel:
        stub = camera_service_pb2_grpc.CameraServiceStub(channel)
        request = camera_service_pb2.ListCamerasRequest()
        assert not stub.ListCameras(request, timeout=10).cameras


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


def test_the_machines_own_tools_need_no_certificate(guarded: Guarded) -> None:
    """They ask a listener of loopback, which nobody else reaches."""
    assert guarded.up.url.startswith("http://127.0.0.1:")
    status = guarded.up.camplane("status")
    assert guarded.up.instance["public_url"] in status
    assert "healthy" in status


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
