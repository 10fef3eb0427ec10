"""The demo of a rollout: what `make demo-rollout` does, played once, and shorter.

That cameras get to 100 %, after alert rules, is what the demo before a monolith shows. In `make
test` that demo stands for the way up, and tests/evidence ("failures repeated") for the way back.
"""

from pathlib import Path

import pytest

from camplane_tools.demos.rollout.play import HARMED_AT, play

WEIGHTS = [10, 25, 50, 100]


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_a_healthy_domain_gets_everything_and_one_that_turns_bad_nothing(
    tmp_path: Path,
) -> None:
    """Alert rules without a failed request; then the cameras, which go back."""
    healthy, harmed = await play(tmp_path, print, to_the_end=["alert"])

    led = [one for one in healthy.decisions if one.author == "controller"]
    assert [(one.context, one.action, one.to_weight) for one in led] == [
        ("alert", action, weight)
        for action, weight in [
            ("begin", WEIGHTS[0]),
            *(("step", weight) for weight in WEIGHTS[1:]),
            ("complete", WEIGHTS[-1]),
        ]
    ]
    assert (healthy.failed, healthy.moved_back) == (0, 0)
    assert healthy.requests > 500

    *steps, aborted = [one for one in harmed.decisions if one.author == "controller"]
    assert [(one.context, one.to_weight) for one in steps] == [("camera", 10), ("camera", 25)]
    assert (aborted.context, aborted.action, aborted.author) == ("camera", "abort", "controller")
    assert (aborted.from_weight, aborted.to_weight) == (HARMED_AT, 0)
    assert "requests of domain failed" in aborted.reason
    assert harmed.failed == 0
    assert harmed.last_by_domain is not None and harmed.last_by_domain < 5
