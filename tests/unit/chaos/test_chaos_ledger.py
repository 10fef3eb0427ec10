"""What may be read back, after which writes."""

import pytest

from camplane_tools.chaos.ledger import Ledger

GATE = ("camera", "gate")


def kinds(ledger: Ledger, *rows) -> list[str]:
    return [finding.kind for finding in ledger.judge("camera", rows, "domain")]


def test_an_acknowledged_write_must_be_there() -> None:
    ledger = Ledger()
    ledger.acknowledged(GATE, {"name": "a"})
    ledger.acknowledged(GATE, {"name": "b"})
    assert kinds(ledger, ("gate", {"name": "b"})) == []
    assert kinds(ledger, ("gate", {"name": "a"})) == ["lost"]
    assert kinds(ledger) == ["lost"]


def test_an_acknowledged_deletion_must_hold() -> None:
    ledger = Ledger()
    ledger.acknowledged(GATE, {"name": "a"})
    ledger.acknowledged(GATE, None)
    assert kinds(ledger) == []
    assert kinds(ledger, ("gate", {"name": "a"})) == ["lost"]


def test_a_write_without_answer_may_have_happened_or_not_until_it_was_read() -> None:
    ledger = Ledger()
    ledger.acknowledged(GATE, {"name": "a"})
    ledger.unanswered(GATE, {"name": "b"})
    assert not ledger.is_certain(GATE)
    with pytest.raises(ValueError):
        ledger.value(GATE)
    for name in ("a", "b"):
        assert kinds(ledger, ("gate", {"name": name})) == []
    assert kinds(ledger, ("gate", {"name": "c"})) == ["lost"]
    ledger.settle("camera", [("gate", {"name": "b"})])
    assert ledger.value(GATE) == {"name": "b"}
    assert kinds(ledger, ("gate", {"name": "a"})) == ["lost"]


def test_an_unanswered_creation_may_be_absent() -> None:
    ledger = Ledger()
    ledger.unanswered(GATE, {"name": "a"})
    assert kinds(ledger) == []
    assert kinds(ledger, ("gate", {"name": "a"})) == []


def test_nothing_may_be_there_twice_or_unasked_for() -> None:
    ledger = Ledger()
    ledger.acknowledged(GATE, {"name": "a"})
    assert kinds(ledger, ("gate", {"name": "a"}), ("gate", {"name": "a"})) == ["double"]
    assert kinds(ledger, ("gate", {"name": "a"}), ("ghost", {})) == ["wrong"]


def test_kinds_do_not_mix() -> None:
    ledger = Ledger()
    ledger.acknowledged(("rule", "gate"), {"name": "gate"})
    assert kinds(ledger) == []
