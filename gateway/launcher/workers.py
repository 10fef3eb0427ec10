"""The camera workers of a data directory: they outlive the services that started them."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping

from gateway.launcher import plan
from gateway.launcher.configuration import Configuration
from gateway.launcher.plan import Place


class WorkersError(Exception):
    """The camera service could not list or stop the workers; the text says where to look."""


async def workers(
    place: Place, configuration: Configuration, *command: str
) -> list[Mapping[str, object]]:
    """Return the camera workers that live; with "stop-workers" (and ids), those it stopped.

    WorkersError when some could not be stopped; which ones is said on standard error.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "camera_service", *(command or ("list-workers",))),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **plan.service_environment(place, configuration)},
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise WorkersError(f"not all is well with the cameras of {place.data}: see the error above")
    return [json.loads(line) for line in output.splitlines()]
