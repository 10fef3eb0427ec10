"""The demo of a rollout: what `make demo-rollout` does, played once."""

from pathlib import Path

import pytest

from drill.rollout.play import HARMED_AT, play

WEIGHTS = [10, 25, 50, 100]


@pytest.mark.timeout(900)
async def test_a_healthy_domain_gets_everything_and_one_that_turns_bad_nothing(
    tmp_path: Path,
) -> None:
    """Alert rules first, then cameras, without a failed request; then the cameras go back."""
    healthy, harmed = await play(tmp_path, print)

    led = [one for one in healthy.decisions if one.author == "controller"]
    assert [(one.context, one.action, one.to_weight) for one in led] == [
        (context, action, weight)
        for context in ("alert", "camera")
        for action, weight in [
            ("begin", WEIGHTS[0]),
            *(("step", weight) for weight in WEIGHTS[1:]),
            ("complete", WEIGHTS[-1]),
        ]
    ]
    assert (healthy.failed, healthy.moved_back) == (0, 0)
    assert healthy.requests > 1000

    aborted = harmed.decisions[-1]
    assert (aborted.context, aborted.action, aborted.author) == ("camera", "abort", "controller")
    assert (aborted.from_weight, aborted.to_weight) == (HARMED_AT, 0)
    assert "requests of domain failed" in aborted.reason
    assert harmed.failed == 0
    assert harmed.last_by_domain is not None and harmed.last_by_domain < 5
