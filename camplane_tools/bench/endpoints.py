"""The requests that are measured, as REST sends them and as gRPC does, and their targets."""

import json
from dataclasses import dataclass

from camplane.alert.v1 import alert_rest_service_pb2 as alert_rest
from camplane.alert.v1 import alert_service_pb2 as alert
from camplane.camera.v1 import camera_rest_service_pb2 as camera_rest
from camplane.camera.v1 import camera_service_pb2 as camera
from google.api.httpbody_pb2 import HttpBody
from google.protobuf import json_format
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

CAMERAS = 50
RUNNING = 10  # of them, so that a batch meets both kinds
RULES = 100

RULE = {
    "name": "No hairnet at the entrance",
    "camera_id": "bench-01",
    "rule_type": "violation_threshold",
    "conditions": {"threshold": 5, "duration_seconds": 60, "violation_type": "no_hairnet"},
    "notification_channels": ["email", "sms"],
    "recipients": ["shift-lead@example.org"],
    "enabled": True,
    "priority": "high",
}


def camera_ids() -> list[str]:
    """Return the ids of the cameras that a measured camplane has."""
    return [f"bench-{number:02d}" for number in range(1, CAMERAS + 1)]


@dataclass(frozen=True)
class Call:
    """One gRPC call: "package.Service/Method" and its request."""

    method: str
    request: Message


@dataclass(frozen=True)
class Endpoint:
    """One operation.

    context: whose domain service answers. paths: asked in turn by each
    connection. transcoded: the calls that the gateway makes of them. native:
    the typed call, where it is another. share: of the no-op's requests a
    second that are to be reached. monolith_ms: the CPU of one request on the
    monolith that camplane replaces; times_less: by how much it is to be less.
    """

    name: str
    context: str
    method: str
    paths: tuple[str, ...]
    transcoded: tuple[Call, ...]
    native: tuple[Call, ...]
    body: bytes = b""
    share: float | None = None
    monolith_ms: float | None = None
    times_less: float = 1.0


def _camera(name: str, request: Message) -> Call:
    return Call(f"camplane.camera.v1.CameraService/{name}", request)


def _rest_body(data: object) -> HttpBody:
    return HttpBody(content_type="application/json", data=json.dumps(data).encode())


_ALERT_REST = "camplane.alert.v1.AlertRestService"
_ALERT = "camplane.alert.v1.AlertService"
_RUNNING_ONE, _STOPPED_ONE = camera_ids()[0], camera_ids()[-1]

_STATUS = _camera("GetCameraStatus", camera.GetCameraStatusRequest(camera_id=_RUNNING_ONE))
_ACTIVATE = _camera("ActivateCamera", camera.ActivateCameraRequest(camera_id=_RUNNING_ONE))
_IN_TURN = (
    _camera("ActivateCamera", camera.ActivateCameraRequest(camera_id=_STOPPED_ONE)),
    _camera("DeactivateCamera", camera.DeactivateCameraRequest(camera_id=_STOPPED_ONE)),
)
_TYPED_RULE = json_format.ParseDict(RULE, alert.Rule())

# Creating comes last: it makes the list longer.
ENDPOINTS = (
    Endpoint(
        *("status", "camera", "GET", (f"/api/v1/cameras/{_RUNNING_ONE}/status",)),
        transcoded=(_STATUS,),
        native=(_STATUS,),
        share=0.85,
        monolith_ms=0.8,
    ),
    Endpoint(
        *("activate", "camera", "POST", (f"/api/v1/cameras/{_RUNNING_ONE}/activate",)),
        transcoded=(_ACTIVATE,),
        native=(_ACTIVATE,),
        share=0.85,
        monolith_ms=80,
        times_less=10,
    ),
    Endpoint(
        *("activate, deactivate in turn", "camera", "POST"),
        paths=tuple(
            f"/api/v1/cameras/{_STOPPED_ONE}/{verb}" for verb in ("activate", "deactivate")
        ),
        transcoded=_IN_TURN,
        native=_IN_TURN,
    ),
    Endpoint(
        *("batch-status of 50", "camera", "POST", ("/api/v1/cameras/batch-status",)),
        transcoded=(
            Call(
                "camplane.camera.v1.CameraRestService/BatchGetCameraStatus",
                camera_rest.CameraRestServiceBatchGetCameraStatusRequest(
                    body=_rest_body({"camera_ids": camera_ids()})
                ),
            ),
        ),
        native=(
            _camera(
                "BatchGetCameraStatus",
                camera.BatchGetCameraStatusRequest(camera_ids=camera_ids()),
            ),
        ),
        body=json.dumps({"camera_ids": camera_ids()}).encode(),
        share=0.45,
        monolith_ms=3.8,
    ),
    Endpoint(
        *("rule get", "alert", "GET", ("/api/v1/alerts/rules/1",)),
        transcoded=(
            Call(f"{_ALERT_REST}/GetRule", alert_rest.AlertRestServiceGetRuleRequest(rule_id=1)),
        ),
        native=(Call(f"{_ALERT}/GetRule", alert.GetRuleRequest(rule_id=1)),),
        share=0.75,
    ),
    Endpoint(
        *("rules list of 100", "alert", "GET", ("/api/v1/alerts/rules",)),
        transcoded=(
            Call(f"{_ALERT_REST}/ListRules", alert_rest.AlertRestServiceListRulesRequest()),
        ),
        native=(Call(f"{_ALERT}/ListRules", alert.ListRulesRequest()),),
        share=0.30,
        monolith_ms=10,
        times_less=10,
    ),
    Endpoint(
        *("rule update", "alert", "PUT", ("/api/v1/alerts/rules/1",)),
        transcoded=(
            Call(
                f"{_ALERT_REST}/UpdateRule",
                alert_rest.AlertRestServiceUpdateRuleRequest(rule_id=1, body=_rest_body(RULE)),
            ),
        ),
        native=(
            Call(
                f"{_ALERT}/UpdateRule",
                alert.UpdateRuleRequest(
                    rule_id=1, rule=_TYPED_RULE, update_mask=FieldMask(paths=list(RULE))
                ),
            ),
        ),
        body=json.dumps(RULE).encode(),
        share=0.50,
        monolith_ms=1.6,
    ),
    Endpoint(
        *("rule create", "alert", "POST", ("/api/v1/alerts/rules",)),
        transcoded=(
            Call(
                f"{_ALERT_REST}/CreateRule",
                alert_rest.AlertRestServiceCreateRuleRequest(body=_rest_body(RULE)),
            ),
        ),
        native=(Call(f"{_ALERT}/CreateRule", alert.CreateRuleRequest(rule=_TYPED_RULE)),),
        body=json.dumps(RULE).encode(),
        share=0.50,
        monolith_ms=1.6,
    ),
)
