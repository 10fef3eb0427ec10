"""Receivers by name, as configuration has them. Pure."""

from collections.abc import Mapping
from typing import Any

from servicekit.webhooks.target import Target, variable_name, webhook_url

MAX_CHANNELS = 100
_LONGEST_NAME = 64


def parse_channels(value: Any) -> dict[str, Target]:
    """Return receivers from {name: {webhook: {url, secretEnv}}}; ValueError quotes no secret."""
    if not isinstance(value, Mapping) or len(value) > MAX_CHANNELS:
        raise ValueError(f"give a mapping of at most {MAX_CHANNELS} names")
    return {_name(name): _target(name, of) for name, of in value.items()}


def channels_json(channels: Mapping[str, Target]) -> dict[str, Any]:
    """Return what `parse_channels` takes."""
    return {
        name: {"webhook": {"url": one.url, "secretEnv": one.secret_env}}
        for name, one in channels.items()
    }


def _name(name: Any) -> str:
    usable = isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME and name.isprintable()
    if not usable:
        raise ValueError(f"a name must be text of at most {_LONGEST_NAME} characters, in one line")
    return str(name)


def _target(name: str, of: Any) -> Target:
    webhook = of.get("webhook") if isinstance(of, Mapping) and set(of) == {"webhook"} else None
    if not isinstance(webhook, Mapping) or not {"url"} <= set(webhook) <= {"url", "secretEnv"}:
        raise ValueError(f"{name} must hold webhook alone, with a url and, to be signed, secretEnv")
    try:
        secret = webhook.get("secretEnv") or ""
        return Target(webhook_url(str(webhook["url"])), secret and variable_name(str(secret)))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
