"""One picture of a source, read by a process of its own: a decoder's crash or hang stays there."""

import json
import os
import subprocess
import sys
from pathlib import Path

from camera_service.domain.entry import Entry, source_of
from camera_service.domain.errors import EntryUnusableError, SourceEmptyError, SourceUnreadableError
from camera_service.shared_state.processes.worker_inputs import NotAllowedError, WorkerInputs
from servicekit.steps import step

_SECONDS = 12.0
_NO_FRAME = 4


def take_preview(folder: Path, inputs: WorkerInputs, camera_id: str, entry: Entry) -> bytes:
    """Return one frame of the camera's source as JPEG, scaled to the entry's `resolution`.

    folder: where relative sources begin, as they do for workers. inputs: what an entry may say.
    """
    source = source_of(entry)
    if not source:
        raise SourceEmptyError
    _check(inputs, entry)
    line = json.dumps({"camera_id": camera_id, "source": source, "entry": entry})
    try:
        with step("take picture"):
            done = subprocess.run(
                [sys.executable, "-m", "camera_service.worker.preview"],
                input=line.encode() + b"\n",
                capture_output=True,
                cwd=folder,
                env={**os.environ, **inputs.sources.as_variables()},
                timeout=_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired:
        raise SourceUnreadableError.not_opened() from None
    if done.returncode == _NO_FRAME:
        raise SourceUnreadableError.no_frame()
    if done.returncode != 0 or not done.stdout:
        raise SourceUnreadableError.not_opened()
    return done.stdout


def _check(inputs: WorkerInputs, entry: Entry) -> None:
    """Refuse what stands in cameras.yaml past all checks.

    A source that may not be opened is one that was not: clients know what is said of that.
    """
    try:
        inputs.check(entry)
    except NotAllowedError as error:
        if error.key == "source":
            raise SourceUnreadableError.not_opened(str(error)) from error
        raise EntryUnusableError(str(error)) from error
