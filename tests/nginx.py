"""A real nginx, where the machine has one, as a child of the tests: never the system's own."""

import contextlib
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SNIPPET = Path(__file__).parents[1] / "deploy" / "nginx" / "camplane.conf"

CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;

    include {folder}/camplane.conf;

    server {{
        listen 127.0.0.1:{plain};
        client_max_body_size 0;
        location / {{ proxy_pass http://{gateway}; }}
    }}
}}
"""


@dataclass(frozen=True)
class Doors:
    """Where clients come in. plain: nginx as it comes, one line; kept, tls: deploy's snippet."""

    plain: str
    kept: str
    tls: str
    trust: ssl.SSLContext


@contextlib.contextmanager
def before(gateway: str, folder: Path) -> Iterator[Doors]:
    """Run nginx before the gateway (host:port); skips the test where there is none."""
    nginx, certificate = program("nginx", "nginx-light"), _certificate(folder)
    plain, kept, tls = _free_ports(3)
    with_ports = f"listen 127.0.0.1:{tls} ssl; listen 127.0.0.1:{kept};"
    snippet = SNIPPET.read_text("utf-8")
    for deployed, here in {
        "server 127.0.0.1:8080;": f"server {gateway};",
        "listen 443 ssl;": with_ports,
        "/etc/ssl/certs/cameras.example.com.pem": str(certificate),
        "/etc/ssl/private/cameras.example.com.key": str(certificate),
    }.items():
        assert snippet.count(deployed) == 1, deployed
        snippet = snippet.replace(deployed, here)
    (folder / "camplane.conf").write_text(snippet)
    configuration = CONFIGURATION.format(folder=folder, plain=plain, gateway=gateway)
    (folder / "nginx.conf").write_text(configuration)
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    with (folder / "started.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        _until_listening(process, plain, folder / "started.log")
        trust = ssl.create_default_context(cafile=str(certificate))
        yield Doors(
            f"http://127.0.0.1:{plain}",
            f"http://127.0.0.1:{kept}",
            f"https://127.0.0.1:{tls}",
            trust,
        )
    finally:
        process.terminate()
        process.wait(20)


def program(name: str, package: str) -> str:
    """Return the path of a program; skips the test where there is none."""
    # Debian's nginx lies where only root looks.
    if found := shutil.which(name) or shutil.which(name, path="/usr/sbin"):
        return found
    pytest.skip(f"{name} is not installed (Debian: {package})")


def _certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate for 127.0.0.1, signed by itself."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *(program("openssl", "openssl"), "req", "-x509", "-nodes", "-newkey", "ec"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key)),
            *("-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    certificate.write_bytes(certificate.read_bytes() + key.read_bytes())
    return certificate


def _free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _until_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError(f"nginx does not listen: {log.read_text()}")
