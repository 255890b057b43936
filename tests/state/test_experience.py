"""Counts of acceptance on a real Redis, shared by two workers; the log of decisions beside them."""
from __future__ import annotations

import pytest

from actions.attend.usefulness import Counts
from bot.state import decisions
from bot.state.decisions import DecisionLog
from bot.state.usefulness import RedisExperience


class Gone:
    """A client whose server is away."""

    def pipeline(self, **_):
        raise ConnectionError("away")


def test_counts_are_shared_after_a_flush(client, run):
    here, there = RedisExperience(client), RedisExperience(client)
    for accepted in (True, True, False):
        here.record("C08-Q1", "overview", accepted)
    there.record("C08-Q1", "amount", False)
    assert here.counts("C08-Q1", "overview") == (Counts(), Counts())
    run(here.flush())
    run(there.flush())
    assert there.counts("C08-Q1", "overview") == (Counts(2, 2), Counts(2, 1))
    assert there.counts("C08-Q1", "amount") == (Counts(2, 2), Counts(0, 1))
    assert there.counts("C08-Q2", "overview") == (Counts(), Counts())
    run(here.flush())
    assert here.counts("C08-Q1", "amount") == (Counts(2, 2), Counts(0, 1))


def test_flushing_again_counts_nothing_twice(client, run):
    here = RedisExperience(client)
    here.record("C08-Q1", "overview", True)
    run(here.flush())
    run(here.flush())
    assert here.counts("C08-Q1", "overview") == (Counts(1, 0), Counts(1, 0))


def test_what_could_not_be_written_is_kept(client, run):
    here = RedisExperience(Gone())
    here.record("C08-Q1", "overview", True)
    with pytest.raises(ConnectionError):
        run(here.flush())
    here._redis = client
    run(here.flush())
    assert here.counts("C08-Q1", "overview") == (Counts(1, 0), Counts(1, 0))


def test_nothing_of_a_conversation_is_stored(client, run, server):
    here = RedisExperience(client)
    here.record("C08-Q1", "overview+unit", False)
    run(here.flush())
    assert {key: server.hgetall(key) for key in server.keys("*")} == {"gjj:experience": {"C08-Q1|overview+unit|passed": "1"}}


def test_decisions_are_read_back_newest_first(client, run):
    log = DecisionLog(client)
    for turn in (1, 2, 3):
        log.add({"turn": turn, "silence": "市民赶时间或只问这一件"})
    run(log.flush())
    run(log.flush())
    latest = run(log.latest(2))
    assert [(r["turn"], r["silence"]) for r in latest] == [(3, "市民赶时间或只问这一件"), (2, "市民赶时间或只问这一件")]
    assert latest[0]["at"] > 1_600_000_000_000


def test_decisions_wait_while_redis_is_away_and_keep_their_order(client, run):
    log = DecisionLog(Gone())
    log.add({"turn": 1})
    log.add({"turn": 2})
    with pytest.raises(ConnectionError):
        run(log.flush())
    log._redis = client
    run(log.flush())
    assert [r["turn"] for r in run(log.latest(5))] == [2, 1]


def test_the_log_is_capped(client, run, server, monkeypatch):
    monkeypatch.setattr(decisions, "LONGEST", 100)
    log = DecisionLog(client)
    for turn in range(1000):
        log.add({"turn": turn})
    run(log.flush())
    assert 100 <= server.xlen("gjj:decisions") < 300  # Redis trims by whole blocks
    assert run(log.latest(1))[0]["turn"] == 999
