"""Windows of time in which no rollout advances. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class FreezeWindow:
    """Hours of some days of each week, or one stretch of time.

    days and begins/ends as times of day: weekly; an end that is not after the
    begin is on the next day. starts and until as dates with a time: once. Times
    are those of the zone, an IANA name such as Asia/Shanghai.
    """

    zone: str = "UTC"
    days: tuple[str, ...] = DAYS
    begins: time = time(0)
    ends: time = time(0)
    starts: datetime | None = None
    until: datetime | None = None
    reason: str = ""


def frozen(windows: Sequence[FreezeWindow], now: float) -> FreezeWindow | None:
    """Return the first window that holds `now` (Unix time), None when none does."""
    moment = datetime.fromtimestamp(now, UTC)
    return next((window for window in windows if _holds(window, moment)), None)


def _holds(window: FreezeWindow, moment: datetime) -> bool:
    local = moment.astimezone(ZoneInfo(window.zone)).replace(tzinfo=None)
    if window.starts is not None and window.until is not None:
        return window.starts <= local < window.until
    day, before = DAYS[local.weekday()], DAYS[local.weekday() - 1]
    if window.begins < window.ends:
        return day in window.days and window.begins <= local.time() < window.ends
    # Over midnight: the evening of its day, or the morning after it.
    return (day in window.days and local.time() >= window.begins) or (
        before in window.days and local.time() < window.ends
    )
