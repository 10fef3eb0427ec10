"""Declared differences: they cover what they say and nothing else, and follow the documentation."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from camplane_tools.compare.body import read
from camplane_tools.compare.declared import (
    ANY,
    BEHIND,
    CAMPLANE,
    DECLARED,
    DOMAIN,
    EITHER,
    LEGACY,
    MONOLITH,
    Declared,
    match,
)
from camplane_tools.compare.differ import differences
from camplane_tools.compare.findings import Comparison, Findings, Found
from camplane_tools.compare.model import Answer, Exchange, Request
from camplane_tools.compare.operations import operation_of
from camplane_tools.compare.sides import Seen, parse

DOCS = Path(__file__).parents[3] / "docs" / "rest-api.md"


def answer(status: int, body: str, **headers: str) -> Answer:
    return Answer(status, {"content-type": "application/json", **headers}, body.encode())


def rows(kinds: tuple[str, str], request: Request, old: Answer, new: Answer) -> list[int | None]:
    """Return the row of each difference, None for one that is not declared."""
    exchange = Exchange(request, old, new)
    seen = [Seen(one.status, one.headers, read(one)) for one in (old, new)]
    operation = operation_of(request)
    return [
        found.row if (found := match(DECLARED, kinds, operation, exchange, one)) else None
        for one in differences(*seen)
    ]


UPDATE = Request("PUT", "/api/v1/alerts/rules/9")
DONE = answer(200, '{"ok":true}')
UNKNOWN = answer(404, '{"detail":"告警规则不存在: 9"}')


def test_an_unknown_rule_may_be_told_by_domain_and_by_nobody_else() -> None:
    assert rows((LEGACY, DOMAIN), UPDATE, DONE, UNKNOWN) == [8]
    assert rows((DOMAIN, LEGACY), UPDATE, UNKNOWN, DONE) == [8]
    assert rows((DOMAIN, LEGACY), UPDATE, DONE, UNKNOWN) == [None]
    assert rows((LEGACY, DOMAIN), UPDATE, DONE, answer(404, '{"detail":"no"}')) == [None]
    delete = Request("DELETE", UPDATE.target)
    assert rows((LEGACY, DOMAIN), delete, DONE, UNKNOWN) == [None]


def test_what_the_monolith_may_do_legacy_may_not() -> None:
    request = Request("POST", "/api/v1/cameras")
    pair = answer(422, '{"detail":[]}'), answer(400, '{"detail":"x"}')
    assert rows((MONOLITH, DOMAIN), request, *pair) == [1]
    assert rows((LEGACY, DOMAIN), request, *pair) == [None]


def test_errors_may_say_more_than_the_monoliths_and_not_less() -> None:
    request = Request("GET", "/api/v1/cameras/x/preview")
    short, long = answer(404, '{"detail":"x"}'), answer(404, '{"detail":"x","code":5}')
    assert rows((MONOLITH, DOMAIN), request, short, long) == [19]
    assert rows((MONOLITH, DOMAIN), request, long, short) == [None]


def test_behind_a_camplane_a_monolith_is_one_and_the_gateway_may_add_no_more_than_its_own() -> None:
    request = Request("POST", "/api/v1/cameras")
    pair = answer(422, '{"detail":[]}'), answer(400, '{"detail":"x"}')
    assert rows((BEHIND, DOMAIN), request, *pair) == [1]
    assert rows((EITHER, DOMAIN), request, *pair) == [1]
    assert rows((MONOLITH, BEHIND), request, *pair) == [None]
    said = answer(200, "{}"), answer(200, "{}", **{"x-camplane-path": "legacy"})
    assert rows((MONOLITH, BEHIND), request, *said) == [15]
    assert rows((MONOLITH, BEHIND), request, *said[::-1]) == [None]
    health = Request("GET", "/api/v1/monitoring/health")
    checks = answer(200, '{"checks":{"redis":1}}'), answer(200, '{"checks":{}}')
    assert rows((MONOLITH, BEHIND), health, *checks) == [20]


@pytest.mark.parametrize(
    ("kind", "before_monolith", "found"),
    [
        ("legacy@http://h", True, BEHIND),
        ("legacy@http://h", False, LEGACY),
        ("legacy", True, BEHIND),
        ("domain@http://h", True, DOMAIN),
        ("gateway@http://h", True, EITHER),
        ("gateway@http://h", False, CAMPLANE),
        ("http://h", True, MONOLITH),
    ],
)
def test_a_side_is_what_answers_there(kind: str, before_monolith: bool, found: str) -> None:
    assert parse(kind).kind(before_monolith) == found


def test_a_field_is_declared_as_the_report_names_it() -> None:
    mine = Declared(0, "mine", ANY, ANY, fields=("body.items[*].a", "body.b*"))
    request = Request("GET", "/x")
    old, new = answer(200, '{"items":[{"a":1}]}'), answer(200, '{"items":[{"a":2}]}')
    exchange = Exchange(request, old, new)
    (difference,) = differences(*(Seen(one.status, one.headers, read(one)) for one in (old, new)))
    assert match([mine], (LEGACY, DOMAIN), "GET /x", exchange, difference) is mine
    other = replace(difference, field="body.items[0].c")
    assert match([mine], (LEGACY, DOMAIN), "GET /x", exchange, other) is None


def test_every_row_stands_in_the_documentation() -> None:
    table = DOCS.read_text().partition("## Differences from the monolith")[2]
    documented = {int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert {one.row for one in DECLARED} <= documented


@pytest.mark.parametrize(("occurs", "stale"), [(True, []), (False, [8])])
def test_a_declared_difference_that_is_no_longer_seen_is_stale(
    occurs: bool, stale: list[int]
) -> None:
    findings = Findings("legacy", "domain", DECLARED)
    exchange = Exchange(UPDATE, DONE, UNKNOWN if occurs else DONE)
    seen = [Seen(one.status, {}, read(one)) for one in (exchange.old, exchange.new)]
    found = tuple(
        Found(one, match(DECLARED, (LEGACY, DOMAIN), operation_of(UPDATE), exchange, one))
        for one in differences(*seen)
    )
    name = "update rule id 99999"
    findings.comparisons.append(
        Comparison(name, 1, operation_of(UPDATE), (LEGACY, DOMAIN), exchange, found)
    )
    assert findings.is_equal
    assert [one.row for one in findings.stale] == stale
