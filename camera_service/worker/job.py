"""What a worker is told to read: one line of JSON on its standard input.

The source comes this way because it may hold a password, and a command line
can be read by every user of the machine.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO


class JobError(Exception):
    """The line cannot be used; the message says why and holds nothing of it."""


@dataclass(frozen=True)
class Job:
    """One camera to read. `source` and `entry` hold its password: never print them.

    entry: the camera's whole entry in cameras.yaml.
    """

    camera_id: str
    source: str = field(repr=False)
    entry: Mapping[str, object] = field(repr=False)


def read_job(stream: BinaryIO) -> Job:
    """Read the job line from `stream`.

    Raises: JobError.
    """
    line = stream.readline()
    if not line.strip():
        raise JobError("standard input is empty: give one line of JSON with camera_id and source")
    try:
        job = json.loads(line)
    except ValueError:
        raise JobError("standard input is not a line of JSON") from None
    if not isinstance(job, dict):
        raise JobError("the line on standard input must be a JSON object")
    camera_id, source, entry = job.get("camera_id"), job.get("source"), job.get("entry", {})
    if not isinstance(camera_id, str) or not camera_id:
        raise JobError("camera_id must be a string that is not empty")
    if not isinstance(source, str):
        raise JobError("source must be a string")
    if not isinstance(entry, dict):
        raise JobError("entry must be a JSON object")
    return Job(camera_id, source, entry)
