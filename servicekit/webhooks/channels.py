"""Receivers by name, as configuration has them. Pure."""

from collections.abc import Mapping
from typing import Any

from servicekit.webhooks.target import Kind, Target, variable_name, webhook_url

MAX_CHANNELS = 100
_LONGEST_NAME = 64
# Of each kind: what it must have, and what it may have beside it.
_KEYS = {
    Kind.WEBHOOK: ({"url"}, {"secretEnv"}),
    Kind.ALERTMANAGER: ({"url"}, set[str]()),
    Kind.APPRISE: ({"urlEnv"}, set[str]()),
}
_TAKES = (
    "one of webhook (a url and, to be signed, secretEnv), alertmanager (a url) "
    "and apprise (urlEnv, the variable that holds the address)"
)


def parse_channels(value: Any) -> dict[str, Target]:
    """Return receivers from {name: {kind: {…}}}; ValueError quotes no secret."""
    if not isinstance(value, Mapping) or len(value) > MAX_CHANNELS:
        raise ValueError(f"give a mapping of at most {MAX_CHANNELS} names")
    return {_name(name): _target(name, of) for name, of in value.items()}


def channels_json(channels: Mapping[str, Target]) -> dict[str, Any]:
    """Return what `parse_channels` takes."""
    return {name: {one.kind.value: _settings(one)} for name, one in channels.items()}


def _settings(target: Target) -> dict[str, str]:
    if target.kind is Kind.APPRISE:
        return {"urlEnv": target.secret_env}
    return {"url": target.url} | ({"secretEnv": target.secret_env} if target.secret_env else {})


def _name(name: Any) -> str:
    usable = isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME and name.isprintable()
    if not usable:
        raise ValueError(f"a name must be text of at most {_LONGEST_NAME} characters, in one line")
    return str(name)


def _target(name: str, of: Any) -> Target:
    if not isinstance(of, Mapping) or len(of) != 1 or next(iter(of)) not in [*Kind]:
        raise ValueError(f"{name} must hold {_TAKES}")
    kind = Kind(next(iter(of)))
    settings, (needed, allowed) = of[kind], _KEYS[kind]
    if not isinstance(settings, Mapping) or not needed <= set(settings) <= needed | allowed:
        raise ValueError(f"{name} must hold {_TAKES}")
    try:
        if kind is Kind.APPRISE:
            return Target("", variable_name(str(settings["urlEnv"])), kind)
        secret = settings.get("secretEnv") or ""
        url = webhook_url(str(settings["url"]))
        return Target(url, secret and variable_name(str(secret)), kind)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
