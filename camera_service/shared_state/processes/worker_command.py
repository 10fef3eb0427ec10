"""The command a worker is started with: a template, so that any detector can be the worker."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from camera_service.domain.entry import Entry
from camera_service.domain.errors import EntryUnusableError
from camera_service.shared_state.processes.worker_inputs import NotAllowedError, WorkerInputs

PLACEHOLDERS = ("camera_id", "regions_file", "profile", "device", "imgsz")
# With `=`, because an id may begin with a dash.
DEFAULT_TEMPLATE = (
    "{python} -m camera_service.worker --camera-id={camera_id} --regions-file={regions_file} "
    "--profile={profile} --device={device} --imgsz={imgsz}"
)


class TemplateError(Exception):
    """The template cannot be used; the text says why."""


@dataclass(frozen=True)
class WorkerCommand:
    """A command template, split into arguments as a shell would.

    Each argument may hold {camera_id}, {regions_file}, {profile}, {device},
    {imgsz} and {python} (this interpreter). There is no {source}: a source
    may hold a password, and arguments stand in the process list. The worker
    reads it from its standard input.
    """

    template: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "WorkerCommand":
        try:
            template = tuple(shlex.split(text))
        except ValueError as error:
            raise TemplateError(f"the worker command {text!r} is malformed: {error}") from error
        if not template:
            raise TemplateError("the worker command is empty")
        try:
            cls(template).arguments("x", {})
        except (KeyError, IndexError, ValueError) as error:
            raise TemplateError(
                f"the worker command {text!r} holds an unknown placeholder ({error}); there are "
                f"{{python}}, {', '.join('{' + name + '}' for name in PLACEHOLDERS)}. The "
                "source comes on standard input, so that no password is in the process list"
            ) from error
        return cls(template)

    @property
    def is_built_in(self) -> bool:
        """Is it the worker that comes with camplane?"""
        return self.template[:3] == ("{python}", "-m", "camera_service.worker")

    def arguments(self, camera_id: str, entry: Entry) -> list[str]:
        """Return the command for one camera."""
        values = {
            "python": sys.executable,
            "camera_id": camera_id,
            "regions_file": str(entry.get("regions_file", "config/regions.json")),
            "profile": str(entry.get("profile", "accurate")),
            "device": str(entry.get("device", "auto")),
            "imgsz": str(entry.get("imgsz", "auto")),
        }
        return [part.format(**values) for part in self.template]


def check_inputs(inputs: WorkerInputs, entry: Entry) -> None:
    """Refuse, at a start, what stands in cameras.yaml past all checks; EntryUnusableError."""
    try:
        inputs.check(entry)
    except NotAllowedError as error:
        raise EntryUnusableError(str(error)) from error


def environment(base: Mapping[str, str], entry: Entry, own: Mapping[str, str]) -> dict[str, str]:
    """Return a worker's environment: the service's, the entry's `env`, and `own` on top.

    The databases' URLs are left out: a worker may be any program, and they hold passwords.
    """
    env: Any = entry.get("env") or {}
    if not isinstance(env, dict):
        raise EntryUnusableError("env must be a mapping of names to values")
    added = {str(key): str(value) for key, value in env.items()}
    for name, value in added.items():
        if not name or "=" in name or "\0" in name + value:
            raise EntryUnusableError(f"env holds a name or value no process can be given: {name!r}")
    inherited = {k: v for k, v in base.items() if not k.endswith("_DATABASE_URL")}
    return {**inherited, **added, **own}
