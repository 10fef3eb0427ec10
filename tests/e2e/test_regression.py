"""The drill of the comparison: what `make demo-regression` does, played once."""

from pathlib import Path

import pytest

from drill.regression.acts import ACTS
from drill.regression.play import play


@pytest.mark.timeout(600)
async def test_each_harm_is_named_with_rpc_span_and_cause(tmp_path: Path) -> None:
    """Under load, with half of the traffic on domain; each is named with a trace to look at."""
    found = await play(tmp_path, print)
    assert [(act.name, one.rpc) for act, one in found] == [(act.name, act.rpc) for act in ACTS]
    assert [one.span for _, one in found] == [act.expected_span for act in ACTS]
    slow, wrong, down, among_strangers, hung = (one for _, one in found)
    assert "legacy answers for domain" in down.cause
    assert wrong.cause == "INTERNAL only on domain"
    assert "INTERNAL only on domain; apart, refused at the door: " in among_strangers.cause
    assert "requests of domain unanswered" in hung.cause
    assert any(text.startswith(f"{hung.rpc}: clients left") for text in hung.sentences)
    for one in (slow, wrong, down, among_strangers, hung):
        assert len(one.trace_id) == 32
        assert any(one.rpc in sentence for sentence in one.sentences)
