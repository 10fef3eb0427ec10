"""A camplane with access on, and who asks it: nobody, or somebody with a token."""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

import httpx

from gateway.access.keys import signing_key
from gateway.access.place import AccessPlace, access_place
from gateway.access.tokens import new_token, signed
from tests.e2e.command_line import Up

NOBODY = ""
ADDRESS = "127.0.0.1"


class Guarded:
    """A running camplane, asked on loopback."""

    def __init__(self, up: Up) -> None:
        self.up = up
        self.port = httpx.URL(up.url).port or 0
        self.http = httpx.Client(
            base_url=f"http://{ADDRESS}:{self.port}", timeout=20, trust_env=False
        )
        self._tokens: dict[str, str] = {NOBODY: ""}

    @property
    def place(self) -> AccessPlace:
        return access_place(self.up.data)

    def token(self, role: str) -> str:
        """Return a token of this role, as `camplane token create` signs it."""
        if role not in self._tokens:
            made = new_token(f"a {role}", [role], 3600, time.time())
            self._tokens[role] = signed(made, signing_key(self.place))
        return self._tokens[role]

    def headers(self, role: str) -> dict[str, str]:
        return bearer(self.token(role)) if role else {}

    def get(self, path: str, role: str = NOBODY, **headers: str) -> httpx.Response:
        return self.http.get(path, headers={**self.headers(role), **headers})


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def segment(value: Mapping[str, Any] | bytes) -> str:
    """Return a part of a token as it is written."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
