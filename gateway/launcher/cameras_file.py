"""The cameras.yaml a new data directory begins with."""

import shutil
from pathlib import Path

import yaml

from servicekit import strict_yaml


class CamerasFileError(Exception):
    """The file cannot be begun with; the text says why and what to do."""


def begin_with(source: Path, data: Path) -> None:
    """Copy `source`, which `check` found good, to be the cameras.yaml of `data`.

    The file given is never written to; camplane works on its copy. Idempotent;
    CamerasFileError when `data` has another cameras.yaml already.
    """
    target = data / "config" / "cameras.yaml"
    if target.exists():
        if target.read_bytes() == source.read_bytes():
            return
        raise CamerasFileError(
            f"{data} has a cameras.yaml of its own, which would be lost. Leave out --cameras to go "
            f"on with it, or begin in another folder with --data (it is {target})"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_suffix(".new")
    shutil.copyfile(source, beside)
    beside.chmod(0o600)  # sources hold passwords
    beside.rename(target)


def check(source: Path) -> None:
    """Raise CamerasFileError unless `source` can be a cameras.yaml."""
    try:
        data = strict_yaml.load(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise CamerasFileError(f"{source} cannot be read: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise CamerasFileError(f"{source} is malformed: line {line}: {error.problem}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CamerasFileError(f"{source} is malformed: it is no plain UTF-8 text") from error
    if not isinstance(data, dict) or not isinstance(data.get("cameras") or [], list):
        raise CamerasFileError(f"{source} needs a list `cameras:` at its top level")
