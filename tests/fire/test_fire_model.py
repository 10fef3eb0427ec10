"""Random operations, each by either implementation, against a simple model, crashes in between."""

import itertools
import os
import signal
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from servicekit import atomic_file, process
from tests.fire.conftest import World
from tests.fire.service import heat, until

IDS = st.sampled_from(["gate", "摄像头 2", "7"])
SIDES = st.sampled_from([0, 1])
VALUES = st.none() | st.booleans() | st.integers(-5, 2**60) | st.text("aé '\"#:-", max_size=6)
CHANGES = st.fixed_dictionaries(
    {}, optional={"active": st.booleans(), "fps": VALUES, "zones": st.lists(VALUES, max_size=2)}
)
RULES = st.fixed_dictionaries(
    {"name": st.text("aé '", max_size=5), "rule_type": st.just("t"), "conditions": VALUES},
    optional={"camera_id": st.none() | IDS, "enabled": st.booleans()},
)
DEFAULTS = {
    "camera_id": None,
    "notification_channels": None,
    "recipients": None,
    "enabled": True,
    "priority": "medium",
}
DONE = {"status": "success"}


@pytest.mark.timeout(3600)
def test_any_sequence_of_camera_operations_and_crashes_is_what_the_model_says(
    cameras: World,
) -> None:
    sides = cameras.services[:2]

    class Cameras(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.model: dict[str, dict[str, Any]] = {}
            self.kills = 0
            # None: a crash may have ended it or had it started again.
            self.runs: dict[str, bool | None] = {}
            for camera in sides[0].call("rest/ListCameras").value["cameras"]:
                assert sides[0].call("DeleteCamera", camera_id=camera["id"]).ok

        @rule(side=SIDES, camera_id=IDS, more=CHANGES)
        def create(self, side: int, camera_id: str, more: dict[str, Any]) -> None:
            entry = {"id": camera_id, "name": "n", "source": "rtsp://u:p@h/1", **more}
            answer = sides[side].call("rest/CreateCamera", entry)
            if camera_id in self.model:
                assert answer.code == "ALREADY_EXISTS"
            else:
                assert answer.value == {"ok": True, "camera": entry}
                self.model[camera_id] = entry

        @rule(side=SIDES, camera_id=IDS, changes=CHANGES)
        def update(self, side: int, camera_id: str, changes: dict[str, Any]) -> None:
            answer = sides[side].call("rest/UpdateCamera", changes, camera_id=camera_id)
            if self.is_found(answer, camera_id):
                assert answer.value == DONE
                self.model[camera_id] |= changes

        @rule(side=SIDES, camera_id=IDS)
        def delete(self, side: int, camera_id: str) -> None:
            answer = sides[side].call("DeleteCamera", camera_id=camera_id)
            if self.is_found(answer, camera_id):
                assert answer.value == DONE
                del self.model[camera_id]
                self.runs[camera_id] = False

        @rule(side=SIDES, camera_id=IDS)
        def activate(self, side: int, camera_id: str) -> None:
            answer = sides[side].call("ActivateCamera", camera_id=camera_id)
            if self.is_found(answer, camera_id):
                assert answer.value == {"ok": True, "camera_id": camera_id, "active": True}
                self.model[camera_id]["active"] = True

        @rule(side=SIDES, camera_id=IDS)
        def deactivate(self, side: int, camera_id: str) -> None:
            answer = sides[side].call("DeactivateCamera", camera_id=camera_id)
            if self.is_found(answer, camera_id):
                assert answer.value["active"] is False
                if (ran := self.runs.get(camera_id, False)) is not None:
                    assert answer.value["stopped"] is ran
                self.model[camera_id] |= {"active": False, "auto_start": False}
                self.runs[camera_id] = False

        @rule(side=SIDES, camera_id=IDS, wish=st.booleans())
        def set_auto_start(self, side: int, camera_id: str, wish: bool) -> None:
            answer = sides[side].call("SetAutoStart", camera_id=camera_id, auto_start=wish)
            if camera_id in self.model and not self.active(camera_id):
                assert answer.code == "FAILED_PRECONDITION"
            elif self.is_found(answer, camera_id):
                self.model[camera_id]["auto_start"] = wish

        @rule(side=SIDES, camera_id=IDS, rpc=st.sampled_from(["StartCamera", "RestartCamera"]))
        def start(self, side: int, camera_id: str, rpc: str) -> None:
            before = sides[side].call("GetCameraStatus", camera_id=camera_id).value["pid"]
            answer = sides[side].call(rpc, camera_id=camera_id)
            if camera_id not in self.model or not self.active(camera_id):
                assert answer.code == "FAILED_PRECONDITION"
                return
            assert answer.ok, answer
            assert camera_id in process.command_line(answer.value["pid"])
            if rpc == "RestartCamera":
                assert answer.value["pid"] != before
            elif self.runs.get(camera_id):
                assert answer.value["pid"] == before
            self.runs[camera_id] = True

        @rule(side=SIDES, camera_id=IDS)
        def stop(self, side: int, camera_id: str) -> None:
            assert sides[side].call("StopCamera", camera_id=camera_id).ok
            self.runs[camera_id] = False

        @rule(side=SIDES, wanted=st.lists(IDS, unique=True))
        def batch_status(self, side: int, wanted: list[str]) -> None:
            answer = sides[side].call("rest/BatchGetCameraStatus", {"camera_ids": wanted})
            assert list(answer.value) == (wanted or list(self.model))
            for camera_id, status in answer.value.items():
                self.check_status(camera_id, status)

        @rule(side=SIDES, changes=CHANGES, camera_id=IDS)
        def edit_by_hand(self, side: int, changes: dict[str, Any], camera_id: str) -> None:
            """As an editor does it: a new file in the old one's place, cameras in another order."""
            turned = dict(reversed(self.model.items()))
            if camera_id in turned:
                turned[camera_id] = {**turned[camera_id], **changes}
            text = yaml.safe_dump({"cameras": list(turned.values())}, sort_keys=False)
            atomic_file.replace(cameras.cameras_file, f"# by hand\n{text}".encode())
            self.model = turned

        @rule(side=SIDES)
        def refresh(self, side: int) -> None:
            assert sides[side].call("RefreshCameras").ok

        # A start takes a second; in CI there is one an example.
        @precondition(lambda self: self.kills < heat())
        @rule(side=SIDES)
        def kill_a_service(self, side: int) -> None:
            self.kills += 1
            sides[side].end(signal.SIGKILL)
            sides[side].start()
            sides[side].wait_until_serving()

        @precondition(lambda self: True in self.runs.values())
        @rule(side=SIDES, camera_id=IDS)
        def kill_a_worker(self, side: int, camera_id: str) -> None:
            if self.runs.get(camera_id):
                pid = sides[side].call("GetCameraStatus", camera_id=camera_id).value["pid"]
                os.kill(pid, signal.SIGKILL)
                until(lambda: process.identify(pid) is None)
                self.runs[camera_id] = None

        @invariant()
        def both_say_what_the_model_says(self) -> None:
            for service in sides:
                listed = service.call("rest/ListCameras").value["cameras"]
                assert exact(listed) == exact(list(self.model.values()))
                active = service.call("rest/ListCameras", active_only=True).value["cameras"]
                assert [one["id"] for one in active] == [i for i in self.model if self.active(i)]
                for camera_id in ("gate", "摄像头 2", "7"):
                    found = service.call("rest/GetCamera", camera_id=camera_id)
                    assert exact(found.value) == exact(
                        self.model.get(camera_id, "Camera not found")
                    )
                    status = service.call("GetCameraStatus", camera_id=camera_id)
                    self.check_status(camera_id, status.value)
            assert cameras.doubles == []

        def teardown(self) -> None:
            assert sides[1].call("CheckConsistency").value["consistent"]

        def is_found(self, answer: Any, camera_id: str) -> bool:
            assert answer.code == ("OK" if camera_id in self.model else "NOT_FOUND"), answer
            return bool(answer.ok)

        def active(self, camera_id: str) -> bool:
            return bool(self.model[camera_id].get("active", True))

        def check_status(self, camera_id: str, status: dict[str, Any]) -> None:
            known = self.runs.get(camera_id, False)
            assert known is None or status["running"] is known, (camera_id, status)
            assert (status["pid"] > 0) is status["running"]

    run(Cameras)


@pytest.mark.timeout(3600)
def test_any_sequence_of_rule_operations_and_crashes_is_what_the_model_says(alerts: World) -> None:
    sides = alerts.services[:2]
    ids = st.integers(0, 3)

    class Rules(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.model: dict[int, dict[str, Any]] = {}
            self.kills = 0
            self.updated: list[int] = []  # the one updated last is first
            for one in sides[0].call("rest/ListRules").value["items"]:
                assert sides[0].call("DeleteRule", rule_id=one["id"]).ok

        @rule(side=SIDES, body=RULES)
        def create(self, side: int, body: dict[str, Any]) -> None:
            rule_id = sides[side].call("rest/CreateRule", body).value["id"]
            assert rule_id not in self.model
            self.model[rule_id] = {"id": rule_id, **DEFAULTS, **body}
            self.updated.insert(0, rule_id)

        @rule(side=SIDES, index=ids, body=RULES)
        def update(self, side: int, index: int, body: dict[str, Any]) -> None:
            rule_id = self.rule_id(index)
            answer = sides[side].call("rest/UpdateRule", body, rule_id=rule_id)
            # Legacy does as the monolith, which asks for no rule's existence.
            expected = "OK" if rule_id in self.model or side == 0 else "NOT_FOUND"
            assert answer.code == expected
            if rule_id in self.model:
                self.model[rule_id] |= body
                self.updated.remove(rule_id)
                self.updated.insert(0, rule_id)

        @rule(side=SIDES, index=ids)
        def delete(self, side: int, index: int) -> None:
            rule_id = self.rule_id(index)
            answer = sides[side].call("DeleteRule", rule_id=rule_id)
            assert answer.code == ("OK" if rule_id in self.model else "NOT_FOUND")
            if self.model.pop(rule_id, None):
                self.updated.remove(rule_id)

        @rule(side=SIDES, enabled=st.booleans(), camera_id=IDS)
        def list_some(self, side: int, enabled: bool, camera_id: str) -> None:
            answer = sides[side].call("rest/ListRules", enabled=enabled, camera_id=camera_id)
            assert [one["id"] for one in answer.value["items"]] == [
                rule_id
                for rule_id in self.updated
                if self.model[rule_id]["enabled"] is enabled
                and self.model[rule_id]["camera_id"] == camera_id
            ]

        # A start takes a second; in CI there is one an example.
        @precondition(lambda self: self.kills < heat())
        @rule(side=SIDES)
        def kill_a_service(self, side: int) -> None:
            self.kills += 1
            sides[side].end(signal.SIGKILL)
            sides[side].start()
            sides[side].wait_until_serving()

        @invariant()
        def both_say_what_the_model_says(self) -> None:
            for service in sides:
                listed = service.call("rest/ListRules").value
                assert listed["count"] == len(self.model)
                assert exact([timeless(one) for one in listed["items"]]) == exact(
                    [ordered(self.model[rule_id]) for rule_id in self.updated]
                )
                for index in range(4):
                    rule_id = self.rule_id(index)
                    found = service.call("rest/GetRule", rule_id=rule_id)
                    if rule_id in self.model:
                        assert exact(timeless(found.value)) == exact(ordered(self.model[rule_id]))
                    else:
                        assert found.code == "NOT_FOUND"

        def rule_id(self, index: int) -> int:
            return next(itertools.islice(self.model, index, None), 2**31 - 1)

    run(Rules)


def run(machine: type[RuleBasedStateMachine]) -> None:
    """Run few examples in CI, many in the profile `long`."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=3 * heat(),
            stateful_step_count=12,
            suppress_health_check=list(HealthCheck),
        ),
    )


def timeless(found: dict[str, Any]) -> dict[str, Any]:
    return ordered({k: v for k, v in found.items() if k not in ("created_at", "updated_at")})


def ordered(found: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(found.items()))


def exact(value: Any) -> str:
    """Tell 1 from 1.0 and true, which Python finds equal, and mind the order of keys."""
    return repr(value)
