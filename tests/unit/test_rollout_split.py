"""The split and the switches that set it at start-up."""

import pytest

from gateway.vocabulary.split import Split, split_from_environment


@pytest.mark.parametrize(
    ("variables", "split"),
    [
        ({}, Split(0, 0)),
        ({"ROLLOUT_PERCENT": "30"}, Split(0, 0)),
        ({"USE_DOMAIN_SERVICE": "true"}, Split(100, 100)),
        ({"USE_DOMAIN_SERVICE": "1", "ROLLOUT_PERCENT": "30"}, Split(30, 30)),
        ({"USE_DOMAIN_SERVICE": "True", "ROLLOUT_PERCENT_ALERT": "5"}, Split(100, 5)),
        ({"USE_DOMAIN_SERVICE_CAMERA": "true", "ROLLOUT_PERCENT": "7"}, Split(7, 0)),
        ({"USE_DOMAIN_SERVICE": "true", "USE_DOMAIN_SERVICE_ALERT": "off"}, Split(100, 0)),
        ({"USE_DOMAIN_SERVICE": " yes ", "ROLLOUT_PERCENT": ""}, Split(100, 100)),
    ],
)
def test_switches_give_the_split_and_one_for_a_context_wins(
    variables: dict[str, str], split: Split
) -> None:
    assert split_from_environment(variables) == split


@pytest.mark.parametrize("name", ["ROLLOUT_PERCENT", "ROLLOUT_PERCENT_CAMERA"])
@pytest.mark.parametrize("value", ["101", "-1", "1.5", "many", "٣", "1e2"])
def test_a_percentage_that_means_nothing_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{name}="):
        split_from_environment({name: value})


@pytest.mark.parametrize("name", ["USE_DOMAIN_SERVICE", "USE_DOMAIN_SERVICE_ALERT"])
def test_a_switch_that_means_nothing_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}='maybe'"):
        split_from_environment({name: "maybe"})


@pytest.mark.parametrize("percent", [-1, 101, True, 3.0])
def test_a_split_holds_whole_percentages_only(percent: object) -> None:
    with pytest.raises(ValueError, match="alert"):
        Split(camera=0, alert=percent)  # type: ignore[arg-type]


def test_only_the_two_contexts_have_a_split() -> None:
    assert Split(1, 2).domain("alert") == 2
    with pytest.raises(ValueError, match="gateway"):
        Split(1, 2).domain("gateway")
