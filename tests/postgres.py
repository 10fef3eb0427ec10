"""A real PostgreSQL server, for the tests of several contexts."""

import contextlib
from collections.abc import Iterator

import pytest

from tests.postgres_process import NoPostgresError, PostgresServer, postgres_server


@contextlib.contextmanager
def _running() -> Iterator[PostgresServer]:
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(postgres_server())
        except NoPostgresError as error:
            pytest.skip(str(error))
        yield server


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
