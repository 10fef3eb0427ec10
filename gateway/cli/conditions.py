"""How cameras stand, as the command line shows it. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gateway.vocabulary.camera_states import FAILING, STATES


def state(status: Mapping[str, Any]) -> str:
    """Return how a camera stands, of one entry of a batch; an old server says less."""
    told = status.get("condition", {}).get("state")
    return told.replace("_", " ") if told else "running" if status.get("running") else "stopped"


def why(status: Mapping[str, Any]) -> str:
    """Return why it fails, how often in a row, and when it is tried again."""
    condition = status.get("condition", {})
    if not (cause := condition.get("cause")):
        return ""
    words = [cause.replace("_", " ")]
    if (failures := condition.get("failures", 0)) > 1:
        words.append(f"{failures} times")
    if again := condition.get("next_retry_at"):
        words.append(f"again at {local_time(again)}")
    return ", ".join(words)


def fails(status: Mapping[str, Any]) -> bool:
    """Should the camera deliver pictures, and does not?"""
    return status.get("condition", {}).get("state") in FAILING


def failing(statuses: Iterable[Mapping[str, Any]]) -> int:
    """Return how many of these cameras fail."""
    return sum(map(fails, statuses))


def urgency(status: Mapping[str, Any]) -> int:
    """Return a number by which what fails comes first."""
    told = status.get("condition", {}).get("state", "")
    return STATES.index(told) if told in STATES else len(STATES)


def local_time(text: str) -> str:
    """Return a time of an answer as the clock on the wall shows it."""
    return f"{datetime.fromisoformat(text).astimezone():%H:%M:%S}"
