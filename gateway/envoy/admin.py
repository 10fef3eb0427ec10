"""Questions to a running Envoy, over its admin socket."""

from typing import Any

import httpx


class AdminError(Exception):
    """Envoy's admin socket gave no usable answer; the message says what was asked."""


class Admin:
    """Envoy's admin interface; every method raises AdminError when Envoy cannot be asked."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=socket), base_url="http://envoy", timeout=5.0
        )

    async def listen_address(self) -> tuple[str, int]:
        """Return the host and port that the gateway listens on; AdminError until it does."""
        await self._get("/ready")
        answer = (await self._get("/listeners", format="json")).json()
        for status in answer.get("listener_statuses", ()):
            bound = status["local_address"]["socket_address"]
            return str(bound["address"]), int(bound["port_value"])
        raise AdminError("Envoy listens nowhere")

    async def routes_version(self) -> str:
        """Return the version of the routes in force; empty before the first."""
        query = {"resource": "dynamic_route_configs", "mask": "version_info"}
        configs = (await self._get("/config_dump", **query)).json().get("configs", ())
        return str(configs[0].get("version_info", "")) if configs else ""

    async def prometheus(self, name: str) -> str:
        """Return the counters whose name matches, in Prometheus' text format, labels and all."""
        return (await self._get("/stats/prometheus", filter=name)).text

    async def stats(self, name: str, **parameters: str) -> list[dict[str, Any]]:
        """Return the statistics whose name matches, as Envoy's JSON has them."""
        answer = await self._get("/stats", filter=name, format="json", **parameters)
        found: list[dict[str, Any]] = answer.json()["stats"]
        return found

    async def reopen_logs(self) -> None:
        """Make Envoy open its log files again, after they were renamed."""
        await self._ask("POST", "/reopen_logs", {})

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def _get(self, path: str, **parameters: str) -> httpx.Response:
        return await self._ask("GET", path, parameters)

    async def _ask(self, method: str, path: str, parameters: dict[str, str]) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, params=parameters)
            return answer.raise_for_status()
        except httpx.HTTPError as error:
            raise AdminError(f"Envoy's admin socket {self._socket}: {path}: {error}") from error
