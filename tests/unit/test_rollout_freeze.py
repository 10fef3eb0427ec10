"""Freeze windows: zones, midnight, and clocks that are put."""

from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rollout.plan.freeze import DAYS, FreezeWindow, frozen


def holds(window: FreezeWindow, moment: str) -> bool:
    """Does it hold at an ISO time with its offset, such as 2026-11-27T18:00+08:00?"""
    return frozen([window], datetime.fromisoformat(moment).timestamp()) is not None


WEEKEND = FreezeWindow("Asia/Shanghai", ("Sat", "Sun"))
NIGHT = FreezeWindow(days=("Fri",), begins=time(22), ends=time(6))
OFFICE = FreezeWindow("America/New_York", begins=time(9), ends=time(17, 30))
HOLIDAY = FreezeWindow(
    "Asia/Shanghai", starts=datetime(2027, 2, 5, 18), until=datetime(2027, 2, 13, 8)
)


@pytest.mark.parametrize(
    ("window", "moment", "held"),
    [
        # 2026-11-27 is a Friday.
        (WEEKEND, "2026-11-27T23:59:59+08:00", False),
        (WEEKEND, "2026-11-28T00:00+08:00", True),
        (WEEKEND, "2026-11-27T16:00+00:00", True),  # still Friday in UTC
        (WEEKEND, "2026-11-29T23:59:59+08:00", True),
        (WEEKEND, "2026-11-30T00:00+08:00", False),
        (NIGHT, "2026-11-27T21:59:59+00:00", False),
        (NIGHT, "2026-11-27T22:00+00:00", True),
        (NIGHT, "2026-11-28T05:59:59+00:00", True),  # the morning after, a Saturday
        (NIGHT, "2026-11-28T06:00+00:00", False),
        (NIGHT, "2026-11-27T03:00+00:00", False),  # a Friday's morning is Thursday's night
        (NIGHT, "2026-11-28T22:30+00:00", False),
        # The same hours on the clock, in winter and in summer.
        (OFFICE, "2026-01-15T14:00+00:00", True),
        (OFFICE, "2026-01-15T13:59+00:00", False),
        (OFFICE, "2026-07-15T13:00+00:00", True),
        (OFFICE, "2026-07-15T21:29+00:00", True),
        (OFFICE, "2026-07-15T21:30+00:00", False),
        (HOLIDAY, "2027-02-05T17:59:59+08:00", False),
        (HOLIDAY, "2027-02-05T18:00+08:00", True),
        (HOLIDAY, "2027-02-13T07:59:59+08:00", True),
        (HOLIDAY, "2027-02-13T08:00+08:00", False),
        (HOLIDAY, "2026-02-07T00:00+08:00", False),  # another year
    ],
)
def test_a_window_holds_by_the_clock_and_the_days_of_its_zone(
    window: FreezeWindow, moment: str, held: bool
) -> None:
    assert holds(window, moment) is held


@pytest.mark.parametrize("moment", ["05:30", "05:59", "06:00", "06:15", "06:29"])
def test_an_hour_that_comes_twice_is_frozen_without_a_gap(moment: str) -> None:
    """On 2026-11-01 in New York 1:00 to 2:00 comes at 5:00 and again at 6:00 UTC."""
    weekly = FreezeWindow("America/New_York", begins=time(1, 30), ends=time(1, 45))
    once = FreezeWindow(
        "America/New_York",
        starts=datetime(2026, 11, 1, 1, 30),
        until=datetime(2026, 11, 1, 1, 45),
    )
    for window in weekly, once:
        assert holds(window, f"2026-11-01T{moment}+00:00")
        assert not holds(window, "2026-11-01T05:29+00:00")
        assert not holds(window, "2026-11-01T06:45+00:00")


def test_a_window_that_begins_in_an_hour_that_never_comes_holds_from_before_it() -> None:
    """On 2026-03-08 in New York 1:59 (6:59 UTC) is followed by 3:00."""
    window = FreezeWindow("America/New_York", begins=time(2, 30), ends=time(4))
    assert holds(window, "2026-03-08T07:00+00:00")
    assert holds(window, "2026-03-08T07:59+00:00")
    assert not holds(window, "2026-03-08T08:00+00:00")
    assert not holds(window, "2026-03-08T06:00+00:00")


def test_the_first_window_that_holds_is_told() -> None:
    other = FreezeWindow(reason="always")
    now = datetime(2026, 11, 28, 12, tzinfo=UTC).timestamp()
    assert frozen([NIGHT, WEEKEND, other], now) is WEEKEND
    assert frozen([NIGHT, other], now) is other
    assert frozen([], now) is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"zone": "Mars/Olympus"}, "'Mars/Olympus' is no time zone that this machine knows"),
        ({"zone": ""}, "no time zone"),
        ({"zone": "Asia"}, "no time zone"),
        ({"zone": "/etc/passwd"}, "no time zone"),
        ({"days": ()}, "days are Mon, Tue"),
        ({"days": ("Someday",)}, "days are Mon, Tue"),
        ({"starts": datetime(2027, 1, 1)}, "belong together"),
        ({"starts": datetime(2027, 1, 2), "until": datetime(2027, 1, 1)}, "must be later"),
    ],
)
def test_what_is_no_window_is_refused(fields: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        FreezeWindow(**fields)


@given(
    zone=st.sampled_from(
        ["UTC", "Asia/Shanghai", "Pacific/Apia", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kolkata"]
    ),
    day=st.sampled_from(DAYS),
    begins=st.times(),
    ends=st.times(),
    now=st.integers(1_600_000_000, 1_900_000_000),
)
def test_outside_of_daylight_saving_a_window_is_what_the_clock_says(
    zone: str, day: str, begins: time, ends: time, now: int
) -> None:
    """Pacific/Apia put its clock in these years, until 2021: there the window may be longer."""
    window = FreezeWindow(zone, (day,), begins, ends)
    local = datetime.fromtimestamp(now, UTC).astimezone(__import__("zoneinfo").ZoneInfo(zone))
    clock, today, yesterday = local.time(), DAYS[local.weekday()], DAYS[local.weekday() - 1]
    if begins < ends:
        meant = today == day and begins <= clock < ends
    else:
        meant = (today == day and clock >= begins) or (yesterday == day and clock < ends)
    assert (frozen([window], now) is window) >= meant
    if zone != "Pacific/Apia":
        assert (frozen([window], now) is window) is meant
