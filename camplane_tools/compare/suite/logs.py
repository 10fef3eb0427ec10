"""Logs: their ends, their limits, and as they are written."""

from collections.abc import Iterator

from camplane_tools.compare.model import Case, Given
from camplane_tools.compare.suite.writing import BAD_IDS, SPACE, ask, case
from camplane_tools.harness.operations import CAMERAS

LOGS = f"{CAMERAS}/cam0/logs"
LONG = Given(logs={"cam0": "".join(f"line {number}\n" for number in range(5000))})
TEXTS = {
    "a password": "opening rtsp://user:hunter2@camera/1\n",
    "no end of line": "one\ntwo",
    "empty lines": "\n\none\n\n",
    "carriage returns": "one\r\ntwo\r\n",
    "other letters": "门 opening\n",
    "an empty file": "",
}


def cases() -> Iterator[Case]:
    yield case("logs without a file", ask("GET", LOGS))
    for camera_id in ("ghost", SPACE, "12345"):
        yield case(f"logs of {camera_id}", ask("GET", f"{CAMERAS}/{camera_id}/logs"))
    yield case("logs, 100 lines by default", ask("GET", LOGS), given=LONG)
    for lines in ("1", "3", "99", "5000", "10000"):
        yield case(f"logs, lines={lines}", ask("GET", f"{LOGS}?lines={lines}"), given=LONG)
    for lines in ("0", "-1", "10001", "2147483648", "1.5", "x", "", "%201"):
        yield case(f"logs, refused lines={lines}", ask("GET", f"{LOGS}?lines={lines}"))
    for name, text in TEXTS.items():
        yield case(f"logs of {name}", ask("GET", LOGS), given=Given(logs={"cam0": text}))
    for bad in BAD_IDS:
        yield case(f"logs of bad id {bad[:20]}", ask("GET", f"{CAMERAS}/{bad}/logs"))
    yield from _stream()


def _stream() -> Iterator[Case]:
    stream = f"{LOGS}/stream"
    for number in (1, 2, 5):
        request = ask("GET", f"{stream}?lines={number}", events=number)
        yield case(f"log stream, lines={number}", request, given=LONG)
    yield case("log stream, by default", ask("GET", stream, events=100), given=LONG)
    for lines in ("-1", "10001", "x"):
        request = ask("GET", f"{stream}?lines={lines}", events=1)
        yield case(f"log stream, refused lines={lines}", request)
    secret = Given(logs={"cam0": TEXTS["a password"]})
    yield case("log stream of a password", ask("GET", stream, events=1), given=secret)
    bad = ask("GET", f"{CAMERAS}/%2e%2e/logs/stream", events=1)
    yield case("log stream of a bad id", bad)
    resumed = {"last-event-id": "of another log"}
    request = ask("GET", f"{stream}?lines=1", events=2, headers=resumed)
    yield case("log stream resumed at an unknown place", request, given=LONG)
