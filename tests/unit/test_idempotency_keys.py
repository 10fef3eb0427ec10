"""Which key a call has, and what it is the key of."""

import pytest
from camplane.alert.v1 import alert_service_pb2 as pb
from camplane.camera.v1 import camera_service_pb2 as camera_pb
from google.protobuf.message import Message

from gateway.vocabulary.route_table import rpcs
from gateway.vocabulary.split import CONTEXTS
from servicekit import idempotency
from servicekit.idempotency import (
    CLIENT_KEY,
    CLIENT_SECONDS,
    GATEWAY_KEY,
    GATEWAY_SECONDS,
    Keyed,
    KeyInvalidError,
    KeyReusedError,
)

DELETE = "/camplane.alert.v1.AlertService/DeleteRule"


def keyed(
    *metadata: tuple[str, str | bytes],
    method: str = DELETE,
    request: Message | None = None,
) -> Keyed | None:
    """Return what a call with this metadata has."""
    idempotency.begin(method, request or pb.DeleteRuleRequest(rule_id=1), metadata)
    found = idempotency.current()
    idempotency.begin(method, pb.DeleteRuleRequest(), ())
    return found


def test_a_call_without_a_key_has_none_and_forgets_the_last_ones() -> None:
    assert keyed(("user-agent", "x")) is None
    assert idempotency.current() is None


def test_a_clients_key_goes_before_the_gateways_and_neither_can_be_the_other() -> None:
    client, gateway = keyed((CLIENT_KEY, "k")), keyed((GATEWAY_KEY, "k"))
    assert client is not None
    assert gateway is not None
    assert client.key != gateway.key
    assert (client.is_clients, gateway.is_clients) == (True, False)
    assert (client.seconds, gateway.seconds) == (CLIENT_SECONDS, GATEWAY_SECONDS)
    assert keyed((GATEWAY_KEY, "g"), (CLIENT_KEY, "k")) == client
    forged = keyed((CLIENT_KEY, "gateway:k"))
    assert forged is not None
    assert forged.key != gateway.key


@pytest.mark.parametrize("key", ["~", " ", "x" * 255, '"8e03978e-40d5"'])
def test_printable_ascii_is_a_key(key: str) -> None:
    found = keyed((CLIENT_KEY, key))
    assert found is not None
    assert len(found.key) <= 263


@pytest.mark.parametrize("keys", [[""], ["x" * 256], ["a\tb"], ["é"], ["a\x7f"], ["a", "a"]])
def test_anything_else_is_refused(keys: list[str]) -> None:
    with pytest.raises(KeyInvalidError):
        keyed(*((CLIENT_KEY, key) for key in keys))


def test_the_digest_tells_rpcs_and_messages_apart_and_not_the_order_of_keys() -> None:
    def digest(method: str, request: Message) -> str:
        found = keyed((CLIENT_KEY, "k"), method=method, request=request)
        assert found is not None
        return found.digest

    one, two = pb.DeleteRuleRequest(rule_id=1), pb.DeleteRuleRequest(rule_id=2)
    assert digest(DELETE, one) == digest(DELETE, pb.DeleteRuleRequest(rule_id=1))
    assert len({digest(DELETE, one), digest(DELETE, two), digest("/a/B", one)}) == 3

    forth, back = camera_pb.CreateCameraRequest(), camera_pb.CreateCameraRequest()
    names = [f"key {number}" for number in range(50)]
    forth.entry.update(dict.fromkeys(names, 1))
    back.entry.update(dict.fromkeys(reversed(names), 1))
    assert digest("/a/B", forth) == digest("/a/B", back)


def test_a_digest_of_another_request_is_refused() -> None:
    found = keyed((CLIENT_KEY, "k"))
    assert found is not None
    found.require_digest(found.digest)
    with pytest.raises(KeyReusedError):
        found.require_digest("another")


def test_what_changes_nothing_has_no_effect() -> None:
    of_contexts = [rpc for rpc in rpcs() if rpc.context in CONTEXTS]
    reads = {rpc.name for rpc in of_contexts if not idempotency.has_effect(rpc.path)}
    writes = {rpc.name for rpc in of_contexts if idempotency.has_effect(rpc.path)}
    assert {"ListCameras", "GetRule", "BatchGetCameraStatus", "WatchCameras"} < reads
    assert writes == {
        *("CreateRule", "UpdateRule", "DeleteRule", "IngestEvents", "HandleAlerts", "TestChannel"),
        *("SnoozeRule", "EndSnooze"),
        *("CreateCamera", "UpdateCamera", "DeleteCamera"),
        *("StartCamera", "StopCamera", "RestartCamera"),
        *("ActivateCamera", "DeactivateCamera", "SetAutoStart", "RefreshCameras"),
        *("RepairConsistency", "UndoRepair"),
    }


def test_what_one_call_answers_is_not_kept_for_the_next() -> None:
    idempotency.keep(True)
    idempotency.begin("/camplane.alert.v1.AlertService/DeleteRule", pb.DeleteRuleRequest(), [])
    assert idempotency.kept() is None
