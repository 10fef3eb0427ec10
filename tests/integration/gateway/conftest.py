"""One gateway for the tests that leave it as they found it."""

from collections.abc import Iterator

import pytest

from gateway.proxy.files import read_routing
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split
from tests.integration.gateway.rig import Gateway, running

ALL_DOMAIN = Split(camera=100, alert=100)


@pytest.fixture(scope="session")
def shared() -> Iterator[Gateway]:
    """A gateway that sends everything to domain."""
    with running(ALL_DOMAIN) as gateway:
        yield gateway


@pytest.fixture
def gateway(shared: Gateway) -> Iterator[Gateway]:
    """The shared gateway, its upstreams answering plainly, everything going to domain."""
    shared.take_received()
    yield shared
    for upstream in shared.upstreams.values():
        upstream.behave = None
    now = read_routing(shared.directory)
    if (now.split, now.pins) != (ALL_DOMAIN, {}):
        shared.route(Routing(ALL_DOMAIN, token=now.token))
