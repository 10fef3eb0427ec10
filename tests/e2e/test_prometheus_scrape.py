"""What a running camplane says to Prometheus, to a client and to the real one."""

import contextlib
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.command_line import Up, ending, until
from tests.prometheus import CONFIG, RULES, dashboard_queries, metric_names, program

PAGES = ("", "/camera/domain", "/camera/legacy", "/alert/domain", "/alert/legacy", "/envoy")
OPENMETRICS = {"accept": "application/openmetrics-text; version=1.0.0"}


@pytest.fixture(scope="module")
def camplane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A camplane with both paths in use."""
    with ending(tmp_path_factory.mktemp("metrics")) as start:
        yield start(USE_DOMAIN_SERVICE="true", ROLLOUT_PERCENT="50")


@pytest.fixture
def client(camplane: Up) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=camplane.url, timeout=20, trust_env=False) as client:
        yield client


def samples(client: httpx.Client, page: str, name: str) -> dict[tuple[str, ...], float]:
    """Return a metric's samples by the values of their labels, in the labels' order by name."""
    answer = client.get(f"/metrics{page}")
    assert answer.status_code == 200, answer.text
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == name
    }


@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers_get_alone(client: httpx.Client, page: str) -> None:
    assert client.get(f"/metrics{page}").status_code == 200
    for method in ("POST", "PUT", "DELETE", "HEAD"):
        answer = client.request(method, f"/metrics{page}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    "path",
    [
        "/stats/prometheus",
        "/metrics/envoy/",
        "/metrics/envoy/quitquitquit",
        "/metrics/envoy/../quitquitquit",
        "/metrics/envoy%2F..%2Fquitquitquit",
        "/metrics/envoy/config_dump",
        "/metrics/camera",
    ],
)
def test_nothing_else_of_envoys_admin_can_be_reached(camplane: Up, path: str) -> None:
    host, _, port = camplane.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        # As it stands: clients tidy paths up.
        request = f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        connection.sendall(request.encode())
        status = connection.makefile("rb").readline()
    assert b" 404 " in status, status


def test_requests_are_counted_where_they_were_answered_and_scrapes_nowhere(
    client: httpx.Client,
) -> None:
    name = "camplane_requests_total"
    label = ("domain", "domain", "forced", "OK", "alert", "AlertRestService/ListRules")
    before = samples(client, "", name).get(label, 0)
    figures = client.get("/api/v1/monitoring/metrics").json()["requests"]["total"]
    for _ in range(7):
        client.get("/api/v1/alerts/rules?force_domain=true")
        for page in PAGES:
            client.get(f"/metrics{page}")
    until(lambda: samples(client, "", name).get(label, 0) == before + 7)
    # The seven, and the question before them; not one of the scrapes.
    after = until(
        lambda: (
            total
            if (total := client.get("/api/v1/monitoring/metrics").json()["requests"]["total"])
            >= figures + 8
            else None
        )
    )
    assert after <= figures + 20
    handled = samples(client, "/alert/domain", "grpc_server_handled_total")
    assert handled["OK", "ListRules", "camplane.alert.v1.AlertRestService", "domain"] >= 7


def test_exemplars_name_traces_that_were_kept(client: httpx.Client) -> None:
    def example() -> str:
        client.get("/api/v1/cameras?force_domain=true")
        text = client.get("/metrics", headers=OPENMETRICS).text
        return next((line for line in text.splitlines() if " # {" in line), "")

    ids = dict(re.findall(r'((?:trace|span)_id)="([0-9a-f]+)"', until(example)))
    path = f"/api/v1/monitoring/traces/{ids['trace_id']}"
    told = client.get(path, params={"span_id": ids["span_id"]})
    assert told.status_code == 200
    assert told.json()["summary"]["span_id"] == ids["span_id"]


def test_real_prometheus_finds_every_metric_that_rules_and_dashboards_name(
    camplane: Up, client: httpx.Client, tmp_path: Path
) -> None:
    for side in ("true", "false"):
        for path in ("/api/v1/cameras", "/api/v1/alerts/rules"):
            client.get(f"{path}?force_domain={side}")
    with prometheus(camplane, tmp_path) as ask:
        up = 'up{job="camplane"}'
        until(lambda: [one["value"][1] for one in ask("query", query=up)["result"]] == ["1"] * 6)
        for name in metric_names(RULES.read_text()):
            until(lambda name=name: ask("query", query=name)["result"])
        # Families that have nothing to say yet, such as fallbacks, are told of all the same.
        known = ask("targets/metadata", match_target='{job="camplane"}', limit="100000")
        families = {one["metric"] for one in known}
        for name in set().union(*map(metric_names, dashboard_queries())):
            family = name
            for ending_ in ("_total", "_bucket", "_count", "_sum"):
                family = family.removesuffix(ending_)
            assert {name, family} & families, name
        # No rule complains of a camplane that is well.
        until(lambda: all(r["health"] == "ok" for r in ask("rules")["groups"][0]["rules"]))
        assert [one["labels"] for one in ask("alerts")["alerts"] if one["state"] == "firing"] == []


@contextlib.contextmanager
def prometheus(camplane: Up, folder: Path) -> Iterator[Callable[..., Any]]:
    """Run Prometheus on what we deploy, but quicker and on this camplane; give its API."""
    told = CONFIG.read_text().replace("127.0.0.1:8080", camplane.url.removeprefix("http://"))
    told = told.replace("15s", "1s").replace("camplane.rules.yml", str(RULES))
    (folder / "prometheus.yml").write_text(told)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    arguments = [
        program("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address={address}",
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(arguments, stdout=log, stderr=subprocess.STDOUT)
    with httpx.Client(base_url=f"http://{address}", timeout=10, trust_env=False) as client:

        def ready() -> bool:
            assert process.poll() is None, (folder / "log").read_text()
            try:
                return client.get("/-/ready").status_code == 200
            except httpx.TransportError:
                return False

        def ask(path: str, **parameters: str) -> Any:
            return (
                client.get(f"/api/v1/{path}", params=parameters).raise_for_status().json()["data"]
            )

        try:
            until(ready)
            yield ask
        finally:
            process.terminate()
            process.wait(20)
