"""Turns → counts of the day, index and inbox, written when flushed."""
from __future__ import annotations

from datetime import date, timedelta

import pytest

from actions.happenings import Happening
from actions.understanding import Reading
from bot.clock import today
from bot.state import day_counts
from bot.state.happenings import HappeningKeeper
from bot.state.inbox import Guess, Inbox
from bot.state.talks import Talks

FOREVER = 10**11
MISS = Happening("c1", "m1", 1, "unanswered", "电话13812345678，拆迁补偿款能放公积金吗", "unanswered", "", [Reading("wd_rent", "overview", "withdraw_rent", 0.1234)])
ANSWER = Happening("c1", "m2", 2, "direct", "", "", answered=[("wd_rent", "materials")], topics=["withdraw_rent"], picked=(1, "wd_rent.materials"))
HANDED = Happening("c2", "m1", 1, "handed", "我的贷款被拒了", "handed", "wish")


@pytest.fixture
def keeper(client):
    return HappeningKeeper(client, 600)


def counted(client, run):
    return {name: n for name, n in run(day_counts.read(client, today(), today()))[today()].items() if not name.startswith("hour:")}


def test_nothing_is_written_before_the_flush_and_everything_by_it(keeper, client, run, server):
    for happening in (MISS, ANSWER, HANDED):
        keeper.turn(happening)
    keeper.offered("c1", ["C08-Q1", "C08-R2"])
    keeper.outcome("C08-Q1", True)
    keeper.outcome("C08-R2", False)
    assert server.keys("*") == []
    run(keeper.flush())
    assert counted(client, run) == {
        "messages": 3, "conversations": 2, "hit:unanswered": 1, "hit:direct": 1, "hit:handed": 1, "handed:wish": 1, "asked:wd_rent.materials": 1,
        "topic:withdraw_rent": 1, "offered:C08-Q1": 1, "offered:C08-R2": 1, "accepted:C08-Q1": 1, "passed:C08-R2": 1,
    }
    found, _ = run(Talks(client, 600).find(["rule:C08-Q1", "hit:unanswered"], 0, FOREVER))
    assert [(t.conversation, t.turns, t.said) for t in found] == [("c1", 2, "电话138****5678，拆迁补偿款能放公积金吗")]
    items = {item.entry.conversation: item for item in run(Inbox(client).all())}
    assert (items["c1"].entry.kind, items["c1"].entry.guesses, items["c1"].picked) == ("unanswered", [Guess("wd_rent", "overview", "withdraw_rent", 0.123)], "wd_rent.materials")
    assert (items["c2"].entry.kind, items["c2"].entry.reason, items["c2"].entry.text) == ("handed", "wish", "我的贷款被拒了")


def test_one_round_trip_for_counts_and_one_for_notes_however_many_turns(keeper, client, run, server):
    for n in range(50):
        keeper.turn(Happening(f"c{n}", "m1", 1, "direct", "租房能提吗"))
    run(keeper.flush())
    server.config_resetstat()
    for n in range(50):
        keeper.turn(Happening(f"c{n}", "m2", 2, "direct", "要带什么"))
    run(keeper.flush())
    assert server.info("commandstats")["cmdstat_evalsha"]["calls"] == 1


def test_what_could_not_be_written_waits(keeper, client, run):
    class Gone:
        def pipeline(self, **_):
            raise ConnectionError

    keeper.turn(MISS)
    keeper._redis = Gone()
    with pytest.raises(ConnectionError):
        run(keeper.flush())
    keeper.turn(ANSWER)
    keeper._redis = client
    run(keeper.flush())
    assert counted(client, run)["messages"] == 2 and len(run(Inbox(client).all())) == 1


def test_days_on_which_nothing_happened_are_empty(client, run):
    first = date(2026, 1, 1)
    run(day_counts.add(client, {"2026-05-01": {"messages": 2}, "2026-05-02": {"messages": 1}}))
    run(day_counts.add(client, {"2026-05-01": {"messages": 1}}))
    found = run(day_counts.read(client, first, first + timedelta(days=240)))
    assert len(found) == 241 and found[date(2026, 5, 1)] == {"messages": 3} and sum(map(len, found.values())) == 2


@pytest.mark.parametrize("minutes, within", [(0, "5"), (5, "5"), (14, "15"), (60, "60"), (400, "480"), (1000, "more")])
def test_waiting_for_a_person(minutes, within):
    assert day_counts.waited(minutes * 60) == {"waited:n": 1, "waited:seconds": minutes * 60, f"waited:{within}": 1}
