"""One camplane that all these tests knock at, from outside."""

from collections.abc import Iterator

import pytest

from tests.e2e.command_line import Up, ending


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Give a camplane that others may reach, since its operator said so."""
    with ending(tmp_path_factory.mktemp("open")) as start:
        yield start("--host", "0.0.0.0", "--insecure", USE_DOMAIN_SERVICE="true")
