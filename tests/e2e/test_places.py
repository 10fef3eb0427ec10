"""Where the data may lie."""

from pathlib import Path


def test_any_directory_will_do(up, tmp_path, film) -> None:
    """One of 150 characters, with spaces and Chinese letters.

    A Unix socket's path fits 107 bytes; ours are put elsewhere then.
    """
    data = Path(str(tmp_path / f"我的 摄像头 'data' $x{'d' * 149}")[:150])
    camplane = up(data=data, USE_DOMAIN_SERVICE="true")
    entry = {"id": "门 1", "name": "n", "source": film, "auto_start": True}
    camplane.ask("POST", "/api/v1/cameras", json=entry)
    pid = camplane.ask("POST", "/api/v1/cameras/%E9%97%A8%201/start")["pid"]
    status = camplane.camplane("status")
    assert str(pid) in status
    assert "healthy" in status
    log = camplane.ask("GET", "/api/v1/cameras/%E9%97%A8%201/logs")["log_file"]
    assert log == str(data / "logs" / "detect_门 1.log")
    assert f"  data           {data}\n" in camplane.output
    sockets = Path(camplane.instance["run_directory"])
    assert camplane.stop() == 0
    assert not list(data.glob("run/*.sock"))
    assert sockets != data / "run"
    assert not sockets.exists()
