"""Two implementations, one world: any sequence of operations, each by either, against a model."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from camplane.camera.v1 import (
    camera_rest_service_pb2,
    camera_rest_service_pb2_grpc,
    camera_service_pb2,
    camera_service_pb2_grpc,
)
from google.api import httpbody_pb2
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from camera_service.bootstrap import build
from camera_service.settings import camera_settings
from servicekit.server import serve
from servicekit.settings import Environment

IDS = st.sampled_from(["摄像头 1", "7", "a: b #c"])
SIDES = st.sampled_from(["legacy", "domain"])
# What people and front ends put into entries, and what YAML could take for something else.
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
    | st.sampled_from(["yes", "1_000", "0x1F", "2026-01-01", "~", " x ", "- a", "{", "1e5"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab ", max_size=2), inner),
    max_leaves=4,
)
# Pairs of these are equal to Python, and not to a client.
ALIKE = st.sampled_from([0, 0.0, -0.0, False, 1, 1.0, True])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "fps": ALIKE,
        "zones": st.lists(ALIKE, max_size=1),
        "note": VALUES,
        "active": ALIKE,
        "enabled": st.booleans(),
        "auto_start": ALIKE,
    },
)


class Side:
    """Calls one implementation, and waits for the answer."""

    def __init__(self, address: str) -> None:
        channel = grpc.insecure_channel(address)
        self._typed = camera_service_pb2_grpc.CameraServiceStub(channel)
        self._rest = camera_rest_service_pb2_grpc.CameraRestServiceStub(channel)

    def typed(self, method: str, **fields: Any) -> str:
        """Return the code of the answer."""
        request = getattr(camera_service_pb2, f"{method}Request")(**fields)
        return _code(lambda: getattr(self._typed, method)(request))

    def rest(self, method: str, body: dict[str, Any], **fields: Any) -> str:
        """Return the code of the answer."""
        data = json.dumps(body).encode()
        http_body = httpbody_pb2.HttpBody(content_type="application/json", data=data)
        name = f"CameraRestService{method}Request"
        request = getattr(camera_rest_service_pb2, name)(body=http_body, **fields)
        return _code(lambda: getattr(self._rest, method)(request))

    def cameras(self) -> bytes:
        """Return the list as REST clients read it, byte for byte."""
        request = camera_rest_service_pb2.CameraRestServiceListCamerasRequest()
        return self._rest.ListCameras(request).body.data

    def consistent(self) -> bool:
        request = camera_service_pb2.CheckConsistencyRequest()
        return self._typed.CheckConsistency(request).consistent


def _code(call: Any) -> str:
    try:
        call()
    except grpc.RpcError as error:
        return error.code().name
    return "OK"


@pytest.fixture
def both(root, tmp_path, database_url) -> Iterator[dict[str, Side]]:
    """Give both implementations, served by a thread beside the test."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    sides: dict[str, Side] = {}
    ready = threading.Event()

    async def run() -> None:
        async with asyncio.TaskGroup() as group:
            for implementation in ("legacy", "domain"):
                read = camera_settings(
                    Environment(
                        {
                            "CAMPLANE_IMPLEMENTATION": implementation,
                            "CAMPLANE_DATA": str(root),
                            "CAMPLANE_CAMERA_DATABASE_URL": database_url,
                            "CAMPLANE_LISTEN": f"unix:{tmp_path}/{implementation}.sock",
                        }
                    )
                )

                def started(address: str, name: str = implementation) -> None:
                    sides[name] = Side(address)
                    if len(sides) == 2:
                        ready.set()

                group.create_task(serve(build(read), read.server, started, stop))

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    assert ready.wait(30)
    yield sides
    loop.call_soon_threadsafe(stop.set)
    thread.join(30)


def active(entry: dict[str, Any]) -> bool:
    return bool(entry.get("active", entry.get("enabled", True)))


@pytest.mark.timeout(300)
def test_any_sequence_of_operations_leaves_one_world(both) -> None:
    """After each step both list what a plain dictionary says, byte for byte alike."""

    class World(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.model: dict[str, dict[str, Any]] = {}
            for entry in json.loads(both["legacy"].cameras())["cameras"]:
                both["domain"].typed("DeleteCamera", camera_id=entry["id"])

        @rule(side=SIDES, camera_id=IDS, more=CHANGES)
        def create(self, side, camera_id, more) -> None:
            entry = {"id": camera_id, "name": "n", "source": "rtsp://u:p@h/1", **more}
            expected = "ALREADY_EXISTS" if camera_id in self.model else "OK"
            assert both[side].rest("CreateCamera", entry) == expected
            self.model.setdefault(camera_id, entry)

        @rule(side=SIDES, camera_id=IDS, changes=CHANGES)
        def update(self, side, camera_id, changes) -> None:
            answer = both[side].rest("UpdateCamera", changes, camera_id=camera_id)
            assert answer == self.known(camera_id)
            self.change(camera_id, changes)

        @rule(side=SIDES, camera_id=IDS)
        def activate(self, side, camera_id) -> None:
            answer = both[side].typed("ActivateCamera", camera_id=camera_id)
            assert answer == self.known(camera_id)
            self.change(camera_id, {"active": True})

        @rule(side=SIDES, camera_id=IDS)
        def deactivate(self, side, camera_id) -> None:
            answer = both[side].typed("DeactivateCamera", camera_id=camera_id)
            assert answer == self.known(camera_id)
            self.change(camera_id, {"active": False, "auto_start": False})

        @rule(side=SIDES, camera_id=IDS, wish=st.booleans())
        def set_auto_start(self, side, camera_id, wish) -> None:
            answer = both[side].typed("SetAutoStart", camera_id=camera_id, auto_start=wish)
            if camera_id in self.model and not active(self.model[camera_id]):
                assert answer == "FAILED_PRECONDITION"
            else:
                assert answer == self.known(camera_id)
                self.change(camera_id, {"auto_start": wish})

        @rule(side=SIDES, camera_id=IDS)
        def delete(self, side, camera_id) -> None:
            answer = both[side].typed("DeleteCamera", camera_id=camera_id)
            assert answer == self.known(camera_id)
            self.model.pop(camera_id, None)

        @invariant()
        def both_list_the_model(self) -> None:
            listed = both["domain"].cameras()
            assert both["legacy"].cameras() == listed
            assert exact(json.loads(listed)["cameras"]) == exact(list(self.model.values()))

        def teardown(self) -> None:
            assert both["domain"].consistent()

        def known(self, camera_id: str) -> str:
            return "OK" if camera_id in self.model else "NOT_FOUND"

        def change(self, camera_id: str, changes: dict[str, Any]) -> None:
            if camera_id in self.model:
                self.model[camera_id] = {**self.model[camera_id], **changes}

    run_state_machine_as_test(
        World,
        settings=settings(
            max_examples=30,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def exact(value: Any) -> str:
    """Tell 1 from 1.0 and true, which Python finds equal, and mind the order of keys."""
    return repr(value)
