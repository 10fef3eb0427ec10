"""Both implementations, two processes each, hammering the same alert rules at once."""

import random
from functools import partial
from typing import Any

from tests.fire.conftest import World
from tests.fire.service import Answer, at_once, heat

# One field for each client, and what it sets it to.
FIELDS: dict[str, Any] = {
    "name": lambda number: f"name {number}",
    "camera_id": lambda number: f"cam{number}",
    "rule_type": lambda number: f"type {number}",
    "conditions": lambda number: {"threshold": number},
    "notification_channels": lambda number: ["email", number],
    "recipients": lambda number: [f"user{number}@example.org"],
    "enabled": lambda number: bool(number % 2),
    "priority": lambda number: f"p{number}",
}


def rule(name: str) -> dict[str, Any]:
    return {"name": name, "rule_type": "no_detection", "conditions": {}}


def test_no_acknowledged_update_is_lost_and_every_read_after_it_sees_it(alerts: World) -> None:
    """Each client sets its own field of both rules in turn, by another process each time."""
    first = alerts.services[0]
    ids = [first.call("rest/CreateRule", rule("shared")).value["id"] for _ in range(2)]
    rounds = 6 * heat()

    def hammer(client: int, field: str) -> None:
        for number in range(rounds):
            rule_id, value = ids[(client + number) % 2], FIELDS[field](number)
            service = alerts.services[(client + number) % 4]
            answer = service.call("rest/UpdateRule", {field: value}, rule_id=rule_id)
            assert answer.code == "OK", answer
            for other in alerts.services:
                found = other.call("rest/GetRule", rule_id=rule_id)
                assert found.code == "OK", found
                assert found.value[field] == value, (other.implementation, field, found)

    at_once([partial(hammer, client, field) for client, field in enumerate(FIELDS)])
    for position, rule_id in enumerate(ids):
        last = {
            field: value(max(n for n in range(rounds) if (client + n) % 2 == position))
            for client, (field, value) in enumerate(FIELDS.items())
        }
        for service in alerts.services:
            found = service.call("rest/GetRule", rule_id=rule_id).value
            assert {field: found[field] for field in FIELDS} == last


def test_no_id_is_given_twice_also_while_rules_are_deleted(alerts: World) -> None:
    """Every rule is found under its own id, on all four, or is gone from all."""

    def hammer(client: int) -> tuple[dict[int, str], set[int]]:
        chance = random.Random(client)
        made: dict[int, str] = {}
        gone: set[int] = set()
        for number in range(8 * heat()):
            name = f"{client}/{number}"
            answer = chance.choice(alerts.services).call("rest/CreateRule", rule(name))
            assert answer.code == "OK", answer
            made[answer.value["id"]] = name
            if chance.random() < 0.4:
                rule_id = chance.choice(sorted(made.keys() - gone))
                answer = chance.choice(alerts.services).call("DeleteRule", rule_id=rule_id)
                assert answer.code == "OK", answer
                gone.add(rule_id)
                for service in alerts.services:
                    assert service.call("rest/GetRule", rule_id=rule_id).code == "NOT_FOUND"
        return made, gone

    results = at_once([partial(hammer, client) for client in range(12)])
    ids = [rule_id for made, _ in results for rule_id in made]
    assert len(ids) == len(set(ids))
    left = {i: name for made, gone in results for i, name in made.items() if i not in gone}
    for service in alerts.services:
        items = service.call("rest/ListRules").value["items"]
        found = {one["id"]: one["name"] for one in items if "/" in one["name"]}
        assert found == left


def test_of_many_that_delete_the_same_rule_exactly_one_does(alerts: World) -> None:
    for _ in range(3 * heat()):
        rule_id = alerts.services[0].call("rest/CreateRule", rule("short-lived")).value["id"]

        def delete(client: int, rule_id: int = rule_id) -> Answer:
            return alerts.services[client % 4].call("DeleteRule", rule_id=rule_id)

        codes = [answer.code for answer in at_once([partial(delete, c) for c in range(12)])]
        assert sorted(codes) == ["NOT_FOUND"] * 11 + ["OK"]
