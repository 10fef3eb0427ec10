"""Where things lie in the data directory; the same places the monolith uses."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """Paths under the data directory `root` (absolute).

    config/cameras.yaml, logs/detect_<id>.log and logs/pids/<id>.pid are the
    monolith's; workers/ and completed/ are ours.
    """

    root: Path
    cameras_file: Path

    @classmethod
    def under(cls, root: Path, cameras_file: Path | None = None) -> "Layout":
        root = root.absolute()
        return cls(root, (cameras_file or root / "config" / "cameras.yaml").absolute())

    @property
    def supervisor_lock(self) -> Path:
        """Held by the service that supervises the workers."""
        return self.root / "workers" / ".supervisor.lock"

    def log(self, camera_id: str) -> Path:
        """The worker's log file. Only for printing unless the id passed `check_id`."""
        return self.root / "logs" / f"detect_{camera_id}.log"

    def pid_file(self, camera_id: str) -> Path:
        """Where the monolith looks for the worker's pid."""
        return self.root / "logs" / "pids" / f"{camera_id}.pid"

    def control_lock(self, camera_id: str) -> Path:
        """Held while someone starts or stops the worker."""
        return self.root / "workers" / f"{camera_id}.control"

    def worker_lock(self, camera_id: str) -> Path:
        """Held by the worker for its life."""
        return self.root / "workers" / f"{camera_id}.lock"

    def record(self, camera_id: str) -> Path:
        """Who the worker is: pid, kernel start time, boot. While it is there, one should run."""
        return self.root / "workers" / f"{camera_id}.json"

    def report(self, camera_id: str) -> Path:
        """What the worker says about its stream."""
        return self.root / "workers" / f"{camera_id}.report"

    def restarts(self, camera_id: str) -> Path:
        """How often workers of the camera died in a row, and when the next one is started."""
        return self.root / "workers" / f"{camera_id}.restarts"

    def exit(self, camera_id: str) -> Path:
        """How the last worker ended; a hint, which is missing where nobody waited for it."""
        return self.root / "workers" / f"{camera_id}.exit"

    # The same as text, for what is asked in every status: a Path costs more than a `stat`.

    def record_name(self, camera_id: str) -> str:
        return f"{self.root}/workers/{camera_id}.json"

    def pid_file_name(self, camera_id: str) -> str:
        return f"{self.root}/logs/pids/{camera_id}.pid"

    def log_name(self, camera_id: str) -> str:
        return f"{self.root}/logs/detect_{camera_id}.log"

    def known_workers(self) -> list[str]:
        """The ids of cameras whose worker lives, or should."""
        records = (self.root / "workers").glob("*.json")
        return sorted(p.name.removesuffix(".json") for p in records if p.name[0] != ".")

    def named_by_pid_files(self) -> list[str]:
        """The ids of cameras that have a pid file, ours or an old server's."""
        try:
            names = os.listdir(self.root / "logs" / "pids")  # noqa: PTH208 - asked all the time
        except FileNotFoundError:
            return []
        return sorted(n.removesuffix(".pid") for n in names if n[0] != "." and n.endswith(".pid"))

    def locked_workers(self) -> list[str]:
        """The ids of cameras whose worker's lock was ever taken."""
        locks = (self.root / "workers").glob("*.lock")
        return sorted(path.name.removesuffix(".lock") for path in locks)

    def logs(self) -> list[tuple[str, Path]]:
        """The workers' logs that there are, with the ids of their cameras."""
        files = (self.root / "logs").glob("detect_*.log")
        return [
            (path.name.removeprefix("detect_").removesuffix(".log"), path)
            for path in files
            if path.is_file()
        ]

    def log_keeper_lock(self) -> Path:
        """Held by the one service process that looks after the logs."""
        return self.root / "workers" / ".logs"

    @property
    def backups(self) -> Path:
        """What repairs, and changes of cameras.yaml as a whole, replace; for the owner only."""
        return self.root / "backups"

    @property
    def completed(self) -> Path:
        """A folder: which keyed writes were carried out."""
        return self.root / "completed"

    @property
    def intents(self) -> Path:
        """A folder: which keyed writes are being carried out."""
        return self.completed / "intents"

    def make(self) -> None:
        """Create the folders; OSError when the data directory is not writable."""
        for folder in (self.root / "logs" / "pids", self.root / "workers", self.intents):
            folder.mkdir(parents=True, exist_ok=True)
        self.cameras_file.parent.mkdir(parents=True, exist_ok=True)
