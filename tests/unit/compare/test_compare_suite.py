"""The built-in suite and the planted faults are complete, and each is what it says."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from camplane_tools.compare.model import OTHER, Request
from camplane_tools.compare.operations import binding_of, is_read
from camplane_tools.compare.suite.builtin import builtin_cases
from camplane_tools.mutations.__main__ import MUTATIONS
from camplane_tools.mutations.mutation import Mutation
from gateway.vocabulary.route_table import bindings

RECORDED = Path(__file__).parents[2] / "contract" / "recorded" / "cases.json"
CASES = builtin_cases()
REQUESTS = [request for case in CASES for request in case.requests]


def test_names_are_unique_and_there_are_at_least_400_comparisons() -> None:
    assert [name for name, count in Counter(c.name for c in CASES).items() if count > 1] == []
    assert len(REQUESTS) >= 400


def test_every_operation_of_both_contexts_is_asked() -> None:
    asked = {(one.http_method, one.template) for r in REQUESTS if (one := binding_of(r))}
    wanted = {
        (one.http_method, one.template)
        for one in bindings()
        if one.rpc.context in ("camera", "alert") or "Monitoring" in one.rpc.service
        # One answer for both paths: there is nothing to compare.
        if "/monitoring/consistency" not in one.template
    }
    assert wanted <= asked


def test_every_write_is_read_on_the_other_path_somewhere() -> None:
    crossing = [case for case in CASES if any(r.via == OTHER for r in case.requests)]
    written = {
        binding.rpc.name
        for case in crossing
        for request in case.requests
        if not is_read(request) and (binding := binding_of(request))
    }
    assert written >= {
        *("CreateCamera", "UpdateCamera", "DeleteCamera", "StartCamera", "StopCamera"),
        *("RestartCamera", "ActivateCamera", "DeactivateCamera", "SetAutoStart"),
        *("CreateRule", "UpdateRule", "DeleteRule"),
    }


@pytest.mark.parametrize("path_prefix", ["/api/v1/cameras", "/api/v1/alerts"])
def test_every_recorded_request_of_the_monolith_is_asked(path_prefix: str) -> None:
    """By method and target; of bodies there are more here."""

    def target(case: dict[str, Any]) -> str:
        return case["path"] + (f"?{case['query']}" if case["query"] else "")

    cases = json.loads(RECORDED.read_text())["cases"]
    recorded = {(c["method"], target(c)) for c in cases if c["path"].startswith(path_prefix)}
    asked = {(request.method, request.target) for request in REQUESTS}
    assert recorded - asked == set()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: f"{one.context}: {one.name}")
def test_a_fault_has_its_place_in_the_source_and_is_valid_there(mutation: Mutation) -> None:
    source = mutation.source()
    assert source.count(mutation.before) == 1
    compile(source.replace(mutation.before, mutation.after), mutation.module, "exec")
    assert not mutation.module.startswith(("camera_service.legacy", "alert_service.legacy"))


def test_there_are_at_least_20_faults_with_names_of_their_own() -> None:
    names = {(one.context, one.name) for one in MUTATIONS}
    assert len(names) == len(MUTATIONS) >= 20


def test_what_is_no_documented_operation_is_judged_by_its_method() -> None:
    assert is_read(Request("GET", "/docs"))
    assert not is_read(Request("PATCH", "/api/v1/cameras"))
    assert is_read(Request("POST", "/api/v1/cameras/batch-status"))
    assert not is_read(Request("POST", "/api/v1/cameras/refresh"))
