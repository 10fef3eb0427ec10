"""Who answers: by weight, by camera, by the caller's wish."""

import contextlib
import http.client
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateway.proxy.files import read_routing
from tests.integration.gateway.rig import Gateway, sides, until

CAMERAS = [f"cam{number}" for number in range(300)]


@contextlib.contextmanager
def load(gateway: Gateway) -> Iterator[list[tuple[int, str | None]]]:
    """Ask four at a time within the block; yields the answers' statuses and paths."""
    done = threading.Event()
    answers: list[tuple[int, str | None]] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)
        while not done.is_set():
            connection.request("GET", "/api/v1/cameras")
            response = connection.getresponse()
            response.read()
            answers.append((response.status, response.getheader("x-camplane-path")))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        done.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize(
    ("percent", "value", "side"),
    [
        (0, "true", "domain"),
        (0, "TRUE", "domain"),
        (0, "1", "domain"),
        (100, "false", "legacy"),
        (100, "False", "legacy"),
        (100, "0", "legacy"),
    ],
)
def test_force_domain_overrides_the_split_and_reaches_no_service(
    gateway: Gateway, percent: int, value: str, side: str
) -> None:
    gateway.split(camera=percent, alert=percent)
    for path in ("/api/v1/cameras/c/logs?lines=3&", "/api/v1/alerts/rules?camera_id=c&"):
        answer = gateway.rest("GET", f"{path}force_domain={value}")
        assert (answer.status, answer.path) == (200, side)
    received = gateway.take_received()
    assert [name for name, _ in received] == [f"camera/{side}", f"alert/{side}"]
    assert all(one.metadata["x-camplane-assigned"] == side for _, one in received)
    assert not any("force_domain" in str(one) for _, one in received)


def test_all_or_nothing_is_all_or_nothing(gateway: Gateway) -> None:
    paths = [f"/api/v1/cameras/{camera}/status" for camera in CAMERAS[:50]]
    assert set(sides(gateway, paths)) == {"domain"}
    gateway.split(camera=0, alert=100)
    assert set(sides(gateway, paths)) == {"legacy"}
    assert set(sides(gateway, ["/api/v1/alerts/rules"] * 20)) == {"domain"}


def test_a_camera_keeps_its_side_in_all_operations_and_none_moves_back(gateway: Gateway) -> None:
    gateway.split(camera=30)
    status = [f"/api/v1/cameras/{camera}/status" for camera in CAMERAS]
    at_30 = sides(gateway, status)
    assert sides(gateway, [f"/api/v1/cameras/{camera}/logs?lines=5" for camera in CAMERAS]) == at_30
    assert sides(gateway, [f"/api/v1/cameras/{camera}" for camera in CAMERAS]) == at_30
    assert 50 <= at_30.count("domain") <= 130
    gateway.split(camera=50)
    at_50 = sides(gateway, status)
    assert 110 <= at_50.count("domain") <= 190
    moved = {(before, after) for before, after in zip(at_30, at_50, strict=True) if before != after}
    assert moved == {("legacy", "domain")}


def test_an_alert_rule_keeps_its_side(gateway: Gateway) -> None:
    gateway.split(camera=0, alert=50)
    paths = [f"/api/v1/alerts/rules/{number}" for number in range(1, 101)]
    first = sides(gateway, paths)
    assert {"domain", "legacy"} == set(first)
    assert sides(gateway, paths) == first


def test_paths_without_an_id_are_split_request_by_request(gateway: Gateway) -> None:
    gateway.split(camera=50, alert=50)
    for path in ("/api/v1/cameras", "/api/v1/alerts/rules"):
        assert 40 <= sides(gateway, [path] * 200).count("domain") <= 160


def test_the_weights_are_drawn_once_a_request(gateway: Gateway) -> None:
    # A second draw after transcoding would send requests where they are not assigned.
    gateway.split(camera=50)
    sides(gateway, ["/api/v1/cameras?active_only=on"] * 100)
    for name, one in gateway.take_received():
        assert f"camera/{one.metadata['x-camplane-assigned']}" == name


def test_a_change_of_weights_under_load_loses_no_request(gateway: Gateway) -> None:
    with load(gateway) as answers:
        for percent in (0, 100, 50, 10, 90, 100, 0, 30):
            gateway.split(camera=percent)
    assert len(answers) > 50
    assert {status for status, _ in answers} == {200}
    assert {side for _, side in answers} == {"domain", "legacy"}


def test_a_change_of_the_token_alone_is_in_force_and_loses_no_request(gateway: Gateway) -> None:
    now = read_routing(gateway.directory)
    with load(gateway) as answers:
        for token in range(now.token + 1, now.token + 6):
            gateway.route(replace(now, token=token))  # waits for the version with this token
    assert len(answers) > 20
    assert set(answers) == {(200, "domain")}


def test_a_file_that_envoy_refuses_leaves_the_last_routes_in_force(gateway: Gateway) -> None:
    def count(name: str) -> int:
        [stat] = gateway.ask(lambda admin: admin.stats(f"rds.gateway.{name}$"))
        return int(stat["value"])

    routes = gateway.directory / "routes.json"
    good, beside = routes.read_text(), routes.with_suffix(".new")
    rejected = count("update_rejected")
    beside.write_text(good.replace('"safe_regex"', '"safe_rejex"'))
    beside.rename(routes)
    until(lambda: count("update_rejected") > rejected)
    assert sides(gateway, ["/api/v1/cameras"] * 20) == ["domain"] * 20
    beside.write_text(good)
    beside.rename(routes)
