"""The decision log's file, read beside its writer and after it."""

import sqlite3

import pytest

from gateway.chain.log_file import LogUnreadableError
from gateway.rollout.decisions.decision import Decision, broken_at
from gateway.rollout.decisions.log_file import read_log
from gateway.rollout.decisions.state import RolloutState
from gateway.rollout.decisions.store import RolloutStore
from servicekit.lease import Tenancy
from servicekit.process import Identity


@pytest.fixture
def path(tmp_path):
    """Give a log of three decisions; its name would mean something else in a URL."""
    path = tmp_path / "a log?mode=rw#100%.db"
    plain = tmp_path / "rollout.db"
    store = RolloutStore(plain)
    store.prepare()
    lease = store.take_lease(Tenancy(Identity(1, 10), 0, 100.0))
    state = RolloutState("alert")
    for weight in (10, 25, 50):
        after = state.changed("ann", "wéll", 5.0, weight=weight)
        store.append(Decision("set", 5.0, lease.token, state, after))
        state = after
    store.close()
    return plain.rename(path)


def test_the_log_is_read_whole_and_in_order(path):
    log = list(read_log(path))
    assert [one.number for one in log] == [1, 2, 3]
    assert [one.state.weight for one in log] == [10, 25, 50]
    assert broken_at(log) == ""


def test_it_is_read_while_it_is_written(path):
    with sqlite3.connect(path) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert len(list(read_log(path))) == 3


def test_reading_changes_nothing(path):
    before = path.read_bytes()
    list(read_log(path))
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to be one" * 20])
def test_what_is_no_log_is_refused_in_words(tmp_path, content):
    path = tmp_path / "rollout.db"
    path.write_bytes(content)
    with pytest.raises(LogUnreadableError, match=r"rollout\.db cannot be read as the decision log"):
        list(read_log(path))


def test_a_log_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(LogUnreadableError, match="no decision log"):
        list(read_log(tmp_path / "rollout.db"))
    assert list(tmp_path.iterdir()) == []
