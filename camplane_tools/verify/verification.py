"""The whole of it: both paths walked, then the gateway's own operations, and all cleared away."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from camplane_tools.compare import old_side
from camplane_tools.compare.state.clip import write_clip
from camplane_tools.verify.asking import Asker, Stop, StoppedError
from camplane_tools.verify.cameras import walk_cameras
from camplane_tools.verify.clearing import clear, tidy
from camplane_tools.verify.monitoring import walk_monitoring
from camplane_tools.verify.rows import Row, rows
from camplane_tools.verify.rules import walk_rules
from camplane_tools.verify.walk import Walk


@dataclass
class Verification:
    """What was found. stopped: before the end; left_behind: what could not be removed."""

    rows: list[Row] = field(default_factory=list)
    stopped: bool = False
    left_behind: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many operations are not as documented."""
        return sum(bool(row.problem) for row in self.rows)

    @property
    def is_good(self) -> bool:
        """Is all as documented, and nothing left?"""
        return not (self.failed or self.stopped or self.left_behind)


def verify(url: str, stop: Stop, auth: httpx.Auth | None = None) -> Verification:
    """Walk the gateway at `url`, which `auth` tells who asks; end in order once `stop` was told to.

    Whatever happens, what was made is removed.
    """
    found = Verification()
    legacy, domain, split = (Asker(url, path, auth) for path in ("legacy", "domain", ""))
    camera_id, rule_name = (f"verify {secrets.token_hex(4)}" for _ in range(2))
    answer = split.ask("GET", old_side.question())
    before_monolith = old_side.is_monolith(answer.status, answer.body)
    walks = [Walk(asker, stop, before_monolith) for asker in (legacy, domain, split)]
    try:
        with _clip() as clip:
            for walk in walks[:2]:
                walk_cameras(walk, camera_id, clip)
                walk_rules(walk, rule_name)
        walk_monitoring(walks[2])
    except StoppedError:
        found.stopped = True
    finally:
        found.left_behind = clear((legacy, domain), camera_id, rule_name)
        if not found.left_behind:
            tidy(split, camera_id)
    legacys, domains, own = (walk.findings for walk in walks)
    found.rows = rows(legacys, domains, own, before_monolith)
    return found


@contextmanager
def _clip() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="camplane-verify-") as folder:
        path = Path(folder) / "clip.mp4"
        write_clip(path)
        yield path
