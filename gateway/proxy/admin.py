"""Questions to a running Envoy, over its admin socket."""

from typing import Any

import httpx

from gateway.proxy.topology import GATEWAY
from gateway.proxy.weights import ROUTES_VERSION, VERSION


class AdminError(Exception):
    """Envoy's admin socket gave no usable answer; the message says what was asked."""


class Admin:
    """Envoy's admin interface; every method raises AdminError when Envoy cannot be asked."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=socket), base_url="http://envoy", timeout=5.0
        )

    async def listen_address(self, name: str = GATEWAY) -> tuple[str, int]:
        """Return the host and port of a listener; AdminError until it listens."""
        await self._get("/ready")
        answer = (await self._get("/listeners", format="json")).json()
        for status in answer.get("listener_statuses", ()):
            if status["name"] == name:
                bound = status["local_address"]["socket_address"]
                return str(bound["address"]), int(bound["port_value"])
        raise AdminError("Envoy listens nowhere")

    async def routing_version(self) -> str:
        """Return the version of the weights in force; "" while their routes are not."""
        runtime = (await self._get("/runtime")).json()["entries"]
        version, routes = (
            str(runtime.get(key, {}).get("final_value", "")) for key in (VERSION, ROUTES_VERSION)
        )
        query = {"resource": "dynamic_route_configs", "mask": "version_info"}
        configs = (await self._get("/config_dump", **query)).json().get("configs", ())
        in_force = any(one.get("version_info") == routes for one in configs)
        return version if in_force else ""

    async def extension_version(self) -> str:
        """Return the version of the filter that is in a file of its own; "" when there is none."""
        query = {"resource": "ecds_filters", "mask": "version_info"}
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

    async def clusters(self) -> list[dict[str, Any]]:
        """Return every cluster with its hosts and their health, as Envoy's JSON has them."""
        answer = await self._get("/clusters", format="json")
        found: list[dict[str, Any]] = answer.json()["cluster_statuses"]
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
