"""Which channels there are, and which of them a rule names."""

from pathlib import Path
from typing import Any

import pytest

from alert_service.application.channels import named_channels
from alert_service.settings import alert_settings
from gateway.launcher.configuration import ConfigurationError, parse_configuration
from gateway.launcher.plan import Place, alert_environment, service_environment
from servicekit.settings import Environment, SettingsError
from servicekit.webhooks.channels import channels_json, parse_channels
from servicekit.webhooks.target import Kind, Target

URL = "https://hooks.example.com/hunter2"


def test_channels_are_read_and_passed_on_as_they_were() -> None:
    said = {"plant": {"webhook": {"url": URL, "secretEnv": "CAMPLANE_WEBHOOK_A"}}}
    said |= {"夜班": {"webhook": {"url": URL}}}
    said |= {"ops": {"alertmanager": {"url": "http://ops.example.com:9093"}}}
    said |= {"mail": {"apprise": {"urlEnv": "CAMPLANE_WEBHOOK_MAIL"}}}
    found = parse_channels(said)
    assert found == {
        "plant": Target(URL, "CAMPLANE_WEBHOOK_A"),
        "夜班": Target(URL, ""),
        "ops": Target("http://ops.example.com:9093", "", Kind.ALERTMANAGER),
        "mail": Target("", "CAMPLANE_WEBHOOK_MAIL", Kind.APPRISE),
    }
    assert parse_channels(channels_json(found)) == found


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([], "mapping"),
        ({"a" * 65: {"webhook": {"url": URL}}}, "name"),
        ({"a\nb": {"webhook": {"url": URL}}}, "name"),
        ({1: {"webhook": {"url": URL}}}, "name"),
        ({"a": {"email": "hunter2"}}, "a must hold one of webhook"),
        ({"a": {"webhook": {"url": URL, "secret": "hunter2"}}}, "secretEnv"),
        ({"a": {"webhook": {"url": URL}, "apprise": {"urlEnv": "A"}}}, "a must hold one of"),
        ({"a": {"alertmanager": {"url": URL, "secretEnv": "A"}}}, "a must hold one of"),
        ({"a": {"apprise": {"url": "mailto://hunter2@h"}}}, "a must hold one of"),
        ({"a": {"apprise": {"urlEnv": "mailto://hunter2@h"}}}, "a: give the name"),
        ({"a": {"webhook": {"url": "https://u:hunter2@h/"}}}, "a: give an http"),
        ({"a": {"webhook": {"url": URL, "secretEnv": "hunter2"}}}, "a: give the name"),
        ({str(n): {"webhook": {"url": URL}} for n in range(101)}, "at most 100"),
    ],
)
def test_what_is_no_channel_is_refused_without_its_secrets(said: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why) as error:
        parse_channels(said)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("value", "known", "unknown"),
    [
        (None, (), 0),
        ([], (), 0),
        (["plant", "email", "plant"], ("plant",), 1),
        ("plant", ("plant",), 0),
        ({"plant": True}, (), 1),
        (["plant", 7, None, ["plant"]], ("plant",), 3),
    ],
)
def test_a_rule_names_channels_whatever_else_stands_there(
    value: Any, known: tuple[str, ...], unknown: int
) -> None:
    assert named_channels(value, {"plant", "office"}) == (known, unknown)


def test_camplanes_file_names_channels_and_the_service_is_told_of_them(tmp_path: Path) -> None:
    channels = {"plant": {"webhook": {"url": URL, "secretEnv": "CAMPLANE_WEBHOOK_A"}}}
    found = parse_configuration({"alerts": {"channels": channels}}, tmp_path)
    place = Place(tmp_path, tmp_path)
    told = alert_settings(Environment(alert_environment(place, found))).notifying
    assert told.channels == {"plant": Target(URL, "CAMPLANE_WEBHOOK_A")}
    assert "hunter2" not in repr(service_environment(place, found)), "workers inherit it"
    with pytest.raises(ConfigurationError, match=r"alerts\.channels: a must hold") as error:
        parse_configuration({"alerts": {"channels": {"a": {"webhook": URL}}}}, tmp_path)
    assert "hunter2" not in str(error.value)
    for text in ("{", '{"a": {"webhook": "hunter2"}}'):
        with pytest.raises(SettingsError, match="CAMPLANE_ALERT_CHANNELS") as refused:
            alert_settings(Environment({"CAMPLANE_ALERT_CHANNELS": text}))
        assert "hunter2" not in str(refused.value)
