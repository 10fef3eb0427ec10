"""Envoy's counters and the services' health, turned into figures and verdicts."""

import pytest

from gateway.control.errors import ContextDownError
from gateway.control.health import judge
from gateway.telemetry.answers import METRIC, Times, parse, percent, tally, times

LABELS = ("status", "grpc_status", "cluster", "path", "fallback", "attempts", "rest_method")


def line(count: int, *values: str, flags: str = "-", deadline: str = "") -> str:
    more = (("flags", flags), ("deadline", deadline), ("route", ""), ("refusal", ""))
    named = (*zip(LABELS, values, strict=True), *more)
    labels = ",".join(f'{name}="{value}"' for name, value in named)
    return f"{METRIC}{{{labels}}} {count}"


COUNTERS = "\n".join(
    [
        f"# TYPE {METRIC} counter",
        line(50, "200", "0", "camera_domain", "domain", "", "1", "GET"),
        line(3, "200", "0", "camera_domain", "legacy", "true", "2", "GET"),
        line(2, "200", "0", "camera_domain", "legacy", "true", "1", "POST"),
        line(40, "200", "0", "alert_legacy", "legacy", "", "1", "PUT"),
        line(4, "500", "2", "alert_domain", "domain", "", "1", "GET"),
        line(1, "502", "14", "camera_domain", "domain", "", "1", "GET"),
        line(5, "400", "13", "camera_domain", "", "", "0", "GET"),
        line(6, "404", "", "", "", "", "0", ""),
        line(7, "200", "14", "camera_legacy", "legacy", "", "1", ""),
        line(8, "200", "5", "camera_domain", "domain", "", "1", ""),
        line(9, "0", "", "camera_domain", "", "", "1", "GET"),
        line(1, "200", "", "control", "", "", "1", "GET"),
        "envoy_cluster_upstream_rq{} 3",
    ]
)


def test_every_answer_is_counted_once() -> None:
    found = tally(parse(COUNTERS))
    assert found.total == 127
    assert sum(found.by_status.values()) == found.total
    assert (found.success, found.error) == (111, 16)
    assert found.by_status == {"200": 111, "400": 5, "404": 6, "500": 4, "502": 1}


def test_an_answer_belongs_to_the_implementation_that_gave_it() -> None:
    found = tally(parse(COUNTERS))
    assert found.by_path == {"domain": 63, "legacy": 52}
    assert found.fallbacks == {"retry": 3, "unhealthy": 2}
    assert found.assigned_to_domain == 68


def test_only_server_faults_count_as_errors_of_an_implementation() -> None:
    # 500 is one, 502 (a camera's source) is none; natively UNAVAILABLE is one, NOT_FOUND none.
    assert tally(parse(COUNTERS)).faults_by_path == {"domain": 4, "legacy": 7}


@pytest.mark.parametrize("flags", ["DC", "DR", "UC,DC"])
def test_a_call_that_its_client_ended_is_no_fault(flags: str) -> None:
    counters = line(3, "200", "2", "camera_domain", "domain", "", "1", "", flags=flags)
    assert tally(parse(counters)).faults_by_path == {"domain": 0}


def test_a_counter_without_its_labels_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the labels"):
        list(parse(f'{METRIC}{{status="200"}} 1'))


def test_percentages_of_nothing_are_what_the_api_says() -> None:
    assert percent(1, 3) == 33.33
    assert percent(0, 0) == 0.0
    assert percent(0, 0, of_nothing=100.0) == 100.0


def test_times_are_milliseconds_and_zero_before_the_first_request() -> None:
    quantiles = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100]
    details = {
        "name": "x",
        "totals": [
            {"lower_bound": 1000, "width": 100, "count": 3},
            {"lower_bound": 5000, "width": 200, "count": 1},
        ],
        "percentiles": [{"cumulative": 10 * q, "interval": None} for q in quantiles],
    }
    stats = [{"histograms": {"supported_percentiles": quantiles, "details": [details]}}]
    assert times(stats) == Times(p50=0.5, p95=0.95, p99=0.99, max=1.0, mean=2.062)
    details["totals"] = []
    assert times(stats) == times([]) == Times()


ALL = {
    f"{context}/{side}": True for context in ("camera", "alert") for side in ("domain", "legacy")
}


def test_health_names_what_does_not_serve() -> None:
    assert judge(ALL).not_serving == ()
    verdict = judge({**ALL, "camera/domain": False})
    assert verdict.not_serving == ("camera/domain",)
    assert not verdict.domain_services
    assert verdict.legacy_services
    assert not verdict.database
    assert judge({**ALL, "alert/domain": False}).database


def test_a_context_that_nobody_serves_is_refused_by_name() -> None:
    with pytest.raises(ContextDownError, match="alert/domain nor alert/legacy"):
        judge({**ALL, "alert/domain": False, "alert/legacy": False})
