"""The running gateway answers what the OpenAPI document says, and nothing else."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from servicekit import moments
from tests.contract.openapi_document import (
    INVALID_ARGUMENT,
    ask,
    described,
    operations,
    sides,
    streams,
)
from tests.stack import Stack

ANSWERED = sorted(described().keys() - streams())
RIGHT, WRONG = "right", "wrong"
SWITCH = {"$ref": "#/components/parameters/force_domain"}
# Of the profile's share: the operations are many.
EXAMPLES = settings().max_examples // 10
# Each may start a process, or open a camera.
FEW = dict.fromkeys(("StartCamera", "RestartCamera", "GetCameraPreview"), 4)
KNOWN = {
    "camera_id": ["vid1", "cam_off", "cam_nosrc", "cam space", "摄像头1", "12345"],
    "rule_id": [1, 2, 3],
    "alert_id": [1, 2, 3],
}
# Texts with a grammar of their own, which no schema says; and times that are in their order.
READ = {
    "rpc": ["", "CameraRestService/ListCameras"],
    "plan": [""],
    "page_token": [""],
    "start_time": [f"{moments.iso(time.time() - 7200)}Z"],
    "end_time": [f"{moments.iso(time.time() - 3600)}Z"],
    "first_day": [moments.iso(time.time() - 3600)[:10]],
    "last_day": [moments.iso(time.time())[:10]],
    "state": ["firing", "resolved"],
    "handled": ["none", "any", "confirmed"],
    "handling": ["acknowledged", "confirmed", "false_positive"],
    "handled_by": ["a reader"],
    "alert_ids": [[1], [1, 2, 999]],
    "comment": ["on my way"],
    "until": [f"{moments.iso(time.time() + 7200)}Z"],
    "snoozed_by": ["a reader"],
}


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture(scope="module", autouse=True)
def split_as_before(running_stack: Stack) -> Iterator[None]:
    """Give the requests back to both sides, half each, when the rollouts were played with."""
    yield
    client = running_stack.client
    for rollout in client.get("/api/v1/rollouts").json()["rollouts"]:
        path = f"/api/v1/rollouts/{rollout['context']}"
        assert client.post(f"{path}/abort", json={}).status_code == 200
        assert client.put(f"{path}/weight", json={"weight": 50}).status_code == 200
        for camera_id in rollout["pins"]:
            pin = f"/api/v1/rollouts/pins/{quote(camera_id, safe='')}"
            assert client.delete(pin).status_code == 200


def cases(name: str, kind: str) -> st.SearchStrategy[Any]:
    """Draw requests for an operation, half of the right ones for things that exist."""
    from schemathesis import GenerationMode

    operation = operations()[name]
    if kind == WRONG:
        return operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    drawn = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    readable = st.builds(replaced, drawn, choices(READ))
    return readable | st.builds(replaced, readable, choices(KNOWN))


def takes_anything(name: str) -> bool:
    """Can a request for the operation be wrong?"""
    raw = described()[name]
    # No text is wrong for the switch that chooses a path.
    parameters = [one for one in raw.get("parameters", []) if one != SWITCH]
    return bool(parameters or "requestBody" in raw)


def choices(values: dict[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({key: st.sampled_from(some) for key, some in values.items()})


def replaced(case: Any, values: dict[str, Any]) -> Any:
    """Return the case with these values wherever it has such a parameter or key."""
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part.update({key: value for key, value in values.items() if key in part})
    return case


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (name, kind)
        for name in ANSWERED
        for kind in (RIGHT, WRONG)
        if kind == RIGHT or takes_anything(name)
    ],
)
def test_no_fault_and_no_answer_that_is_not_documented(
    stack: Stack, session: requests.Session, name: str, kind: str
) -> None:
    """Nor is anything called invalid that the document allows."""

    @settings(
        max_examples=FEW.get(name, EXAMPLES),
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(name, kind))
    def hold(case: Any) -> None:
        for side in sides(name):
            answer = ask(stack, session, case, side)
            if kind == RIGHT and answer.status_code == 400:
                assert answer.json()["code"] != INVALID_ARGUMENT, answer.text[:500]

    hold()
