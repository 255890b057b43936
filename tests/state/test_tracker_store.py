"""RedisTrackerStore on a real Redis, against Rasa's InMemoryTrackerStore where both can do the same."""
from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.events import ActionExecuted, AllSlotsReset, BotUttered, Restarted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from actions.actions import REPLY
from bot.state import keys, tracker_store
from bot.state.client import RedisError
from bot.state.tracker_store import WINDOW, ConflictingWriters, RedisTrackerStore
from tests.state.talk import start, turn

WHO = "citizen-1"


async def say(store, events, who=WHO):
    """One save: what happens in one turn."""
    tracker = await store.get_or_create_tracker(who, append_action_listen=False)
    tracker.update_with_events(events, store.domain)
    await store.save(tracker)
    return tracker


async def talk(store, count, who=WHO, first=0):
    await say(store, start(), who)
    for i in range(first, first + count):
        await say(store, turn(f"第{i}句", {"turns": i}, f"m{i}"), who)


def told(tracker):
    """What the two stores must agree on, in order: who said or did what, without slots."""
    return [
        (e.type_name, getattr(e, "text", None) or getattr(e, "action_name", None))
        for e in tracker.events
        if not isinstance(e, SlotSet)
    ]


def slots(tracker):
    """Values of the slots that the domain itself defines."""
    return {name: tracker.get_slot(name) for name in ("memory", "counted")}


@pytest.mark.parametrize("turns", [0, 1, 3, 9])
def test_same_as_rasas_own_store(store, domain, run, turns):
    own = InMemoryTrackerStore(domain)
    for each in (own, store):
        run(talk(each, turns))
    expected, found = run(own.retrieve(WHO)), run(store.retrieve(WHO))
    assert told(found) == told(expected)
    assert found.current_slot_values() == expected.current_slot_values()
    assert found.latest_message.text == expected.latest_message.text
    assert found.latest_action_name == expected.latest_action_name == "action_listen"
    full = run(store.retrieve_full_tracker(WHO))
    assert told(full) == told(run(own.retrieve_full_tracker(WHO)))


@pytest.mark.parametrize("reset", [SessionStarted, Restarted, AllSlotsReset])
@pytest.mark.parametrize("after", [0, 2, 30])
def test_an_event_that_empties_slots_does_not_take_later_ones(store, domain, run, reset, after):
    own = InMemoryTrackerStore(domain)
    for each in (own, store):
        run(talk(each, 2))
        run(say(each, [SlotSet("counted", 5.0), reset()]))
        for i in range(after):
            run(say(each, turn(f"后{i}", {"after": i})))
    expected = {"memory": {"after": after - 1} if after else None, "counted": 1.0}
    assert slots(run(own.retrieve(WHO))) == expected
    assert slots(run(store.retrieve(WHO))) == expected


def test_slots_survive_the_window(store, run):
    run(talk(store, 1))
    run(say(store, [SlotSet("counted", 7.0)]))
    for i in range(WINDOW):
        run(say(store, turn(f"后{i}", {"after": i})))
    tracker = run(store.retrieve(WHO))
    assert slots(tracker) == {"memory": {"after": WINDOW - 1}, "counted": 7.0}
    assert len(told(tracker)) == WINDOW
    assert told(tracker) == told(run(store.retrieve_full_tracker(WHO)))[-WINDOW:]


def test_a_slot_can_be_emptied_again_and_differ_from_its_initial_value(store, run):
    run(say(store, [*start(), SlotSet("memory", {"a": 1}), SlotSet("counted", None)]))
    assert slots(run(store.retrieve(WHO))) == {"memory": {"a": 1}, "counted": None}
    run(say(store, [SlotSet("memory", None), SlotSet("counted", 1.0)]))
    assert slots(run(store.retrieve(WHO))) == {"memory": None, "counted": 1.0}


def test_saves_append_and_never_rewrite(store, server, run):
    run(talk(store, 2))
    before = server.lrange(keys.events(WHO), 0, -1)
    run(say(store, turn("第三句", {})))
    after = server.lrange(keys.events(WHO), 0, -1)
    assert after[: len(before)] == before and len(after) == len(before) + 4
    assert server.hget(keys.head(WHO), "version") == str(len(after))


def test_the_same_tracker_saved_again_adds_nothing(store, server, run):
    tracker = run(say(store, [*start(), *turn("你好", {})]))
    run(store.save(tracker))
    run(store.save(tracker))
    assert server.llen(keys.events(WHO)) == 7


def test_conflicting_writers_are_noticed_and_nothing_is_written(store, new_store, server, run):
    run(talk(store, 1))
    mine, theirs = run(store.retrieve(WHO)), run(new_store().retrieve(WHO))
    theirs.update_with_events(turn("他先", {"who": "theirs"}), store.domain)
    run(store.save(theirs))
    stored = server.lrange(keys.events(WHO), 0, -1), server.hgetall(keys.head(WHO)), server.hgetall(keys.replies(WHO))
    mine.update_with_events(turn("我后", {"who": "mine"}, "m-mine"), store.domain)
    with pytest.raises(ConflictingWriters):
        run(store.save(mine))
    assert stored == (server.lrange(keys.events(WHO), 0, -1), server.hgetall(keys.head(WHO)), server.hgetall(keys.replies(WHO)))


def test_two_new_conversations_of_one_name_conflict_too(store, new_store, run):
    first, second = (DialogueStateTracker.from_events(WHO, start(), domain=store.domain) for _ in range(2))
    run(store.save(first))
    with pytest.raises(ConflictingWriters):
        run(new_store().save(second))


def test_replies_are_kept_in_the_same_step_as_the_turn(store, server, run):
    """A worker killed after saving must find its replies; killed before, it must find nothing."""
    run(say(store, [*start(), *turn("租房怎么提", {}, "m1")]))
    run(say(store, turn("多久到账", {}, "m2")))
    kept = {name: json.loads(value) for name, value in server.hgetall(keys.replies(WHO)).items()}
    assert {name: [r["text"] for r in replies] for name, replies in kept.items()} == {"m1": ["答：租房怎么提"], "m2": ["答：多久到账"]}
    assert tracker_store._REPLY == REPLY


def test_a_message_that_got_no_reply_is_known_as_well(store, server, run):
    run(say(store, [*start(), UserUttered("嗯", {"name": "affirm"}, message_id="m1"), ActionExecuted("action_listen")]))
    assert server.hgetall(keys.replies(WHO)) == {"m1": "[]"}


def test_every_key_has_a_time_to_live(new_store, server, run):
    run(talk(new_store(ttl=1000), 2))
    found = server.keys("*")
    assert sorted(found) == sorted([keys.events(WHO), keys.head(WHO), keys.replies(WHO)])
    assert all(990 <= server.ttl(name) <= 1000 for name in found)
    server.expire(keys.events(WHO), 5)
    run(say(new_store(ttl=1000), turn("又来了", {})))
    assert all(990 <= server.ttl(name) <= 1000 for name in found)


def test_erase_leaves_no_key(store, server, run):
    run(talk(store, 2))
    run(talk(store, 1, "someone-else"))
    server.set(keys.lock(WHO), "token")
    run(store.erase(WHO))
    assert [name for name in server.keys("*") if WHO in name] == []
    assert run(store.retrieve(WHO)) is None and run(store.exists(WHO)) is False
    assert run(store.exists("someone-else")) is True


def test_keys_finds_every_conversation_by_its_own_name(store, server, run):
    names = {"a", "b-{x}", "中文:1", "gjj:head"} | {f"c{i}" for i in range(700)}
    for name in names:
        run(store.save(DialogueStateTracker.from_events(name, start(), domain=store.domain)))
    server.set("gjj:other", "1")
    assert set(run(store.keys())) == names
    assert run(store.retrieve_full_tracker("中文:1")).sender_id == "中文:1"


def test_unknown_conversation(store, run):
    assert run(store.retrieve("nobody")) is None
    assert run(store.retrieve_full_tracker("nobody")) is None
    assert run(store.history("nobody")) == []


def test_parse_data_is_trimmed(store, server, run):
    run(say(store, [*start(), *turn("租房怎么提", {})]))
    raw = "".join(server.lrange(keys.events(WHO), 0, -1))
    assert "intent_ranking" not in raw and '"event": "slot"' not in raw
    (user,) = [e for e in run(store.history(WHO)) if e["event"] == "user"]
    assert user["parse_data"] == {
        "intent": {"name": "ask", "confidence": 0.9},
        "entities": [],
        "text": "租房怎么提",
        "understanding": {
            "text": "租房怎么提",
            "candidates": [{"home": f"wd_{i}", "aspect": "steps", "score": 0.1} for i in range(3)],
            "clauses": [],
        },
    }
    assert run(store.retrieve(WHO)).latest_message.intent_name == "ask"


def test_all_keys_of_a_conversation_share_one_cluster_slot():
    assert {name[name.index("{") : name.index("}") + 1] for name in keys.everything(WHO)} == {"{citizen-1}"}


@pytest.mark.parametrize("url", ["", "${REDIS_URL}", None])
def test_without_an_address_the_error_says_what_to_do(url, domain, monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(ValueError, match="REDIS_URL"):
        RedisTrackerStore(domain, host=url)


def test_a_dead_redis_is_an_error_and_not_an_empty_conversation(domain, tmp_path, run):
    store = RedisTrackerStore(domain, host=f"unix://{tmp_path}/nothing.sock")
    with pytest.raises(RedisError):
        run(store.retrieve(WHO))
    with pytest.raises(RedisError):
        run(store.save(DialogueStateTracker.from_events(WHO, start(), domain=domain)))


_TEXT = st.text(max_size=20)
_EVENT = st.one_of(
    st.builds(lambda text, number: UserUttered(text, {"name": "ask"}, message_id=number), _TEXT, st.sampled_from([None, "m1", "m2"])),
    st.builds(lambda text: BotUttered(text, metadata={"reply": {"id": "1", "text": text}}), _TEXT),
    st.builds(BotUttered, _TEXT),
    st.builds(SlotSet, st.just("memory"), st.one_of(st.none(), st.dictionaries(_TEXT, st.one_of(st.integers(), _TEXT, st.none())))),
    st.builds(SlotSet, st.just("counted"), st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))),
    st.builds(ActionExecuted, st.sampled_from(["action_respond", "action_attend", "action_listen"])),
    st.builds(SessionStarted),
    st.builds(Restarted),
    st.builds(AllSlotsReset),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_EVENT, max_size=6), max_size=6))
def test_any_conversation_survives_the_round_trip(store, server, run, saves):
    server.flushall()
    reference = DialogueStateTracker(WHO, store.domain.slots)
    for events in saves:
        run(say(store, events))
        reference.update_with_events(events, store.domain, override_timestamp=False)
    if not saves:
        return
    for tracker in (run(store.retrieve_full_tracker(WHO)), run(store.retrieve(WHO))):
        assert told(tracker) == told(reference)[-WINDOW:]
        assert slots(tracker) == slots(reference)
        assert [e.timestamp for e in tracker.events if not isinstance(e, SlotSet)] == [
            e.timestamp for e in reference.events if not isinstance(e, SlotSet)
        ]
