"""What conditions are asked for is shown to whoever may read no secrets."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from alert_service.application.rule_masking import harmless_rule
from alert_service.domain.model import Rule
from alert_service.evaluation.conditions import EVALUATED_TYPES, NAMES, condition
from servicekit import json_body

COMMON = {"threshold": 2, "minutes": 3, "metric": "cpu", "below": 5}
# A time in minutes is asked for where there is none in seconds.
ASKED = ({**COMMON, "duration_seconds": 30}, {**COMMON, "duration_minutes": 30})


class Noted(Mapping[str, Any]):
    """Conditions that note what they are asked for."""

    def __init__(self, conditions: dict[str, Any]) -> None:
        self._conditions = conditions
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return self._conditions[name]

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return name in self._conditions

    def __iter__(self) -> Iterator[str]:
        return iter(self._conditions)

    def __len__(self) -> int:
        return len(self._conditions)


def test_the_names_are_those_that_any_type_asks_for() -> None:
    asked = set[str]()
    for rule_type in EVALUATED_TYPES:
        for conditions in ASKED:
            noted = Noted(conditions)
            condition(rule_type, noted)
            asked |= noted.asked
    assert asked == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_is_shown_as_it_is(name: str) -> None:
    values = [None] * (len(Rule._fields) - 4)
    for value in (5, "no_hairnet"):
        conditions = json_body.dumps({name: value, "hook": "hunter2"}).decode()
        rule = Rule(1, "R", None, "violation", *values)._replace(conditions=conditions)
        shown = json_body.loads(harmless_rule(rule).conditions or "")
        assert shown == {name: value, "hook": "***"}
