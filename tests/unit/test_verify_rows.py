"""What both paths answered to a walk, side by side."""

from camplane_tools.verify.rows import Row, rows
from camplane_tools.verify.walk import NOT_THERE, Finding

OK = Finding("get rule", "legacy", 200, 1.0, ("id", "name"))
DOMAIN = Finding("get rule", "domain", 200, 1.0, ("id", "name"))


def row(legacy: Finding | None, domain: Finding | None, before_monolith: bool = False) -> Row:
    (one,) = rows(
        [legacy] if legacy else [], [domain] if domain else [], [], before_monolith=before_monolith
    )
    return one


def test_both_alike_is_no_problem_and_other_keys_are() -> None:
    assert row(OK, DOMAIN).problem == ""
    other = Finding("get rule", "domain", 200, 1.0, ("id",))
    assert row(OK, other).problem == "the two differ: name"


def test_each_side_says_its_own_problem() -> None:
    bad = Finding("get rule", "legacy", 500, 1.0, problem="wanted 200: no")
    assert row(bad, DOMAIN).problem == "legacy: wanted 200: no"
    assert row(None, DOMAIN).problem == ""


def test_what_a_monolith_lacks_is_left_out_but_not_what_is_wrong_beside_it() -> None:
    lacking = Finding("get rule", "legacy", 405, 1.0, left_out=NOT_THERE)
    assert (row(lacking, DOMAIN, True).problem, row(lacking, DOMAIN, True).left_out) == (
        "",
        NOT_THERE,
    )
    wrong = Finding("get rule", "domain", 404, 1.0, problem="wanted 200: gone")
    assert row(lacking, wrong, True).problem == "domain: wanted 200: gone"


def test_a_monolith_may_refuse_with_fewer_keys_and_not_answer_with_fewer() -> None:
    short, long = (
        Finding("start", side, 400, 1.0, keys)
        for side, keys in (("legacy", ("detail",)), ("domain", ("code", "detail")))
    )
    assert row(short, long, before_monolith=True).problem == ""
    assert row(short, long).problem == "the two differ: code"
    less = Finding("get rule", "legacy", 200, 1.0, ("id",))
    assert row(less, DOMAIN, before_monolith=True).problem == "the two differ: name"
