"""Running camplanes for the tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from gateway.demo import footage
from tests.e2e.browser import Visit, launched
from tests.e2e.command_line import Up, ending

SPLIT = {"USE_DOMAIN_SERVICE": "true", "ROLLOUT_PERCENT_CAMERA": "50"}


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Give `up(*arguments, data=…, **environment)`: a camplane that a test may harm."""
    with ending(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")  # its cameras take half of a processor from other tests
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Give a camplane with the demo's cameras, for tests that do it no harm.

    Half of the cameras are domain's, and all alert rules.
    """
    with ending(tmp_path_factory.mktemp("demo")) as start:
        yield start("--demo", **SPLIT)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Give one with the same split and without cameras, for tests that need none."""
    with ending(tmp_path_factory.mktemp("quiet")) as start:
        yield start(**SPLIT)


@pytest.fixture(scope="module")
def contexts() -> Iterator[Callable[..., BrowserContext]]:
    """Give new contexts of one browser, such as that of a phone."""
    with launched() as new_context:
        yield new_context


@pytest.fixture
def visit(demo: Up, contexts: Callable[..., BrowserContext]) -> Iterator[Callable[..., Visit]]:
    """Give `visit(**context options)`; afterwards, the browser must have had no complaint."""
    visits: list[Visit] = []

    def new(**options: object) -> Visit:
        context = contexts(**{"locale": "en-US", **options})
        visits.append(Visit(context.new_page(), demo.url))
        return visits[-1]

    yield new
    for one in visits:
        one.page.context.close()
        assert one.complaints == []


@pytest.fixture
def film() -> str:
    """Give the path of a film."""
    return str(footage.driver())
