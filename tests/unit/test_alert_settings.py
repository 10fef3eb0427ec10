"""The alert service's settings."""

import pytest

from alert_service.settings import alert_settings
from servicekit.settings import Environment, SettingsError


def url_of(**variables: str) -> str:
    settings = alert_settings(Environment(variables))
    return settings.database_url.render_as_string(hide_password=False)


def test_defaults() -> None:
    """Domain, on a file in ./camplane-data."""
    assert alert_settings(Environment({})).implementation == "domain"
    assert url_of() == "sqlite:///./camplane-data/alert.db"
    assert url_of(CAMPLANE_DATA="/srv/data") == "sqlite:////srv/data/alert.db"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_the_same(scheme: str) -> None:
    """And the URL given wins over CAMPLANE_DATA."""
    found = url_of(CAMPLANE_DATA="/d", CAMPLANE_ALERT_DATABASE_URL=f"{scheme}://u:p@h:5433/alerts")
    assert found == "postgresql+psycopg://u:p@h:5433/alerts"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:secret@h/alerts",
        "postgresql+asyncpg://u:secret@h/alerts",
        "u:secret@h/alerts",
        "postgresql://u:secret@h:port/alerts",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_other_databases_are_refused_without_repeating_the_password(url: str) -> None:
    """The message names the variable and says what it takes."""
    with pytest.raises(SettingsError, match=r"^CAMPLANE_ALERT_DATABASE_URL: give sqlite:///") as e:
        url_of(CAMPLANE_ALERT_DATABASE_URL=url)
    assert "secret" not in str(e.value)


def test_an_unknown_implementation_is_refused() -> None:
    """The message says which there are."""
    with pytest.raises(SettingsError, match="CAMPLANE_IMPLEMENTATION='new': give domain or legacy"):
        alert_settings(Environment({"CAMPLANE_IMPLEMENTATION": "new"}))
