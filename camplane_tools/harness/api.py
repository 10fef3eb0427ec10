"""Requests to a camplane's REST API, as any client sends them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from camplane_tools.harness.errors import NotAnsweredError

# Longer than any of the gateway's own bounds.
CLIENT_SECONDS = 40.0


@dataclass(frozen=True)
class Answer:
    """An answer. status: 0 when there was none. path: who answered; fell_back: for domain."""

    status: int
    json: Any = None
    path: str = ""
    fell_back: bool = False

    @property
    def failed(self) -> bool:
        """Is it no answer, or an error that is not the client's?"""
        return self.status == 0 or self.status >= 500


class Api:
    """A client of the gateway at the URL that `url` returns, which may change.

    headers: of every request. auth: how the gateway is told who asks.
    """

    def __init__(
        self,
        url: Callable[[], str],
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
    ) -> None:
        self._url = url
        limits = httpx.Limits(max_connections=None, keepalive_expiry=2.0)
        self._client = httpx.AsyncClient(
            headers=headers, auth=auth, timeout=CLIENT_SECONDS, trust_env=False, limits=limits
        )

    async def ask(
        self, side: str, method: str, path: str, body: Any = None, key: str = "", **query: str
    ) -> Answer:
        """Send one request to a side, "domain" or "legacy"; "" leaves it to the gateway.

        key: an Idempotency-Key; "" for none.
        """
        if side:
            query["force_domain"] = "true" if side == "domain" else "false"
        address = f"{self._url()}/api/v1{path}"
        headers = {"idempotency-key": key} if key else {}
        try:
            answer = await self._client.request(
                method, address, params=query or None, json=body, headers=headers
            )
            json = answer.json()
        except (httpx.HTTPError, ValueError):
            return Answer(0)
        path = answer.headers.get("x-camplane-path", "")
        return Answer(answer.status_code, json, path, "x-camplane-fallback" in answer.headers)

    async def must(self, method: str, path: str, body: Any = None, side: str = "") -> Any:
        """Return the JSON of an answer that must be a success; NotAnsweredError otherwise."""
        answer = await self.ask(side, method, path, body)
        if not 200 <= answer.status < 300:
            said = f"{answer.status} {answer.json}" if answer.status else "no answer"
            raise NotAnsweredError(f"{method} /api/v1{path}: {said}")
        return answer.json

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def camera_path(camera_id: str, operation: str = "") -> str:
    """Return the path of a camera, or of an operation on it."""
    return f"/cameras/{quote(camera_id, safe='')}{operation and '/' + operation}"
