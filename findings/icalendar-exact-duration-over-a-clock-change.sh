#!/usr/bin/env bash
# icalendar (7.3.2) with recurring-ical-events (3.8.2): a window of DURATION:PT8H has 7 hours on the
# night that clocks go forward, 9 on the night they go back, and one in the hour between is empty.
#
# In RFC 5545 (3.3.6) weeks and days of a duration are nominal, hours, minutes and seconds exact:
# where a clock change lies between, it is to be added or subtracted. A DTEND that recurs gives every
# occurrence the exact length of the first (3.8.5.3). Both packages add the duration to the local
# time, as Python does with an aware datetime, so that PT8H means "until the clock shows 8 more".
# The event's own `duration` says 8 hours all the while. A maintenance window that is asked for so
# ends an hour early, and alerts go off, or an hour late; PT1H at 02:30 of the night without a 02:30
# begins and ends in the same instant, so it covers nothing at all.
# Who takes windows from calendars must add exact durations in UTC.
#
# Seen with icalendar 7.3.2, recurring-ical-events 3.8.2, tzdata 2026.6 on Debian 12, Python 3.11;
# Europe/Berlin, clocks go forward on 2026-03-29 and back on 2026-10-25:
#   PT8H from 22:00: 8, 7, 8 hours in March, 8, 9, 8 in October; alone, without RRULE, 7 and 9
#   DTEND at 06:00 of the next day: as PT8H
#   PT1H from 02:30: 1, 0, 1 hours in March, 1, 2, 1 in October
# Exit code 0: as described; 1: one of them behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    icalendar==7.3.2 recurring-ical-events==3.8.2 tzdata==2026.6

cat >"$folder/try.py" <<'PYTHON'
import sys
from datetime import UTC, datetime, timedelta

import icalendar
import recurring_ical_events

HOUR = timedelta(hours=1)
# First start, length asked for, hours that it should have, hours it has on three days running.
SERIES = (
    ("20260327T220000", "DURATION:PT8H", 8, [8, 7, 8]),
    ("20261023T220000", "DURATION:PT8H", 8, [8, 9, 8]),
    ("20260327T220000", "DTEND;TZID=Europe/Berlin:20260328T060000", 8, [8, 7, 8]),
    ("20261023T220000", "DTEND;TZID=Europe/Berlin:20261024T060000", 8, [8, 9, 8]),
    ("20260328T023000", "DURATION:PT1H", 1, [1, 0, 1]),
    ("20261024T023000", "DURATION:PT1H", 1, [1, 2, 1]),
)
ALONE = (("20260328T220000", "DURATION:PT8H", 7), ("20261024T220000", "DURATION:PT8H", 9))


def calendar(start, length, *more):
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//maintenance//EN",
        "BEGIN:VEVENT",
        "UID:1",
        "DTSTAMP:20260101T000000Z",
        f"DTSTART;TZID=Europe/Berlin:{start}",
        length,
        *more,
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return icalendar.Calendar.from_ical("\r\n".join(lines) + "\r\n")


def hours(event):
    """Return how long the event lasts, by the instants of its start and end."""
    return (event.end.astimezone(UTC) - event.start.astimezone(UTC)) / HOUR


as_described = True
for start, length, asked, expected in SERIES:
    days = calendar(start, length, "RRULE:FREQ=DAILY;COUNT=3")
    first = datetime.strptime(start, "%Y%m%dT%H%M%S")
    events = recurring_ical_events.of(days).between(first.date(), first + timedelta(days=5))
    seen = [hours(event) for event in events]
    says = {event.duration / HOUR for event in days.walk("VEVENT")}
    print(f"daily {start} {length}: {seen} hours; `duration` of the event: {says}")
    as_described &= seen == expected and says == {asked}
for start, length, expected in ALONE:
    (event,) = calendar(start, length).walk("VEVENT")
    print(
        f"once  {start} {length}: {hours(event)} hours; `duration` of the event: {event.duration}"
    )
    as_described &= hours(event) == expected and event.duration == 8 * HOUR
sys.exit(0 if as_described else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
