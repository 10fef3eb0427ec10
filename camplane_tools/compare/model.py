"""What is asked of both sides, and what a side answered. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

OWN, OTHER = "own", "other"


@dataclass(frozen=True)
class Request:
    """One request, the same for both sides.

    target: path and query as they go over the wire. via: OWN is the
    implementation that is compared, OTHER the second one of the same camplane,
    on the same state. events: of a stream, so many are read; 0: the answer ends.
    """

    method: str
    target: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    via: str = OWN
    events: int = 0

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def label(self) -> str:
        """What reports call it."""
        return f"{self.method} {self.target}" + (" (other path)" if self.via == OTHER else "")


@dataclass(frozen=True)
class Given:
    """What differs from the fixture when a case begins.

    cameras: the text of cameras.yaml. logs, pid_files: text by camera id. Only
    where the command made the state itself.
    """

    cameras: str | None = None
    logs: Mapping[str, str] = field(default_factory=dict)
    pid_files: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_fixture(self) -> bool:
        """Is it the fixture, and nothing else?"""
        return self.cameras is None and not self.logs and not self.pid_files


@dataclass
class Spoilt:
    """What of the fixture is no longer as it was laid."""

    cameras: bool = False
    rules: bool = False
    workers: bool = False

    @classmethod
    def all(cls) -> "Spoilt":
        return cls(cameras=True, rules=True, workers=True)

    def note(self, request: Request) -> None:
        """Note what a request that changes something may have changed."""
        about_rules = request.path.startswith("/api/v1/alerts")
        self.rules |= about_rules
        self.cameras |= not about_rules
        self.workers |= request.path.endswith("start")  # start and restart


@dataclass(frozen=True)
class Case:
    """Requests in a row on a state that is known; every answer is compared."""

    name: str
    requests: tuple[Request, ...]
    given: Given = Given()


@dataclass(frozen=True)
class Answer:
    """What came back.

    status: 0 when nothing did. headers: names in lower case. body: decoded of
    any content coding. problem: why there is no whole answer, empty when there is.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    problem: str = ""
    milliseconds: float = 0.0


@dataclass(frozen=True)
class Exchange:
    """One request with both answers."""

    request: Request
    old: Answer
    new: Answer
