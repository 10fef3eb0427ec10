"""The decision log, the lease and the stages in a real SQLite file."""

import sqlite3
from dataclasses import replace

import pytest

from gateway.analysis.criteria import Step
from gateway.analysis.judgement.evidence import RpcCounts
from gateway.analysis.judgement.verdict import Finding, Verdict
from gateway.rollout.decisions.decision import Decision, broken_at
from gateway.rollout.decisions.dwell import Dwell
from gateway.rollout.decisions.log_file import read_log
from gateway.rollout.decisions.state import Phase, RolloutState
from gateway.rollout.decisions.store import RolloutStore, Stage
from gateway.rollout.plan.model import Notification, RolloutPlan
from gateway.telemetry.traffic_metrics import RequestCell, RequestKey, TrafficMetrics
from gateway.vocabulary.reason import Code, because
from servicekit import json_body
from servicekit.lease import LeaseLostError, Tenancy
from servicekit.process import Identity

# As whoever has the file can write one, at either end.
FORGED = (
    "INSERT INTO decisions (number, context, document, previous_hash, hash)"
    " SELECT {}, context, document, previous_hash, hash FROM decisions WHERE number = 1"
)
ME, OTHER = Identity(1, 10, "boot"), Identity(2, 20, "boot")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rollout.db"


@pytest.fixture
def store(path):
    store = RolloutStore(path)
    store.prepare()
    yield store
    store.close()


def lease(store: RolloutStore, process=ME, token=0, now=100.0) -> int:
    taken = store.take_lease(Tenancy(process, token, now, alive=lambda holder: False))
    assert taken is not None
    return taken.token


def decision(token: int, weight: int, context: str = "alert") -> Decision:
    before = RolloutState(context)
    after = before.changed("ann", "wéll", 5.0, weight=weight, phase=Phase.RUNNING)
    return Decision("set", 5.0, token, before, after)


def test_decisions_are_numbered_chained_and_read_back(store):
    token = lease(store)
    written = [store.append(decision(token, weight)) for weight in (10, 25, 50)]
    assert [one.number for one in written] == [1, 2, 3]
    assert store.log(limit=2) == written[1:]
    assert store.log(after=1) == written[1:]
    assert store.log(after=0, limit=2) == written[:2]
    assert store.last() == written[-1]
    assert broken_at(store.log()) == ""
    assert store.states()["alert"].weight == 50


def test_each_context_stands_where_its_own_last_decision_says(store):
    token = lease(store)
    store.append(decision(token, 10))
    store.append(decision(token, 50, "camera"))
    assert {name: one.weight for name, one in store.states().items()} == {
        "alert": 10,
        "camera": 50,
    }
    assert [one.state.context for one in store.log("camera")] == ["camera"]


def test_a_controller_that_lost_the_lease_writes_no_decision(store):
    old = lease(store)
    lease(store, OTHER)
    with pytest.raises(LeaseLostError):
        store.append(decision(old, 10))
    assert store.log() == []


def test_two_processes_never_hold_one_token(path, store):
    second = RolloutStore(path)
    try:
        assert lease(store) == 1
        assert lease(second, OTHER) == 2
        assert lease(store, token=1, now=200.0) == 3
    finally:
        second.close()


@pytest.mark.parametrize("act", ["UPDATE decisions SET document = '{}'", "DELETE FROM decisions"])
def test_the_database_itself_refuses_to_change_the_log(path, store, act):
    store.append(decision(lease(store), 10))
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.IntegrityError, match="only"):
        connection.execute(act)


@pytest.mark.parametrize(
    ("act", "found"),
    [
        ("UPDATE decisions SET document = replace(document, 'ann', 'bob') WHERE number = 2", "2"),
        ("UPDATE decisions SET hash = previous_hash WHERE number = 2", "2"),
        ("DELETE FROM decisions WHERE number = 2", "2 is missing"),
        ("DELETE FROM decisions WHERE number = 1", "1 is missing"),
        (FORGED.format(-5), "-5 was put in"),
        (FORGED.format(0), "0 was put in"),
        (FORGED.format(9), "4 is missing"),
    ],
)
def test_who_gets_round_that_is_found_by_the_chain(path, store, act, found):
    token = lease(store)
    for weight in (10, 25, 50):
        store.append(decision(token, weight))
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER decisions_no_update")
        connection.execute("DROP TRIGGER decisions_no_delete")
        connection.execute(act)
    assert found in broken_at(store.log(after=0))
    assert found in broken_at(read_log(path))


def test_a_stage_is_read_back_with_its_counts_and_times(store):
    key = RequestKey("alert", "S/R", "domain", "domain", "OK", False, "", "drawn")
    cell = RequestCell(count=2)
    cell.total.add(1500.0)
    stage = Stage(
        12.5, (RpcCounts("S/R", 5, 1, 2, 0),), TrafficMetrics({key: cell}), Dwell(13.0, 4.5)
    )
    assert store.stage("alert") is None
    store.keep_stage("alert", Stage(1.0, (), TrafficMetrics(), Dwell()))
    store.keep_stage("alert", stage)
    read = store.stage("alert")
    assert (read.since, read.lowest, read.dwell) == (12.5, stage.lowest, stage.dwell)
    assert read.metrics.requests[key].count == 2
    assert read.metrics.requests[key].total.counts == cell.total.counts


def test_a_state_with_pins_survives(store):
    one = decision(lease(store), 10, "camera")
    after = replace(one.after, pins={"cam 7": "legacy"})
    store.append(replace(one, after=after))
    assert store.states()["camera"] == after


def test_what_moves_is_told_with_its_evidence_and_the_hash_of_the_log(store):
    """Written in one transaction with the decision; a verdict that moves nothing is not told."""
    plan = RolloutPlan("p", "alert", (Step(10),), notifications=(Notification("http://h/x"),))
    token = lease(store)
    one = decision(token, 10)
    said = because(Code.AS_SAID, text="all failed")
    verdict = Verdict("fail", (Finding("failures", "fail", said),), 7, "v")
    one = replace(one, after=replace(one.after, plan=plan, reasons=(said,)), verdict=verdict)
    logged = store.append(one)
    store.append(replace(one, action="verdict"))
    (head,) = store.outbox.heads()
    told = json_body.loads(head.body)
    assert (head.number, head.queue) == (logged.number, "http://h/x")
    assert (told["hash"], told["to_weight"], told["author"]) == (logged.hash, 10, "ann")
    assert told["verdict"]["findings"][0]["text"] == "all failed"
    assert told["reasons"] == [told["verdict"]["findings"][0]["reason"]] == [said.to_json()]
    assert store.outbox.status()[0].waiting == 1


def test_a_webhooks_url_is_kept_and_never_in_the_log(store):
    """With many receivers its path is the secret, and everybody may read the log."""
    plan = RolloutPlan("p", "alert", (Step(10),), notifications=(Notification("http://h/s3cret"),))
    one = decision(lease(store), 10)
    logged = store.append(replace(one, after=replace(one.after, plan=plan)))
    assert "s3cret" not in logged.document
    assert store.states()["alert"].plan == plan
