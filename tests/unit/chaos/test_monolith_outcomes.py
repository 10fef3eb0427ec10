"""What an answer to a write says of it."""

import pytest

from camplane_tools.demos.monolith.outcomes import Outcome, outcome
from gateway.proxy.local_replies import BROKE_OFF, UNREACHABLE


@pytest.mark.parametrize(
    ("status", "json", "became"),
    [
        (200, {"ok": True}, Outcome.ANSWERED),
        (409, {"detail": "Camera id already exists"}, Outcome.ANSWERED),
        (503, {"detail": UNREACHABLE}, Outcome.REFUSED),
        (503, {"detail": BROKE_OFF}, Outcome.UNKNOWN),
        (504, {"detail": "the service did not answer in time"}, Outcome.UNKNOWN),
        (503, {}, Outcome.FAILED),
        (503, None, Outcome.FAILED),
        (500, {"detail": "a fault"}, Outcome.FAILED),
        (0, None, Outcome.FAILED),
    ],
)
def test_only_words_make_a_failure_a_refusal(status, json, became) -> None:
    assert outcome(status, json) is became
