"""GET …/logs/stream: server-sent events through the real gateway, by both implementations."""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

CAMERA = "/api/v1/cameras/cam0"


class Events:
    """The events of one open stream: (event, id, data); comments are counted."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.seen: list[tuple[str, str, str]] = []
        self.comments = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        fields: dict[str, str] = {}
        with contextlib.suppress(httpx.HTTPError, httpx.StreamError):
            for line in self.answer.iter_lines():
                if line.startswith(":"):
                    self.comments += 1
                elif line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif fields:
                    event = fields.get("event", "message")
                    self.seen.append((event, fields.get("id", ""), fields["data"]))
                    fields = {}

    def lines(self, number: int, seconds: float = 10) -> list[str]:
        """Wait for so many events, and return their data."""
        deadline = time.monotonic() + seconds
        while len(self.seen) < number:
            assert time.monotonic() < deadline, self.seen
            time.sleep(0.01)
        return [data for _, _, data in self.seen]

    @property
    def last_id(self) -> str:
        return self.seen[-1][1]


@contextlib.contextmanager
def streaming(stack, implementation: str, query: str = "", **headers: str) -> Iterator[Events]:
    force = "true" if implementation == "domain" else "false"
    path = f"{CAMERA}/logs/stream?force_domain={force}{query}"
    with stack.client.stream("GET", path, headers=headers) as answer:
        yield Events(answer)


@pytest.fixture
def log(stack) -> Path:
    return stack.root / "logs" / "detect_cam0.log"


def append(log: Path, text: str) -> None:
    with log.open("ab") as file:
        file.write(text.encode())


def test_the_last_lines_come_first_and_then_each_new_one(stack, implementation, log) -> None:
    append(log, "".join(f"line {number}\n" for number in range(10)))
    with streaming(stack, implementation, "&lines=2") as events:
        assert events.answer.status_code == 200
        assert events.answer.headers["content-type"] == "text/event-stream"
        assert events.answer.headers["x-camplane-path"] == implementation
        assert events.answer.headers["cache-control"] == "no-cache"
        assert events.answer.headers["x-accel-buffering"] == "no"
        assert events.lines(2) == ["line 8", "line 9"]
        began = time.monotonic()
        append(log, "门 opening rtsp://user:hunter2@camera/1\n")
        assert events.lines(3)[2] == "门 opening rtsp://***@camera/1"
        assert time.monotonic() - began < 2


def test_a_log_that_does_not_exist_is_waited_for_and_the_answer_begins_at_once(
    stack, implementation, log
) -> None:
    with streaming(stack, implementation) as events:
        assert events.answer.headers["x-camplane-path"] == implementation
        append(log, "first\n")
        assert events.lines(1) == ["first"]


def test_a_stream_is_resumed_by_the_other_implementation_after_a_rotation(
    stack, implementation, log
) -> None:
    append(log, "1\n2\n")
    with streaming(stack, implementation) as events:
        events.lines(2)
        first_id = events.seen[0][1]
    log.rename(log.with_name("detect_cam0.log.1"))
    append(log, "3\n")
    other = "legacy" if implementation == "domain" else "domain"
    with streaming(stack, other, **{"Last-Event-ID": first_id}) as events:
        assert events.lines(3) == ["2", "a new file begins", "3"]
        assert [event for event, _, _ in events.seen] == ["message", "rotated", "message"]
    with streaming(stack, other, "&lines=1", **{"Last-Event-ID": "of another log"}) as events:
        assert [event for event, _, _ in (events.lines(2) and events.seen)] == ["gap", "message"]


@pytest.mark.parametrize("lines", ["-1", "10001", "x"])
def test_lines_are_0_to_10000(stack, implementation, lines) -> None:
    answer = stack.ask("GET", f"{CAMERA}/logs/stream?lines={lines}", implementation)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_ids_are_treated_as_by_the_logs(stack, implementation) -> None:
    answer = stack.ask("GET", "/api/v1/cameras/%2e%2e/logs/stream", implementation)
    assert answer.status_code == 400
    with stack.client.stream("GET", "/api/v1/cameras/unknown/logs/stream") as answer:
        assert answer.status_code == 200


def test_ten_thousand_lines_come_whole(stack, implementation, log) -> None:
    append(log, "".join(f"line {number} {'x' * 100}\n" for number in range(12_000)))
    with streaming(stack, implementation, "&lines=10000") as events:
        numbers = [int(line.split()[1]) for line in events.lines(10_000, 20)]
    assert numbers == list(range(2000, 12_000))
