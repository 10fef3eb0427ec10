"""A camplane to be probed: one of its own, with cameras and rules in it."""

import contextlib
from collections.abc import AsyncIterator

from camplane_tools.harness.api import Api
from camplane_tools.harness.camplane import Camplane, temporary
from camplane_tools.probe.endpoints import RULE

_CAMERAS, _RULES = 10, 50


@contextlib.asynccontextmanager
async def furnished() -> AsyncIterator[Camplane]:
    """Run a camplane with ten cameras, which do not run, and fifty rules; gone afterwards.

    HarnessError when it does not come up.
    """
    async with temporary({}) as camplane:
        api = Api(lambda: camplane.url)
        try:
            for n in range(1, _CAMERAS + 1):
                entry = {"id": f"probe-{n:02d}", "name": f"Camera {n}", "source": "/dev/null"}
                await api.must("POST", "/cameras", entry)
            for n in range(1, _RULES + 1):
                await api.must("POST", "/alerts/rules", {**RULE, "name": f"Rule {n}"})
        finally:
            await api.close()
        yield camplane
