"""The old server of the tests, as a process: KitchenWatch, which is in `tests/monolith`."""

import contextlib
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy.engine import make_url

from gateway.demo import footage

APPLICATION = Path(__file__).with_name("monolith")
RECORDED = Path(__file__).parent / "contract" / "recorded"
VIDEO = footage.street()

START_SECONDS = 60.0
STOP_SECONDS = 15.0

# What would change it, were it set where the tests run.
_FOREIGN = ("CAMPLANE_", "USE_DOMAIN_SERVICE", "ROLLOUT_PERCENT", "OTEL_", "UVICORN_", "WEB_")
# Every process of one monolith has it in its environment, its detectors too.
_MARK = "MONOLITH_OF_TEST"
_ADDRESS = re.compile(r"Uvicorn running on (http://\S+)")
_database_numbers = itertools.count(1)


def new_database(server: str) -> str:
    """Make an empty database on the PostgreSQL server; return its URL."""
    name = f"monolith_{os.getpid()}_{next(_database_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


class Monolith:
    """The server on a folder and a database of its own. `start` again keeps its port."""

    def __init__(self, root: Path, database_url: str, workers: int = 1, **environment: str) -> None:
        self.root = root
        self.database_url = database_url
        self.workers = workers
        self.port = 0
        self._environment = environment
        self._mark = f"{_MARK}={uuid.uuid4().hex}"
        root.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """Its host and port, as `legacy.http` wants them."""
        return f"127.0.0.1:{self.port}"

    @property
    def cameras_file(self) -> Path:
        return self.root / "config" / "cameras.yaml"

    @property
    def output(self) -> str:
        return self._output.read_text()

    def start(self) -> "Monolith":
        """Return when it answers."""
        self._output = self.root / f"monolith-{time.monotonic_ns()}.log"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "uvicorn", "kitchenwatch.main:app"),
                    *("--app-dir", str(APPLICATION), "--host", "127.0.0.1"),
                    *("--port", str(self.port), "--workers", str(self.workers)),
                    *("--no-access-log", "--timeout-graceful-shutdown", "5"),
                ],
                cwd=self.root,
                env=self._variables(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        """End the server as an operator does; its detectors go on. Idempotent."""
        if self.process.poll() is None:
            self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """End the server and its workers with SIGKILL; its detectors go on."""
        # The parent first: it would start its workers again.
        self.process.kill()
        self.process.wait()
        while pids := self.server_pids():
            for pid in pids:
                _kill(pid)
            time.sleep(0.02)

    def end(self) -> None:
        """Kill the server and all that it started, its detectors too. Idempotent."""
        while pids := self._marked():
            for pid in pids:
                _kill(pid)
            time.sleep(0.02)
        self.process.wait()

    def client(self, **options: Any) -> httpx.Client:
        """Give a client of the server itself; the caller closes it."""
        # Without TLS, whose certificates take longer to read than a request.
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False, verify=False, **options)

    def server_pids(self) -> list[int]:
        """Return the pids of the server: with several workers, the parent's and theirs."""
        detectors = set(itertools.chain(*self.detectors().values()))
        return [pid for pid in self._marked() if pid not in detectors]

    def detectors(self) -> dict[str, list[int]]:
        """Return the pids of the detectors that it started, by camera: there may be several."""
        found: dict[str, list[int]] = {}
        for pid in self._marked():
            for option, value in itertools.pairwise(_command_line(pid)):
                if option == "--camera-id":
                    found.setdefault(value, []).append(pid)
        return found

    def pid_file(self, camera_id: str) -> Path:
        return self.root / "logs" / "pids" / f"{camera_id}.pid"

    def lay_recorded(self) -> None:
        """Lay the recorded fixture: its cameras, none running, its rules and its history."""
        for pid in itertools.chain(*self.detectors().values()):
            _kill(pid)
        for path in [*self.root.glob("logs/detect_*.log"), *self.root.glob("logs/pids/*")]:
            path.unlink()
        cameras = (RECORDED / "fixture-cameras.yaml").read_text().replace("{VIDEO}", str(VIDEO))
        self.cameras_file.parent.mkdir(exist_ok=True)
        self.cameras_file.write_text(cameras)
        self._lay_alerts(json.loads((RECORDED / "fixture-alerts.json").read_text()))

    def _lay_alerts(self, tables: dict[str, list[dict[str, Any]]]) -> None:
        with psycopg.connect(self.database_url) as connection:
            connection.execute("SET TIME ZONE 'UTC'")
            connection.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            for table, rows in tables.items():
                for row in rows:
                    marks = ", ".join(["%s"] * len(row))
                    connection.execute(
                        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})",
                        [_column(name, value) for name, value in row.items()],
                    )
                sequence = f"pg_get_serial_sequence('{table}', 'id')"
                connection.execute(f"SELECT setval({sequence}, {len(rows)})")

    def _variables(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        mark, _, value = self._mark.partition("=")
        return {
            **ours,
            "PYTHONDONTWRITEBYTECODE": "1",
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": "of the tests",
            mark: value,
            **self._environment,
        }

    def _answers(self) -> bool:
        told = _ADDRESS.search(self.output)
        if told is None:
            return False
        self.port = httpx.URL(told[1]).port or 0
        with contextlib.suppress(httpx.TransportError), self.client() as http:
            return http.get("/health").status_code == 200
        return False

    def _marked(self) -> list[int]:
        """Return the pids that have this monolith's mark, of those that still live."""
        wanted = self._mark.encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
        return found


@contextlib.contextmanager
def monolith(root: Path, postgres: str, workers: int = 1, **environment: str) -> Iterator[Monolith]:
    """Run one on `root` and a new database of the PostgreSQL server."""
    server = Monolith(root, new_database(postgres), workers, **environment)
    try:
        yield server.start()
    finally:
        server.end()


def _column(name: str, value: Any) -> Any:
    if name in ("conditions", "details") or isinstance(value, list | dict):
        return None if value is None else Jsonb(value)
    return value


def _command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
