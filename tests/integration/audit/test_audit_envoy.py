"""A real Envoy writes its audit log while that is taken up, and put aside again and again."""

import http.client
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.audit import intake, keeping
from gateway.audit.log_file import after, broken_at
from gateway.vocabulary.split import Split
from tests.integration.gateway.rig import Gateway, running, until

CALLS = 400


def test_what_envoy_writes_while_its_log_is_put_aside_is_taken_up_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes on into the renamed file until it opens a new one, and then never again."""
    monkeypatch.setattr(intake, "KEEP_BYTES", 2000)
    monkeypatch.setattr(keeping, "INTERVAL_SECONDS", 0.02)
    path = tmp_path / "audit.log"
    files = set()
    with running(Split(100, 100), audit_log=str(path)) as gateway:
        database = gateway.directory / "audit.db"

        def write() -> None:
            for number in range(CALLS):
                gateway.rest("POST", f"/api/v1/cameras/cam{number}/start")
                gateway.rest("GET", f"/api/v1/cameras/cam{number}/status")

        def kept() -> list[str]:
            return [str(one.fields["camera_id"]) for one in after(database, 0)]

        def are_kept() -> bool:
            if path.exists():
                files.add(path.read_bytes()[:200])
            return not writing.is_alive() and len(kept()) >= CALLS

        writing = threading.Thread(target=write)
        writing.start()
        until(are_kept, 60)
        assert kept() == [f"cam{number}" for number in range(CALLS)]
        assert broken_at(database, lambda log: log) == ""
    assert len(files) > 2, "it was not put aside"


def test_a_stranger_says_neither_who_it_is_nor_what_a_line_is(tmp_path: Path) -> None:
    """However long, however often and in whatever bytes it says that it is somebody else."""
    path = tmp_path / "audit.log"
    odd = [b"6.6.6.6", b"6.6.6.6, " * 100 + b"6.6.6.6", b'\xff"}\x80{"at":']
    with running(Split(100, 100), audit_log=str(path), trusted_proxies=("192.0.2.1",)) as gateway:
        for said in odd:
            connection = http.client.HTTPConnection("127.0.0.1", gateway.port)
            connection.putrequest("POST", "/api/v1/cameras/%22%0Acam/start")
            for _ in range(2):
                connection.putheader("X-Forwarded-For", said)
            connection.endheaders()
            connection.getresponse().read()
            connection.close()
        kept = until(lambda: list(after(gateway.directory / "audit.db", 2)) and kept_of(gateway))
    assert [(one["address"], one["camera_id"]) for one in kept] == [("127.0.0.1", '"\ncam')] * 3


def kept_of(gateway: Gateway) -> list[Mapping[str, Any]]:
    return [one.fields for one in after(gateway.directory / "audit.db", 0)]
