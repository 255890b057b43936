"""Notes of turns → the index of conversations and the inbox, searched, capped and erased."""
from __future__ import annotations

import pytest

from bot.state import talks
from bot.state.inbox import Done, Entry, Guess, Inbox
from bot.state.talks import Note, Talks

NOW = 1_795_312_800
ENTRY = Entry("c1", "m2", NOW, "unanswered", "我的电话13812345678，房子拆迁了能提吗", [Guess("wd_new_home", "overview", "withdraw_buy_house", 0.11)])


@pytest.fixture
def index(client):
    return Talks(client, 600)


def note(conversation, at=NOW, facets=(), **more):
    return Note(conversation, at, turns=1, facets=facets, **more)


def test_conversations_are_found_by_what_happened_in_them(index, run):
    run(index.note([
        note("c1", NOW - 50, ["topic:withdraw_rent", "hit:direct"], first={"said": "租房能提吗"}), note("c1", NOW, ["rule:C08-Q1"], first={"said": "第二句"}),
        note("c2", NOW - 10, ["topic:withdraw_rent", "stars:5"]), note("c3", NOW - 400, ["topic:loan_rate"]),
    ], NOW))
    rent, count = run(index.find(["topic:withdraw_rent"], 0, NOW))
    assert ([t.conversation for t in rent], count) == (["c1", "c2"], 2)
    assert (rent[0].said, rent[0].turns, rent[0].begun, rent[0].at, rent[0].with_prefix("rule")) == ("租房能提吗", 2, NOW - 50, NOW, ["C08-Q1"])
    found = lambda *facets, **time: [t.conversation for t in run(index.find(facets, time.get("since", 0), time.get("until", NOW)))[0]]  # noqa: E731
    assert found("topic:withdraw_rent", "stars:5") == ["c2"] and found("rule:C08-Q1", "stars:5") == []
    assert found() == ["c1", "c2", "c3"] and found(since=NOW - 20) == ["c1", "c2"] and found(until=NOW - 100) == ["c3"]
    assert [t.conversation for t in run(index.find([], 0, NOW, start=1, count=1))[0]] == ["c2"]
    assert run(index.facets("topic")) == ["loan_rate", "withdraw_rent"]


def test_the_index_forgets_with_the_conversations(index, run, server, monkeypatch):
    run(index.note([note("old", NOW - 601, ["topic:x"]), note("c1", NOW, ["topic:x"])], NOW))
    assert [t.conversation for t in run(index.find(["topic:x"], 0, NOW))[0]] == ["c1"]
    assert all(0 < server.ttl(key) <= 600 for key in server.keys("gjj:{insight}:talk:*") + server.keys("gjj:{insight}:talks:*"))
    monkeypatch.setattr(talks, "MOST", 2)
    run(index.note([note(f"d{n}", NOW + n) for n in range(3)], NOW + 2))
    assert [t.conversation for t in run(index.find([], 0, NOW + 9))[0]] == ["d2", "d1"]


def test_a_message_to_learn_from_is_kept_masked_and_once(index, client, run):
    run(index.note([note("c1", entry=ENTRY.stored(2))], NOW))
    run(index.note([note("c1", entry=ENTRY.stored(2))], NOW))
    (item,) = run(Inbox(client).all())
    assert item.entry.text == "我的电话138****5678，房子拆迁了能提吗" and item.entry.guesses == ENTRY.guesses and item.done is None
    assert run(Inbox(client).get(["c1.m2", "c9.m9"])) == [item.entry]


def test_what_the_citizen_chose_when_asked_back_goes_with_the_message(index, client, run):
    run(index.note([note("c1", entry=ENTRY.stored(2)), note("c1", picked={"turn": "2", "home": "wd_new_home.materials"})], NOW))
    run(index.note([note("c1", picked={"turn": "7", "home": "wd_rent.overview"})], NOW))
    assert [item.picked for item in run(Inbox(client).all())] == ["wd_new_home.materials"]


def test_what_was_done_is_noted_and_can_be_taken_back(index, client, run):
    inbox = Inbox(client)
    run(index.note([note("c1", entry=ENTRY.stored(2))], NOW))
    before, done = run(inbox.version()), Done("similar", "小田", "2026-11-22T10:00:00+08:00", "faq_rent")
    assert run(inbox.settle(["c1.m2", "gone"], done)) == 1
    assert [item.done for item in run(inbox.all())] == [done] and run(inbox.version()) != before
    assert run(inbox.reopen(["c1.m2"])) == 1 and run(inbox.all())[0].done is None
    with pytest.raises(ValueError):
        run(inbox.settle(["c1.m2"], Done("lost", "小田", "")))


def test_the_inbox_is_capped_and_forgets_after_its_time(index, client, run, monkeypatch):
    monkeypatch.setattr(talks, "MOST_ENTRIES", 3)
    entry = lambda n, at: Entry(f"c{n}", "m1", at, "clarified", "怎么提").stored(1)  # noqa: E731
    run(index.note([note(f"c{n}", NOW + n, entry=entry(n, NOW + n)) for n in range(5)], NOW + 5))
    run(Inbox(client).settle(["c2.m1"], Done("ignored", "小田", "")))
    assert [item.entry.conversation for item in run(Inbox(client).all())] == ["c4", "c3", "c2"]
    run(index.note([note("c9", NOW)], NOW + 2 + talks.ENTRY_DAYS * 24 * 3600))
    assert [item.entry.conversation for item in run(Inbox(client).all())] == ["c4", "c3"]


def test_erasing_a_conversation_leaves_nothing_and_lets_nothing_come_late(index, client, run, server):
    run(index.note([note("c1", facets=["topic:x"], entry=ENTRY.stored(2), picked={"turn": "2", "home": "wd_rent.overview"}), note("c2", facets=["topic:x"])], NOW))
    run(Inbox(client).settle(["c1.m2"], Done("ignored", "小田", "")))
    run(index.erase("c1"))
    run(index.note([note("c1", NOW + 1, ["topic:x"], entry=ENTRY.stored(2))], NOW + 1))
    assert [t.conversation for t in run(index.find(["topic:x"], 0, NOW + 9))[0]] == ["c2"] and run(Inbox(client).all()) == []
    told = [key for key in server.keys("*") if "c1" in key or server.type(key) == "hash" and "c1" in str(server.hgetall(key))]
    assert told == ["gjj:{insight}:erased:c1"] and 0 < server.ttl(told[0]) <= 600
