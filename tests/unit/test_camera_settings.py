"""The camera service's settings, as the environment gives them."""

from pathlib import Path

import pytest

from camera_service.settings import camera_settings
from servicekit.settings import Environment, SettingsError


def test_defaults_need_nothing_but_a_place() -> None:
    settings = camera_settings(Environment({"CAMPLANE_DATA": "/srv/cams"}))
    assert settings.implementation == "domain"
    assert settings.data == Path("/srv/cams")
    assert settings.database_url.database == "/srv/cams/camera.db"
    assert settings.cameras_file is None
    assert (settings.auto_start, settings.threads) == (True, 32)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CAMPLANE_IMPLEMENTATION", "legacyy", "give domain or legacy"),
        ("CAMPLANE_WORKER_COMMAND", "detector {source}", "unknown placeholder"),
        ("CAMPLANE_WORKER_COMMAND", "'", "malformed"),
        ("CAMPLANE_STOP_SECONDS", "soon", "give a number from 0 to 600"),
        ("CAMPLANE_STOP_SECONDS", "nan", "give a number from 0 to 600"),
        ("CAMPLANE_AUTO_START", "perhaps", "give true or false"),
        ("CAMPLANE_THREADS", "0", "give a number from 1 to 1000"),
        ("CAMPLANE_CAMERA_ENTRY_BYTES", "9", "give a number from 1024 to"),
        ("CAMPLANE_GRACE_SECONDS", "-1", "give a number from 0 to 300"),
        ("CAMPLANE_CAMERA_DATABASE_URL", "mysql://u:hunter2@h/d", "give sqlite:///path"),
        ("CAMPLANE_CAMERA_DATABASE_URL", "sqlite:///:memory:", "give sqlite:///path"),
    ],
)
def test_a_malformed_setting_is_named_without_its_password(
    name: str, value: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=f"^{name}") as error:
        camera_settings(Environment({name: value}))
    assert said in str(error.value)
    assert "hunter2" not in str(error.value)
