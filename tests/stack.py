"""One whole camplane a test process: four services, real Envoy, real workers.

Each test begins with the same cameras, rules and history, and with no worker.
"""

import asyncio
import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.worker_command import DEFAULT_TEMPLATE, WorkerCommand
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from camera_service.shared_state.processes.workers import Workers
from gateway.demo import footage
from gateway.launcher.configuration import Configuration
from gateway.launcher.up import Order, running
from gateway.vocabulary.split import Split
from servicekit import atomic_file
from servicekit.webhooks.target import Target

RECORDED = Path(__file__).parent / "contract" / "recorded"
VIDEO = footage.street()


@dataclass
class Stack:
    """A running camplane and the world behind it."""

    root: Path
    client: httpx.Client
    workers: Workers

    def ask(self, method: str, path: str, implementation: str, **request: Any) -> httpx.Response:
        """Send a request to one implementation."""
        force = "true" if implementation == "domain" else "false"
        joint = "&" if "?" in path else "?"
        return self.client.request(method, f"{path}{joint}force_domain={force}", **request)

    @property
    def cameras_file(self) -> Path:
        return self.root / "config" / "cameras.yaml"

    def start_worker(self, camera_id: str) -> int:
        """Start a worker past all checks, as if it ran from before."""
        with self.workers.control(camera_id) as control:
            return control.start({"id": camera_id, "source": str(VIDEO)}).pid

    def reset(self) -> None:
        """Lay the recorded fixture anew."""
        layout = Layout.under(self.root)
        for camera_id in layout.known_workers():
            with self.workers.control(camera_id) as control:
                control.stop()
        for log in (self.root / "logs").glob("detect_*"):
            log.unlink()
        for pid_file in (self.root / "logs" / "pids").iterdir():
            pid_file.unlink()
        text = (RECORDED / "fixture-cameras.yaml").read_text().replace("{VIDEO}", str(VIDEO))
        atomic_file.replace(self.cameras_file, text.encode())
        lay_alerts(self.root / "alert.db")


def lay_alerts(path: Path) -> None:
    """Put the recorded rules and history into the alert database."""
    fixture = json.loads((RECORDED / "fixture-alerts.json").read_text())
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as database:
        for table, rows in fixture.items():
            database.execute(f"DELETE FROM {table}")
            for row in rows:
                values = [_column(name, value) for name, value in row.items()]
                marks = ", ".join("?" * len(row))
                database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", values)
            database.execute(
                "UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (len(rows), table)
            )
        database.commit()


def _column(name: str, value: Any) -> Any:
    if name in ("conditions", "details") or isinstance(value, list | dict):
        return None if value is None else json.dumps(value, ensure_ascii=False)
    if name in ("created_at", "updated_at", "timestamp"):
        # As SQLAlchemy stores times in SQLite.
        text = value.replace("T", " ")
        return text if "." in text else f"{text}.000000"
    return value


@pytest.fixture(scope="module")  # one that waits takes 6 % of a processor from other tests
def running_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    # A channel that nobody listens at.
    configuration = Configuration(alert_channels={"nobody": Target("http://127.0.0.1:9/")})
    with run_stack(tmp_path_factory.mktemp("camplane") / "data", configuration) as stack:
        yield stack


@pytest.fixture
def stack(running_stack: Stack) -> Stack:
    running_stack.reset()
    return running_stack


@contextlib.contextmanager
def run_stack(root: Path, configuration: Configuration) -> Iterator[Stack]:
    """Run a camplane of this configuration, as long as a module's tests need it."""
    with (
        _in_thread(root, configuration) as url,
        httpx.Client(base_url=url, timeout=30, trust_env=False) as client,
    ):
        settings = WorkerSettings(WorkerCommand.parse(DEFAULT_TEMPLATE), 5.0)
        stack = Stack(root, client, Workers(Layout.under(root), settings))
        yield stack
        stack.reset()


@contextlib.contextmanager
def _in_thread(root: Path, configuration: Configuration) -> Iterator[str]:
    """Run a camplane beside the tests, which block; give its URL."""
    order = Order(root, 0, Split(50, 50), configuration)
    told: list[str] = []
    loop = asyncio.new_event_loop()
    ready: list[str | BaseException] = []
    is_ready, stop = threading.Event(), asyncio.Event()

    async def run() -> None:
        try:
            async with running(order, lambda name, text: told.append(f"{name} {text}")) as camplane:
                ready.append(camplane.url)
                is_ready.set()
                await stop.wait()
        except BaseException as error:
            ready.append(error)
            raise
        finally:
            is_ready.set()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    os.environ.setdefault("CAMPLANE_AUTO_START", "false")
    thread.start()
    assert is_ready.wait(120)
    if isinstance(ready[0], BaseException):
        raise ready[0]
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
    assert told == [], "a service ended while the tests ran"
