"""Which requests a fault may cost."""

import pytest

from camplane_tools.chaos.promises import PROMISES, Allowed


@pytest.mark.parametrize("side", ["domain", "legacy"])
@pytest.mark.parametrize("operation", ["read", "write"])
def test_what_happens_to_cameras_costs_no_request_for_rules(side: str, operation: str) -> None:
    for fault in ("kill camera/domain", "kill camera/legacy", "cameras.yaml malformed"):
        assert PROMISES[fault].allows(f"alert/{side} {operation}") is Allowed.NONE


def test_a_full_disk_costs_no_read() -> None:
    assert PROMISES["full disk"].allows("camera/legacy read") is Allowed.NONE
    assert PROMISES["full disk"].allows("camera/legacy write") is Allowed.ANY
