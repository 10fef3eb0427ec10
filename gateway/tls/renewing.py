"""A certificate that is renewed on the disk is in force seconds later, without a restart."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar

from gateway.proxy.topology import Tls
from gateway.proxy.transport import write_certificate, write_client_ca
from gateway.tls.pair import CertificateError, Pair, read_authorities, read_pair
from servicekit.threads import Threads
from servicekit.upkeep import Trouble

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
_WARN = timedelta(days=14)
_WARN_EVERY = timedelta(days=1)

T = TypeVar("T")


class _Renewed(Generic[T]):
    """Files that are read again and again, and what Envoy was given of them last.

    What cannot be used leaves the one before in force.
    """

    def __init__(self, what: str, read: Callable[[], T], write: Callable[[T], None]) -> None:
        self.given: T | None = None
        self._what = what
        self._read = read
        self._write = write
        self._trouble = Trouble(log.error, f"{what} of before stays in force: %s")

    def look(self) -> None:
        try:
            found = self._read()
            if found != self.given:
                self._write(found)
                self.given = found
                log.info("%s is in force as the files have it", self._what)
            self._trouble.is_over()
        except (CertificateError, OSError) as error:
            # While it is being renewed two files may not belong together for a moment.
            self._trouble.is_there(str(error))


class Renewing:
    """Looks at the files of `gateway.tls`, and warns before the certificate ends."""

    def __init__(self, tls: Tls, folder: Path, threads: Threads) -> None:
        self._threads = threads
        self._certificate: _Renewed[Pair] = _Renewed(
            "the certificate",
            lambda: read_pair(Path(tls.certificate), Path(tls.key)),
            lambda pair: write_certificate(folder, pair.chain, pair.key),
        )
        self._all: list[_Renewed[Pair] | _Renewed[bytes]] = [self._certificate]
        if tls.client_ca:
            self._all.append(
                _Renewed(
                    "the list of who vouches for clients",
                    lambda: read_authorities(Path(tls.client_ca)),
                    lambda authorities: write_client_ca(folder, authorities),
                )
            )
        self._warned = datetime.min.replace(tzinfo=UTC)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self._threads(self._look)
            await asyncio.sleep(LOOK_SECONDS)

    def _look(self) -> None:
        for one in self._all:
            one.look()
        self._warn(datetime.now(UTC))

    def _warn(self, now: datetime) -> None:
        pair = self._certificate.given
        if pair is None or now - self._warned < _WARN_EVERY:
            return
        if pair.expires - now < _WARN:
            log.error("the certificate holds until %s only: renew it", pair.expires)
            self._warned = now
