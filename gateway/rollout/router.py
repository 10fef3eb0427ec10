"""The files that Envoy reads, as the controller moves requests by them."""

from pathlib import Path

from gateway.proxy.files import WEIGHTS, read_recorded, write_routes
from gateway.proxy.topology import Topology
from gateway.proxy.weights import Recorded
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.weight_history import WeightHistory

_Signature = tuple[int, int, int]


class FileRouter:
    """Reads are a stat while nobody has written. Blocks; used by one thread at a time."""

    def __init__(self, topology: Topology, directory: Path) -> None:
        self._topology = topology
        self._directory = directory
        self._read: tuple[_Signature, Recorded] | None = None

    def read(self) -> Routing:
        """Return what is in force; OSError or ValueError when nothing readable is there."""
        return self._recorded().routing

    def history(self) -> WeightHistory:
        """Return which weights were in force when; raises as `read`."""
        return self._recorded().history

    def write(self, routing: Routing) -> None:
        """Put it in force; StaleTokenError below the token in force. Idempotent."""
        write_routes(self._topology, self._directory, routing)

    def _recorded(self) -> Recorded:
        stat = (self._directory / WEIGHTS).stat()
        signature = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if self._read is None or self._read[0] != signature:
            self._read = (signature, read_recorded(self._directory))
        return self._read[1]
