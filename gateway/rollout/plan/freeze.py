"""Windows of time in which no rollout advances. Pure but for the zones, which are files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.vocabulary.reason import Code, Reason, because

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# Local dates are at most a day off UTC's, and a window begins at most a day before it ends.
_DAYS_AROUND = range(-2, 2)


@dataclass(frozen=True, slots=True)
class FreezeWindow:
    """Hours of some days of each week, or one stretch of time.

    days and begins/ends as times of day: weekly; an end that is not after the
    begin is on the next day. starts and until as dates with a time, both or
    neither: once. Times are those of the zone, an IANA name such as
    Asia/Shanghai. Where its clock is put, a time that comes twice or never is
    taken so that the window is the longer one. Raises ValueError for what is no
    window.
    """

    zone: str = "UTC"
    days: tuple[str, ...] = DAYS
    begins: time = time(0)
    ends: time = time(0)
    starts: datetime | None = None
    until: datetime | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        zone_of(self.zone)
        if (self.starts is None) is not (self.until is None):
            raise ValueError("starts and until belong together")
        if self.starts is not None and self.until is not None and self.starts >= self.until:
            raise ValueError("until must be later than starts")
        if not self.days or not set(self.days) <= set(DAYS):
            raise ValueError(f"days are {', '.join(DAYS)}")

    @property
    def why(self) -> Reason:
        """Why nothing begins while it holds: what the plan says, if it says anything."""
        return because(Code.AS_SAID, text=self.reason) if self.reason else because(Code.FROZEN)


def frozen(windows: Sequence[FreezeWindow], now: float) -> FreezeWindow | None:
    """Return the first window that holds `now` (Unix time), None when none does."""
    return next((window for window in windows if _holds(window, now)), None)


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name; ValueError when this machine knows none such."""
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError) as error:  # no path, no such zone, a folder of zones
        raise ValueError(f"{name[:40]!r} is no time zone that this machine knows") from error


def _holds(window: FreezeWindow, now: float) -> bool:
    zone = zone_of(window.zone)
    return any(
        min(_moments(begin, zone)) <= now < max(_moments(end, zone))
        for begin, end in _stretches(window, now)
    )


def _stretches(window: FreezeWindow, now: float) -> Iterator[tuple[datetime, datetime]]:
    """Yield begin and end, as the zone's clock shows them, of each stretch that may hold `now`."""
    if window.starts is not None and window.until is not None:
        yield window.starts, window.until
        return
    today = datetime.fromtimestamp(now, UTC).date()
    over_midnight = timedelta(days=window.ends <= window.begins)
    for offset in _DAYS_AROUND:
        date = today + timedelta(days=offset)
        if DAYS[date.weekday()] in window.days:
            yield (
                datetime.combine(date, window.begins),
                datetime.combine(date + over_midnight, window.ends),
            )


def _moments(local: datetime, zone: ZoneInfo) -> tuple[float, float]:
    """Return the Unix times a clock's reading may mean: two where the clock is put."""
    return (
        local.replace(tzinfo=zone, fold=0).timestamp(),
        local.replace(tzinfo=zone, fold=1).timestamp(),
    )
