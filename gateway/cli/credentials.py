"""With which token commands ask a gateway: the one they are given, or one of the data directory's.

Whoever reads the data directory's key can do all that an admin can; so its owner needs no
token. What a token is, is never on a command line: every user of the machine reads those.
"""

import getpass
import os
import time
from collections.abc import Generator
from pathlib import Path

import httpx

from gateway.cli.output import fail
from gateway.launcher.plan import Place
from gateway.proxy.topology_file import read_topology

VARIABLE = "CAMPLANE_TOKEN"
_SECONDS = 3600


class Credentials(httpx.Auth):
    """The header for a gateway: of CAMPLANE_TOKEN, or for the camplane of a data directory.

    data: whose key may be used; None for a gateway elsewhere.
    """

    def __init__(self, data: Path | None) -> None:
        self._data = None if os.environ.get(VARIABLE) or not _asks_who(data) else data
        self._made = 0.0
        self._token = os.environ.get(VARIABLE, "")

    def headers(self) -> dict[str, str]:
        """Return the header; nothing when there is no token to send."""
        if self._data is not None and time.time() > self._made + _SECONDS / 2:
            self._made = time.time()
            self._token = _of_owner(self._data)
        return {"authorization": f"Bearer {self._token}"} if self._token else {}

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header to a request."""
        request.headers.update(self.headers())
        yield request


def _asks_who(data: Path | None) -> bool:
    """Does the camplane of the data directory look at tokens?"""
    if data is None:
        return False
    try:
        return read_topology(Place(data, data).envoy).access.looks
    except (OSError, ValueError, TypeError, KeyError):
        return False


def _of_owner(data: Path) -> str:
    # Cryptography takes a while to import.
    from gateway.access.keys import KeyUnreadableError, existing_key
    from gateway.access.tokens import new_token, signed
    from gateway.vocabulary.roles import ADMIN

    place = Place(data, data).access
    try:
        key = existing_key(place)
    except KeyUnreadableError as error:
        fail(f"{error}; give a token in {VARIABLE}")
    return signed(new_token(_user(), [ADMIN], _SECONDS, time.time()), key)


def _user() -> str:
    try:
        return getpass.getuser().encode("ascii", "replace").decode()
    except (KeyError, OSError, ImportError):  # nobody known is logged in
        return "owner"
