"""The split: how many percent of each context's requests go to the domain implementation."""

from collections.abc import Mapping
from dataclasses import dataclass

from servicekit.flags import parse_flag

CONTEXTS = ("camera", "alert")
# The two paths that a request may take: the old implementation and the new one.
LEGACY, DOMAIN = "legacy", "domain"


@dataclass(frozen=True)
class Split:
    """Percent to domain for each context, whole numbers from 0 to 100; the rest is legacy's."""

    camera: int
    alert: int

    def __post_init__(self) -> None:
        for context in CONTEXTS:
            percent = getattr(self, context)
            if type(percent) is not int or not 0 <= percent <= 100:
                raise ValueError(f"{context}: {percent!r} is no whole number from 0 to 100")

    def domain(self, context: str) -> int:
        """Return the percent of `context` ("camera" or "alert")."""
        if context not in CONTEXTS:
            raise ValueError(f"{context!r} has no split; contexts are {', '.join(CONTEXTS)}")
        percent: int = getattr(self, context)
        return percent


def split_from_environment(env: Mapping[str, str]) -> Split:
    """Return the split that the switches ask for at start-up.

    USE_DOMAIN_SERVICE (default false: nothing to domain) and ROLLOUT_PERCENT
    (default 100), each overridden for one context by the same name with
    _CAMERA or _ALERT. A variable set to nothing counts as not set. Raises
    ValueError, naming the variable, for a value that means nothing.
    """
    return Split(camera=_percent(env, "CAMERA"), alert=_percent(env, "ALERT"))


def _percent(env: Mapping[str, str], context: str) -> int:
    used_by, used = _variable(env, "USE_DOMAIN_SERVICE", context, "false")
    try:
        is_used = parse_flag(used)
    except ValueError as error:
        raise ValueError(f"{used_by}={error}") from error
    percent_by, percent = _variable(env, "ROLLOUT_PERCENT", context, "100")
    if not (percent.isascii() and percent.isdigit()) or int(percent) > 100:
        raise ValueError(f"{percent_by}={percent!r}: give a whole number from 0 to 100")
    return int(percent) if is_used else 0


def _variable(env: Mapping[str, str], name: str, context: str, default: str) -> tuple[str, str]:
    """Return which variable counts for the context, and its value."""
    for candidate in (f"{name}_{context}", name):
        if value := env.get(candidate, "").strip():
            return candidate, value
    return name, default
