"""The route table is exactly what the contracts bind."""

import re

import pytest
from google.api import annotations_pb2

from gateway.vocabulary.route_table import (
    CONTRACTS,
    HTTP_METHODS,
    allowed_methods,
    bindings,
    path_regex,
    rpcs,
    templates,
)


def contract_bindings() -> set[tuple[str, str, str]]:
    """Read the bindings of the descriptors a second time, the plain way."""
    found = set()
    for contract in CONTRACTS:
        for service in contract.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                rule = method.GetOptions().Extensions[annotations_pb2.http]
                found |= {
                    (verb.upper(), getattr(one, verb), method.full_name)
                    for one in (rule, *rule.additional_bindings)
                    for verb in HTTP_METHODS
                    if getattr(one, verb)
                }
    return found


def test_every_binding_of_the_contracts_is_in_the_table_once() -> None:
    table = [
        (one.http_method, one.template, f"{one.rpc.service}.{one.rpc.name}") for one in bindings()
    ]
    assert len(table) == len(set(table))
    assert set(table) == contract_bindings()


def test_no_two_operations_share_method_and_template() -> None:
    keys = [(one.http_method, one.template) for one in bindings()]
    assert len(keys) == len(set(keys))


def test_every_rpc_of_the_contracts_is_in_the_table_once() -> None:
    paths = [rpc.path for rpc in rpcs()]
    assert len(paths) == len(set(paths))
    assert "/camplane.camera.v1.CameraService/WatchCameras" in paths
    assert {rpc.context for rpc in rpcs()} == {"camera", "alert", "gateway"}


def test_a_literal_path_is_tried_before_a_parameter() -> None:
    order = list(templates())
    parameter = order.index("/api/v1/cameras/{camera_id}")
    assert order.index("/api/v1/cameras/batch-status") < parameter
    assert order.index("/api/v1/cameras/refresh") < parameter


@pytest.mark.parametrize(
    ("template", "methods"),
    [
        ("/api/v1/cameras", ("GET", "POST")),
        ("/api/v1/cameras/{camera_id}", ("DELETE", "GET", "PUT")),
        ("/api/v1/cameras/{camera_id}/auto-start", ("PUT",)),
        ("/api/v1/cameras/batch-status", ("DELETE", "POST", "PUT")),
        ("/api/v1/cameras/refresh", ("DELETE", "POST", "PUT")),
        ("/api/v1/alerts/rules/{rule_id}", ("DELETE", "GET", "PUT")),
        ("/api/v1/alerts/history-db", ("GET",)),
        ("/api/ping", ("GET",)),
        ("/health", ("GET",)),
    ],
)
def test_allowed_methods_are_those_that_are_answered(
    template: str, methods: tuple[str, ...]
) -> None:
    assert allowed_methods(template) == methods


def test_documented_query_parameters_are_neither_in_the_path_nor_in_the_body() -> None:
    found = {
        f"{one.http_method} {one.template}": dict(one.query_parameters)
        for one in bindings()
        if one.query_parameters
    }
    assert found == {
        "GET /api/v1/cameras": {"active_only": "bool"},
        "PUT /api/v1/cameras/{camera_id}/auto-start": {"auto_start": "bool"},
        "GET /api/v1/cameras/{camera_id}/logs": {"lines": "int32"},
        "GET /api/v1/cameras/{camera_id}/logs/stream": {"lines": "int32"},
        "GET /api/v1/alerts/rules": {"camera_id": "string", "enabled": "bool"},
        "GET /api/v1/alerts/history-db": {
            "limit": "int32",
            "camera_id": "string",
            "alert_type": "string",
        },
        "GET /api/v1/alerts/states": {"page_size": "int32", "page_token": "string"},
        "GET /api/v1/alerts/raised": {
            "rule_id": "int32",
            "camera_id": "string",
            "state": "string",
            "handled": "string",
            "page_size": "int32",
            "page_token": "string",
        },
        "GET /api/v1/alerts/raised/statistics": {
            "first_day": "string",
            "last_day": "string",
            "rule_id": "int32",
            "camera_id": "string",
        },
        "GET /api/v1/alerts/snoozes": {"rule_id": "int32"},
        "DELETE /api/v1/alerts/rules/{rule_id}/snooze": {"camera_id": "string"},
        "GET /api/v1/monitoring/comparison": {
            "context": "string",
            "rpc": "string",
            "minutes": "uint32",
        },
        "GET /api/v1/monitoring/shadow": {"context": "string", "minutes": "uint32"},
        "GET /api/v1/monitoring/traces": {
            "context": "string",
            "rpc": "string",
            "assigned": "string",
            "kind": "string",
            "code": "string",
            "min_ms": "double",
            "limit": "uint32",
            "after": "string",
        },
        "GET /api/v1/monitoring/traces/{trace_id}": {"span_id": "string"},
        "GET /api/v1/rollouts/history": {
            "context": "string",
            "after": "uint32",
            "limit": "uint32",
            "full": "bool",
        },
        "DELETE /api/v1/rollouts/pins/{camera_id}": {"author": "string", "reason": "string"},
    }


def test_only_operations_bound_to_a_body_take_one() -> None:
    assert {f"{one.http_method} {one.template}" for one in bindings() if one.takes_body} == {
        "POST /api/v1/cameras",
        "PUT /api/v1/cameras/{camera_id}",
        "POST /api/v1/cameras/batch-status",
        "POST /api/v1/alerts/rules",
        "PUT /api/v1/alerts/rules/{rule_id}",
        "POST /api/v1/alerts/events",
        "POST /api/v1/alerts/rules/{rule_id}/trial",
        "POST /api/v1/alerts/raised/handle",
        "PUT /api/v1/alerts/rules/{rule_id}/snooze",
        "POST /api/v1/monitoring/consistency/repair",
        "POST /api/v1/monitoring/consistency/undo",
        "PUT /api/v1/rollouts/{context}/shadow",
        "PUT /api/v1/rollouts/{context}/weight",
        "PUT /api/v1/rollouts/pins/{camera_id}",
        *(
            f"POST /api/v1/rollouts/{{context}}/{act}"
            for act in ("start", "promote", "pause", "resume", "abort", "forecast")
        ),
    }


def test_a_path_parameter_is_one_segment_that_is_not_empty() -> None:
    regex = path_regex("/api/v1/cameras/{camera_id}/start")
    assert re.fullmatch(regex, "/api/v1/cameras/cam.0 x/start")
    assert not re.fullmatch(regex, "/api/v1/cameras//start")
    assert not re.fullmatch(regex, "/api/v1/cameras/a/b/start")
    assert not re.fullmatch(path_regex("/a.b"), "/axb")


def test_templates_that_span_segments_are_refused() -> None:
    with pytest.raises(ValueError, match=r"only \{name\} parameters"):
        path_regex("/files/{path=**}")
