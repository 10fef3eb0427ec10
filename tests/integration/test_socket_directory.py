"""Where the sockets of a camplane lie: their names fit, whatever the paths are."""

import tempfile
from pathlib import Path

import pytest

from gateway.launcher.instance import socket_directory

LONGEST = "metrics-camera-legacy.sock"


@pytest.mark.parametrize("is_long", [False, True])
def test_a_sockets_path_fits_also_where_data_and_temporary_folder_are_deep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_long: bool
) -> None:
    deep = tmp_path / ("x" * 90)
    (deep / "data" / "run").mkdir(parents=True)
    if is_long:
        monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with socket_directory(deep / "data") as found:
        assert found.is_dir()
        assert len(str(found / LONGEST)) <= 107
    assert not found.exists()
