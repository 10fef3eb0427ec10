"""The demonstration of the comparison: what `make demo-regression` does, played once."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from camplane_tools.demos.regression.acts import ACTS
from camplane_tools.demos.regression.play import play

# What `make test` plays: a harm that domain answers, and one that legacy answers for it.
SHORT = ("wrong", "down")
CAUSES = {
    "slow": "",
    "wrong": "^INTERNAL only on domain$",
    "down": "legacy answers for domain",
    "wrong among strangers": "INTERNAL only on domain; apart, refused at the door: ",
    "hung": "requests of domain unanswered",
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "names",
    [
        pytest.param(SHORT, id="short"),
        pytest.param([act.name for act in ACTS], id="all", marks=pytest.mark.long),
    ],
)
async def test_each_harm_is_named_with_rpc_span_and_cause(
    names: Sequence[str], tmp_path: Path
) -> None:
    """Under load, with half of the traffic on domain; each is named with a trace to look at."""
    acts = [act for act in ACTS if act.name in names]
    played = await play(tmp_path, print, acts)
    assert [(act.name, one.rpc) for act, one in played] == [(act.name, act.rpc) for act in acts]
    assert [one.span for _, one in played] == [act.expected_span for act in acts]
    for act, one in played:
        assert re.search(CAUSES[act.name], one.cause), one.cause
        assert len(one.trace_id) == 32
        assert any(one.rpc in sentence for sentence in one.sentences)
        if act.name == "hung":
            assert any(text.startswith(f"{one.rpc}: clients left") for text in one.sentences)
