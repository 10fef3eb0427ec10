"""A certificate that is renewed on the disk is in force seconds later, without a restart."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.envoy.topology import Tls
from gateway.envoy.transport import write_certificate
from gateway.tls.pair import CertificateError, Pair, read_pair
from servicekit.threads import Threads

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
_WARN = timedelta(days=14)
_WARN_EVERY = timedelta(days=1)


class Renewing:
    """Looks at the files again and again; what cannot be used leaves the one before in force."""

    def __init__(self, tls: Tls, folder: Path, threads: Threads) -> None:
        self._files = Path(tls.certificate), Path(tls.key)
        self._folder = folder
        self._threads = threads
        self._given: Pair | None = None
        self._trouble = ""
        self._warned = datetime.min.replace(tzinfo=UTC)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self._threads(self._look)
            await asyncio.sleep(LOOK_SECONDS)

    def _look(self) -> None:
        try:
            pair = read_pair(*self._files)
            if pair != self._given:
                write_certificate(self._folder, pair.chain, pair.key)
                self._given = pair
                log.info("the certificate holds until %s", pair.expires)
            self._trouble = ""
        except (CertificateError, OSError) as error:
            # While it is being renewed the two files may not belong together for a moment.
            if str(error) != self._trouble:
                log.error("the certificate of before stays in force: %s", error)
            self._trouble = str(error)
        self._warn(datetime.now(UTC))

    def _warn(self, now: datetime) -> None:
        if self._given is None or now - self._warned < _WARN_EVERY:
            return
        if self._given.expires - now < _WARN:
            log.error("the certificate holds until %s only: renew it", self._given.expires)
            self._warned = now
