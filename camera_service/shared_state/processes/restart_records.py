"""How often a camera's workers died, in a small file beside their record."""

import json
from dataclasses import asdict, fields
from pathlib import Path

from camera_service.domain.results import Restarts
from servicekit import atomic_file
from servicekit.process import Identity

_TYPES = {"failures": int, "cause": str, "detail": str, "next_retry_at": float}


def write(path: Path, restarts: Restarts, dead: Identity) -> None:
    """Keep `restarts`, counted up to the death of `dead`; OSError when it cannot be written."""
    data = {**asdict(restarts), "worker": _name(dead)}
    atomic_file.replace(path, json.dumps(data).encode())


def read(path: Path, dead: Identity) -> Restarts | None:
    """Return what was kept at the death of `dead`; None when that was not counted yet."""
    found = _read(path)
    return found[0] if found and found[1] == _name(dead) else None


def history(path: Path) -> Restarts | None:
    """Return what was kept last, whichever worker it was that died."""
    found = _read(path)
    return found[0] if found else None


def _read(path: Path) -> tuple[Restarts, str] | None:
    try:
        data = json.loads(path.read_bytes())
        values = {field.name: data[field.name] for field in fields(Restarts)}
        if all(isinstance(values[name], kind) for name, kind in _TYPES.items()):
            return Restarts(**values), str(data["worker"])
    except (OSError, ValueError, TypeError, KeyError):
        pass
    return None


def _name(worker: Identity) -> str:
    return f"{worker.pid} {worker.start_time} {worker.boot}"
