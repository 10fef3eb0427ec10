"""What is held against the configured split fails when it should, and only then."""

import random

import pytest

from camplane_tools.routing_checks.checks import chosen, placed, refused, share
from camplane_tools.routing_checks.environments import GARBAGE, QUICK, UNSET, VARIANTS
from camplane_tools.routing_checks.splits import ODD_IDS, camera_ids, rule_ids
from gateway.vocabulary.placement import bucket, bucket_of
from gateway.vocabulary.split import split_from_environment


def drawn(percent: float, n: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return ["domain" if draw.random() * 100 < percent else "legacy" for _ in range(n)]


@pytest.mark.parametrize("weight", [10, 25, 50])
def test_a_drawn_split_holds_when_it_is_as_configured(weight: int) -> None:
    for seed in range(50):
        check = share("", "", weight, drawn(weight, 1000, seed))
        assert check.problem == ""
        assert check.drawn is not None
        assert check.drawn.low <= weight <= check.drawn.high


@pytest.mark.parametrize(("weight", "true"), [(10, 25), (25, 10), (25, 50), (50, 25), (50, 0)])
def test_a_drawn_split_that_is_the_next_step_is_found_out(weight: int, true: int) -> None:
    for seed in range(20):
        assert share("", "", weight, drawn(true, 1000, seed)).problem == "the split is another"


@pytest.mark.parametrize(
    ("weight", "right", "wrong"), [(0, "legacy", "domain"), (100, "domain", "legacy")]
)
def test_at_0_and_100_not_one_may_go_the_other_way(weight: int, right: str, wrong: str) -> None:
    assert share("", "", weight, [right] * 999).problem == ""
    assert share("", "", weight, [right] * 999 + [wrong]).problem == "1 went the other way"


def test_an_answer_of_neither_side_is_a_problem_whatever_the_share() -> None:
    answered = [*drawn(50, 1000, 1), "503", "legacy, as a fallback"]
    problem = share("", "", 50, answered).problem
    assert problem == "1 answered by 503, 1 answered by legacy, as a fallback"
    assert share("", "", 50, []).problem == "nothing was asked"


def test_one_camera_out_of_place_is_named() -> None:
    expected = {"a": "domain", "b": "legacy"}
    assert placed("", "", expected, expected).problem == ""
    check = placed("", "", expected, {"a": "legacy", "b": "legacy"})
    assert check.problem == "'a' by legacy instead of domain"
    assert placed("", "", expected, {"a": "domain"}).problem == "'b' by nobody instead of legacy"


def test_a_choice_holds_only_when_all_requests_got_it() -> None:
    assert chosen("", "", "400", ["400"] * 3).problem == ""
    assert chosen("", "", "domain", ["domain", "legacy"]).problem == "all should be domain"
    assert chosen("", "", "domain", []).problem == "all should be domain"


def test_a_refusal_needs_its_exit_code_and_a_sentence_that_names_the_variable() -> None:
    said = "error: ROLLOUT_PERCENT='x': give a whole number from 0 to 100\n"
    assert refused("", "ROLLOUT_PERCENT", 2, said).problem == ""
    assert refused("", "USE_DOMAIN_SERVICE", 2, said).problem != ""
    assert refused("", "ROLLOUT_PERCENT", 1, said).problem == "exit code 1 instead of 2"
    assert refused("", "ROLLOUT_PERCENT", None, "up").problem == "it should refuse to start"


def test_the_cameras_and_rules_that_are_asked_lie_on_every_bucket_once() -> None:
    cameras = [one for one in camera_ids(100) if one not in ODD_IDS]
    assert [bucket(one) for one in cameras] == list(range(100))
    assert [bucket_of(one) for one in rule_ids(100)] == list(range(100))
    assert [bucket_of(one) for one in rule_ids(10)] == list(range(0, 100, 10))


def test_the_starts_say_every_percentage_and_mean_what_the_launcher_reads() -> None:
    """The expected splits are written down by themselves; here they meet the reader of them."""
    for variant in (UNSET, QUICK, *VARIANTS):
        assert split_from_environment(variant.variables) == variant.split
    percentages = {one for v in (UNSET, *VARIANTS) for one in (v.split.camera, v.split.alert)}
    assert percentages == {0, 10, 25, 50, 100}


def test_every_garbage_is_refused_by_its_first_variable() -> None:
    for variables in GARBAGE:
        with pytest.raises(ValueError, match=f"^{next(iter(variables))}="):
            split_from_environment(variables)
