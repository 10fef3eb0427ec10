"""The values a plan's fields hold, from how they are written. Pure.

Each reader takes the text and raises ValueError saying what is allowed, without
quoting what it was given: that may be a secret.
"""

import difflib
import re
from collections.abc import Callable, Sequence
from datetime import datetime, time
from zoneinfo import available_timezones

from gateway.rollout.plan.freeze import zone_of
from gateway.vocabulary.route_table import rpcs

LONGEST_SECONDS = 365 * 24 * 3600.0
_DURATION = re.compile(
    r"(?:(\d{1,7}(?:\.\d{1,6})?)h)?(?:(\d{1,7}(?:\.\d{1,6})?)m)?"
    r"(?:(\d{1,9}(?:\.\d{1,6})?)s)?(?:(\d{1,9}(?:\.\d{1,6})?)ms)?",
    re.ASCII,
)
_UNITS = (3600.0, 60.0, 1.0, 0.001)
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,6})?", re.ASCII)
_NAME = re.compile(r"[a-z0-9](?:[-.a-z0-9]{0,61}[a-z0-9])?", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2})?", re.ASCII)
_LONGEST_TEXT = 200


def one_of(allowed: Sequence[str]) -> Callable[[str], str]:
    """Return a reader of one of these words."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"give {' or '.join(allowed)}")
        return text

    return read


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from `low` to `high`."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not low <= int(text) <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return int(text)

    return read


def number(low: float, high: float, unit: str = "") -> Callable[[str], float]:
    """Return a reader of numbers from `low` to `high`; unit: what they count, for messages."""

    def read(text: str) -> float:
        if not _NUMBER.fullmatch(text) or not low <= float(text) <= high:
            of = f" {unit}" if unit else ""
            raise ValueError(f"give a number from {low:g} to {high:g}{of}, without a sign or unit")
        return float(text)

    return read


def duration(text: str) -> float:
    """Return the seconds of a duration such as 90s, 10m, 1h30m or 1.5ms, a year at most."""
    found = _DURATION.fullmatch(text) if text else None
    seconds = (
        sum(float(part) * unit for part, unit in zip(found.groups(), _UNITS, strict=True) if part)
        if found
        else LONGEST_SECONDS + 1
    )
    if seconds > LONGEST_SECONDS:
        raise ValueError("give a duration with units, such as 90s, 10m or 1h30m, 8760h at most")
    return seconds


def name(text: str) -> str:
    """Return a name as Kubernetes has them."""
    if not _NAME.fullmatch(text):
        raise ValueError("give up to 63 lower-case letters, digits, - and ., no - or . at an end")
    return text


def sentence(text: str) -> str:
    """Return a line of text for people."""
    if not text.isprintable() or len(text) > _LONGEST_TEXT:
        raise ValueError(f"give one line of up to {_LONGEST_TEXT} characters that can be printed")
    return text


def operation(text: str) -> str:
    """Return the label of an RPC, as traffic and traces have it."""
    known = [rpc.label for rpc in rpcs()]
    if text not in known:
        close = difflib.get_close_matches(text[:_LONGEST_TEXT], known, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise ValueError(f"give an operation, such as CameraRestService/UpdateCamera{hint}")
    return text


def zone(text: str) -> str:
    """Return the name of a time zone that this machine knows."""
    try:
        zone_of(text)
    except ValueError as error:
        close = difflib.get_close_matches(text[:_LONGEST_TEXT], _known_zones(), n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise ValueError(f"give an IANA time zone, such as Asia/Shanghai{hint}") from error
    return text


def time_of_day(text: str) -> time:
    """Return a time such as 18:00; 24:00 is the midnight at the end of a day."""
    found = _TIME.fullmatch(text)
    hour, minute = (int(found[1]), int(found[2])) if found else (99, 99)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError("give a time from 0:00 to 24:00, such as 18:30")
    return time(hour % 24, minute)


def moment(text: str) -> datetime:
    """Return a date with a time, such as 2027-02-05T18:00, in no zone of its own."""
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text.upper())
    except ValueError:  # no such day
        pass
    raise ValueError("give a date with a time, such as 2027-02-05T18:00; timeZone says whose")


def _known_zones() -> list[str]:
    return sorted(available_timezones())
