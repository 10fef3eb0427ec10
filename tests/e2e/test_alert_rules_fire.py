"""What is reported to the gateway makes a rule fire, and either implementation tells of it."""

import time

from tests.e2e.command_line import until
from tests.stack import Stack

HISTORY = "/api/v1/alerts/history-db?alert_type=camera_offline"
RULE = {"name": "Offline", "rule_type": "camera_offline", "conditions": {}}


def test_a_rule_of_either_side_fires_for_an_event_of_the_other(stack: Stack) -> None:
    """Domain evaluates, whoever was asked: events and rules come through both."""
    rules = {
        stack.ask(
            "POST", "/api/v1/alerts/rules", side, json={**RULE, "camera_id": f"of-{side}"}
        ).json()["id"]: f"of-{side}"
        for side in ("legacy", "domain")
    }
    for side, camera_id in (("domain", "of-legacy"), ("legacy", "of-domain")):
        event = {"event_id": "1", "camera_id": camera_id, "type": "source_failed"}
        body = {"events": [{**event, "time": time.time()}] * 2}
        answer = stack.ask("POST", "/api/v1/alerts/events", side, json=body)
        assert answer.json() == {"stored": 1, "duplicates": 1, "refused": []}
        assert answer.headers["x-camplane-path"] == side
    until(lambda: stack.ask("GET", HISTORY, "legacy").json()["count"] == 2, 20, "both fire")
    told = stack.ask("GET", HISTORY, "domain").json()["items"]
    assert {one["rule_id"]: one["camera_id"] for one in told} == rules
    assert told == stack.ask("GET", HISTORY, "legacy").json()["items"]
