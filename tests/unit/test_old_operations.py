"""Which locks a request to the old server is asked for under: told by the contract alone."""

import pytest
from camplane.camera.v1 import camera_service_pb2

from camera_service.entrypoints.old_operations import (
    CONTROLLING,
    NOT_WRITING,
    NOTHING,
    Needs,
    needs,
)
from gateway.proxy import old_writes

CAMERAS = "/api/v1/cameras"


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        ("POST /api/v1/cameras?force_domain=false", Needs(file=True)),
        ("POST /api/v1/cameras/", Needs(file=True)),
        ("PUT /api/v1/cameras/a", Needs(file=True)),
        ("DELETE /api/v1/cameras/a%20b", Needs("a b", file=True)),
        ("DELETE /api/v1/cameras/refresh", Needs("refresh", file=True)),
        ("POST /api/v1/cameras/refresh", Needs(file=True)),
        ("POST /api/v1/cameras/a/activate", Needs(file=True)),
        ("POST /api/v1/cameras/a/deactivate", Needs("a", file=True)),
        ("PUT /api/v1/cameras/a/auto-start?auto_start=true", Needs(file=True)),
        ("POST /api/v1/cameras/%E9%97%A8/start", Needs("门")),
        ("POST /api/v1/cameras/a%2520b/stop", Needs("a%20b")),
        ("POST /api/v1/cameras/a/restart", Needs("a")),
    ],
)
def test_what_changes_something_needs_the_locks_of_its_rpc(
    request_line: str, expected: Needs
) -> None:
    assert needs(*request_line.split(" ")) == expected


@pytest.mark.parametrize(
    "request_line",
    [
        "GET /api/v1/cameras",
        "GET /api/v1/cameras/a",
        "GET /api/v1/cameras/a/status",
        "POST /api/v1/cameras/batch-status",
        "POST /api/v1/alerts/rules",
        "POST /upload",
    ],
)
def test_what_changes_no_camera_needs_no_lock(request_line: str) -> None:
    assert needs(*request_line.split(" ")) == NOTHING


@pytest.mark.parametrize("camera_id", ["..", "%2e%2e", "a%2Fb", "a%00", "%2E%2E%2Fx", "x" * 300])
def test_an_id_that_no_camera_can_have_names_no_lock(camera_id: str) -> None:
    assert needs("POST", f"{CAMERAS}/{camera_id}/start") == NOTHING


def test_the_operations_named_are_those_of_the_contract() -> None:
    methods = camera_service_pb2.DESCRIPTOR.services_by_name["CameraService"].methods_by_name
    assert NOT_WRITING < CONTROLLING <= set(methods)


def test_the_gateway_and_domain_agree_on_what_leaves_the_file_alone() -> None:
    """Neither may import the other; what differed would wait for no turn, or for too many."""
    assert old_writes.WORKERS_ALONE == NOT_WRITING
