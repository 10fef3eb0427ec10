"""Legacy, asked in domain's place, may take too long as well."""

from typing import Any

from gateway.proxy.topology import Limits
from gateway.vocabulary.split import Split
from tests.integration.gateway.rig import running, until
from tests.integration.gateway.upstream import GoneError


def test_a_fallback_that_ends_at_the_gateways_limit_is_one_by_every_figure() -> None:
    """The answer's header says so, Envoy's counters and the spans."""

    def refuse(rpc: str, request: object) -> None:
        raise GoneError("no database")

    limits = Limits(timeout_seconds=0.5)
    with running(Split(100, 100), limits=limits, otlp="control") as gateway:
        gateway.upstreams["camera/domain"].behave = refuse
        gateway.upstreams["camera/legacy"].seconds = 3.0
        answer = gateway.rest("GET", "/api/v1/cameras/c/status")
        assert (answer.status, answer.path) == (504, "legacy")
        assert answer.headers["x-camplane-fallback"] == "true"
        counted = gateway.rest("GET", "/api/v1/monitoring/metrics").json["fallbacks"]
        assert counted["by_reason"] == {"retry": 1}

        def kept() -> Any:
            return gateway.rest("GET", "/api/v1/monitoring/traces?kind=fallback").json["traces"]

        (trace,) = until(kept)
        assert (trace["fallback_reason"], trace["code"]) == ("unavailable", "HTTP 504")

        def rescued() -> Any:
            compared = gateway.rest("GET", "/api/v1/monitoring/comparison").json["contexts"]
            rows = [row for context in compared for row in context["rpcs"]]
            return [one["reason"] for row in rows for one in row["fallbacks"]]

        assert until(rescued) == ["unavailable"]
