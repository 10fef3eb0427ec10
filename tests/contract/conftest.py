"""Every recorded case is asked of both implementations."""

import pytest


@pytest.fixture(params=["legacy", "domain"])
def implementation(request: pytest.FixtureRequest) -> str:
    return str(request.param)
