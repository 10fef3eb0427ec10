"""A whole check: the database under the file's lock, processes and files looked at twice.

What a camera's processes and files say between two writes of a start or a stop
is no finding. So what looks wrong is looked at again a moment later, while
nobody else starts or stops that camera, and only what is the same then counts.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Set

from camera_service.consistency.entry_rules import entry_findings
from camera_service.consistency.left_files import (
    beside_cameras,
    indexes_left,
    logs_left,
    relative,
    writers_left,
)
from camera_service.consistency.row_rules import row_findings
from camera_service.consistency.rows import Mirror, Stored, rows_of
from camera_service.consistency.worker_facts import gather, known_ids
from camera_service.consistency.worker_rules import Wanted, worker_findings
from camera_service.domain.entry import is_active, key_of
from camera_service.domain.errors import StorageFailedError
from camera_service.domain.findings import Consistency, Finding, Kind
from camera_service.shared_state.files import locks
from camera_service.shared_state.files.cameras_yaml import CamerasYaml, Document
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.workers import Workers
from servicekit.database.trouble import CommitUnconfirmedError, WriteRefusedError

# Longer than a start or a stop takes between its first file and its last.
SETTLE_SECONDS = 0.3


class Checker:
    """Checks one data directory. Thread-safe; every method blocks.

    mirror: the database; None where there is none yet. is_served: is a domain
    service at work? Then each changed cameras.yaml is taken in, and workers
    that died are started again, so that neither is a finding.
    """

    def __init__(
        self,
        layout: Layout,
        file: CamerasYaml,
        workers: Workers,
        mirror: Mirror | None,
        is_served: Callable[[], bool],
    ) -> None:
        self._layout = layout
        self._file = file
        self._workers = workers
        self._mirror = mirror
        self._is_served = is_served
        self._looking = threading.Lock()
        self._seen: tuple[Set[Finding], float] = frozenset(), 0.0

    def check(self) -> Consistency:
        """Compare everything now. Raises ConfigurationUnreadableError, DatabaseUnavailableError."""
        with self._file.edit() as draft:
            document = draft.document
            stored, why = self._stored(document)
            beside = list(beside_cameras(self._layout, self._file.path))
        wanted = rows_of(document)
        if self._mirror is None:
            stored = wanted
        findings = [
            *row_findings(stored, wanted, why),
            *self._entries(document),
            *beside,
            *self._confirmed(),
        ]
        rows = 0 if self._mirror is None else sum(row.entry is not None for row in stored.rows)
        return Consistency(rows, len(document.entries()), findings)

    def is_still_so(self, finding: Finding, document: Document | None = None) -> bool:
        """Is a finding of processes or files so now? The caller holds the locks it needs.

        document: of the file, for findings about cameras.yaml itself.
        """
        if document is not None:
            now = self._entries(document)
        elif finding.kind is Kind.WRITER_LEFT:
            now = iter(
                [*writers_left(self._layout), *beside_cameras(self._layout, self._file.path)]
            )
        elif finding.kind in (Kind.LOG_LEFT, Kind.LOG_INDEX_LEFT):
            now = self._files()
        else:
            now = iter(self._worker(finding.camera_id))
        return finding in now

    def differing_rows(self, document: Document) -> list[Finding]:
        """Compare the database with this version of the file; the caller holds its lock."""
        assert self._mirror is not None
        return list(row_findings(self._mirror.stored(), rows_of(document), "not yet"))

    def _entries(self, document: Document) -> Iterator[Finding]:
        path = relative(self._layout, self._file.path)
        return entry_findings(document.items, document.text, path, self._workers.inputs)

    def _stored(self, document: Document) -> tuple[Stored, str]:
        """Return what the database holds, and why not the file's version, if it does not."""
        if self._mirror is None:
            return rows_of(document), ""
        stored = self._mirror.stored()
        if stored.signature == document.signature:
            return stored, ""
        if not self._is_served():
            return stored, "camplane does not run; its next start does"
        try:
            self._mirror.put(rows_of(document))  # what the next call would do
        except (StorageFailedError, WriteRefusedError, CommitUnconfirmedError) as error:
            return stored, str(error)
        return self._mirror.stored(), ""

    def _confirmed(self) -> list[Finding]:
        with self._looking:
            before, at = self._seen
        seen = frozenset(self._look())
        now = time.monotonic()
        with self._looking:
            self._seen = seen, now
        # What an earlier check saw as well has had its time to settle.
        if seen and (not seen <= before or now - at < SETTLE_SECONDS):
            time.sleep(SETTLE_SECONDS)
        return self._look_again(seen) if seen else []

    def _look(self) -> Iterator[Finding]:
        for camera_id in known_ids(self._layout):
            yield from self._worker(camera_id)
        yield from self._files()
        yield from writers_left(self._layout)

    def _look_again(self, seen: Set[Finding]) -> list[Finding]:
        found: list[Finding] = []
        for camera_id in sorted({finding.camera_id for finding in seen if finding.camera_id}):
            with self._nobody_at_work(camera_id) as free:
                if free:
                    found += self._worker(camera_id)
        found += [*self._files(), *writers_left(self._layout)]
        return [finding for finding in found if finding in seen]

    def _worker(self, camera_id: str) -> list[Finding]:
        facts = gather(self._layout, self._workers, camera_id)
        # Read after the facts: what runs was configured before it was started.
        entry = self._file.read().entry(camera_id)
        active = entry is not None and is_active(entry)
        return worker_findings(facts, Wanted(entry is not None, active, self._is_served()))

    def _files(self) -> Iterator[Finding]:
        def configured() -> set[str]:
            return {key for item in self._file.read().items if (key := key_of(item)) is not None}

        found = [*logs_left(self._layout, configured(), self._is_known)]
        # Again: a camera that was made meanwhile has its log.
        now = configured()
        yield from (finding for finding in found if finding.camera_id not in now)
        yield from indexes_left(self._layout)

    def _is_known(self, camera_id: str) -> bool:
        return (
            self._layout.record(camera_id).exists()
            or locks.is_held(self._layout.worker_lock(camera_id))
            or self._workers.status(camera_id).running
        )

    @contextlib.contextmanager
    def _nobody_at_work(self, camera_id: str) -> Iterator[bool]:
        """Give whether nobody starts or stops this camera, and keep it so within the block."""
        if not self._layout.control_lock(camera_id).exists():
            yield True  # whoever begins now makes the file, and the look says so
            return
        with locks.if_free(self._layout.control_lock(camera_id)) as free:
            yield free
