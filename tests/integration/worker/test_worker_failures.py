"""A source that fails does not end the worker: it names the cause and tries again."""

import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest

STREET = "street.mp4?play_count=0"


@pytest.mark.camera("Nothing listens at its port", "refused", "check host, port and network")
def test_a_refused_connection(start_worker: Any, closed_port: int) -> None:
    report = start_worker(f"rtsp://127.0.0.1:{closed_port}/1").wait_for_state("source_failed")

    assert report["cause"] == "refused"


def test_a_stream_that_the_server_does_not_know(start_worker: Any, rtsp: Any) -> None:
    report = start_worker(rtsp.url("nothing.mp4")).wait_for_state("source_failed")

    assert report["cause"] == "not_found"


@pytest.mark.camera("The file or device is not there", "not_found", "check the path")
def test_a_file_and_a_device_that_do_not_exist(start_worker: Any) -> None:
    for source in ("nothing.mp4", "9999", ""):
        report = start_worker(source).wait_for_state("source_failed")
        assert report["cause"] == "not_found", source


@pytest.mark.camera("A film by HTTP comes to its end", "ended", "The live source ended")
def test_a_film_by_http_is_read_to_its_end_and_has_then_ended(start_worker: Any, http: str) -> None:
    worker = start_worker(f"{http}/street.mkv")
    report = worker.wait_for_state("source_failed")

    assert report["cause"] == "ended", worker.log
    assert report["total_frames"] == report["processed_frames"] == 250
    missing = start_worker(f"{http}/nothing.mp4").wait_for_state("source_failed")
    assert missing["cause"] == "not_found"


@pytest.mark.camera("It refuses the password (401)", "auth", "check user and password")
def test_credentials_that_the_server_refuses(
    start_worker: Any, unauthorized: Any, basic: Any
) -> None:
    worker = start_worker(f"rtsp://user:hunter2@127.0.0.1:{unauthorized.port}/1")
    report = worker.wait_for_state("source_failed")

    assert report["cause"] == "auth"
    assert any(basic("user", "hunter2") in request for request in unauthorized.requests)


def test_a_wrong_password_is_not_tried_again_for_a_minute(
    start_worker: Any, unauthorized: Any
) -> None:
    worker = start_worker(f"rtsp://user:hunter2@127.0.0.1:{unauthorized.port}/1")
    report = worker.wait_for_state("source_failed")

    assert report["failures"] == 1
    assert 55 < report["next_retry_at"] - report["updated_at"] <= 72


def test_a_report_says_when_a_source_is_tried_again_and_how_often_it_failed(
    start_worker: Any, closed_port: int
) -> None:
    worker = start_worker(f"rtsp://127.0.0.1:{closed_port}/1")
    first = worker.wait_for(lambda report: report["failures"] == 1)
    second = worker.wait_for(lambda report: report["failures"] == 2)

    assert 0 < first["next_retry_at"] - first["updated_at"] <= 1
    assert second["next_retry_at"] > first["next_retry_at"]


@pytest.mark.camera("The file is no film", "decode", "data that is not video")
def test_data_that_is_not_video(start_worker: Any, tmp_path: Path, unplayable: Path) -> None:
    garbage = tmp_path / "garbage.mp4"
    garbage.write_bytes(os.urandom(100_000))
    workers = [start_worker(str(file)) for file in (garbage, unplayable)]

    # A film of zeros is played at its own speed before the worker knows.
    causes = [worker.wait_for_state("source_failed", 20)["cause"] for worker in workers]
    assert causes == ["decode", "decode"]


@pytest.mark.camera(
    "The entry's `rtsp_transport` is none", "other", "rtsp_transport must be tcp or udp"
)
def test_a_transport_that_does_not_exist_is_named(start_worker: Any, rtsp: Any) -> None:
    worker = start_worker(rtsp.url(STREET), entry={"rtsp_transport": "pigeon"})
    report = worker.wait_for_state("source_failed")

    assert (report["cause"], report["message"]) == ("other", "rtsp_transport must be tcp or udp")


@pytest.mark.camera(
    "It accepts the connection and never answers", "timeout", "sent no data in time"
)
def test_a_server_that_stays_silent_and_does_not_hold_up_the_end(
    start_worker: Any, silent: Any
) -> None:
    hanging = start_worker(f"rtsp://127.0.0.1:{silent.port}/1")
    worker = start_worker(f"rtsp://127.0.0.1:{silent.port}/1")
    hanging.wait_for_state("starting")
    deadline = time.monotonic() + 10
    while silent.connections < 2 and time.monotonic() < deadline:
        time.sleep(0.02)

    assert hanging.stop() < 1.0, "a read hangs"
    assert hanging.process.returncode == 0
    assert worker.wait_for_state("source_failed")["cause"] == "timeout"


@pytest.mark.camera("It freezes while it streams", "timeout", "sent no data in time")
def test_a_server_that_freezes_while_it_streams(start_worker: Any, own_rtsp: Any) -> None:
    worker = start_worker(own_rtsp.url(STREET))
    worker.wait_for_state("streaming")
    own_rtsp.process.send_signal(signal.SIGSTOP)
    frozen_at = time.time()
    report = worker.wait_for_state("source_failed")

    assert report["cause"] == "timeout"
    assert report["avg_fps"] < 5
    assert report["updated_at"] - frozen_at < 7


def test_a_server_that_dies_and_comes_back(start_worker: Any, own_rtsp: Any) -> None:
    worker = start_worker(own_rtsp.url(STREET))
    worker.wait_for_state("streaming")
    own_rtsp.kill()
    failed = worker.wait_for_state("source_failed")
    own_rtsp.start()
    again = worker.wait_for_state("streaming")

    assert failed["cause"] in ("ended", "refused")
    assert again["total_frames"] > failed["total_frames"]
    assert (again["cause"], again["message"], again["next_retry_at"]) == (None, None, None)
    assert again["failures"] > 0, "it has not held for a minute yet"
    assert "source failed: ended" in worker.log


def test_failures_do_not_fill_the_log(start_worker: Any, closed_port: int) -> None:
    worker = start_worker(f"rtsp://127.0.0.1:{closed_port}/1", "--log-interval", "0.1")
    worker.wait_for(lambda report: report["failures"] >= 3)

    assert worker.log.count("source failed") == 1
    assert worker.log.count("\n") <= 3


@pytest.mark.parametrize(
    "query", ["", "?username=user&password=hunter2", "?x=1&token=hunter2"], ids=["", "pw", "token"]
)
def test_the_password_is_nowhere(start_worker: Any, closed_port: int, query: str) -> None:
    worker = start_worker(
        f"rtsp://user:hunter2@127.0.0.1:{closed_port}/1{query}",
        entry={"note": "the password is hunter2"},
    )
    worker.wait_for_state("source_failed")
    process = Path(f"/proc/{worker.process.pid}")

    assert b"hunter2" not in (process / "cmdline").read_bytes()
    assert b"hunter2" not in (process / "environ").read_bytes()
    assert "hunter2" not in worker.log
    assert "hunter2" not in worker.stats_file.read_text()


def test_the_log_names_the_masked_source_and_the_time(start_worker: Any, rtsp: Any) -> None:
    worker = start_worker(rtsp.url(STREET, "user:hunter2@"))
    worker.wait_for_state("streaming")
    deadline = time.monotonic() + 5
    while "streaming" not in worker.log and time.monotonic() < deadline:
        time.sleep(0.05)

    assert f"rtsp://***@127.0.0.1:{rtsp.port}/street.mp4" in worker.log
    for line in worker.log.splitlines():
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z (INFO|WARNING) ", line)
