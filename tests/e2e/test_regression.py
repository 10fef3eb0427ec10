"""The drill of the comparison: what `make demo-regression` does, played once."""

from pathlib import Path

import pytest

from drill.regression.acts import ACTS
from drill.regression.play import play


@pytest.mark.timeout(600)
async def test_slow_wrong_and_down_are_each_named_with_rpc_span_and_cause(tmp_path: Path) -> None:
    """Under load, with half of the traffic on domain; each is named with a trace to look at."""
    found = await play(tmp_path, print)
    assert [(act.name, one.rpc) for act, one in found] == [(act.name, act.rpc) for act in ACTS]
    slow, wrong, down = (one for _, one in found)
    assert slow.span == wrong.span == "camera.db write"
    assert down.span == "router alert_domain egress"
    assert "legacy answers for domain" in down.cause
    assert wrong.cause == "INTERNAL only on domain"
    for one in (slow, wrong, down):
        assert len(one.trace_id) == 32
        assert any(one.rpc in sentence for sentence in one.sentences)
