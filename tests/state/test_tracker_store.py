"""RedisTrackerStore on a real Redis, against Rasa's InMemoryTrackerStore where both can do the same."""
from __future__ import annotations

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from actions.actions import REPLY
from bot.state import blocks, keys, turns as turns_module
from bot.state.client import RedisError
from bot.state.tracker_store import ConflictingWriters, RedisTrackerStore
from bot.state.turns import Turns
from bot.state.window import WINDOW
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


@pytest.mark.parametrize("turns", [0, 1, 3, 4])
def test_same_as_rasas_own_store(store, domain, run, turns):
    own = InMemoryTrackerStore(domain)
    for each in (own, store):
        run(talk(each, turns))
    expected, found = run(own.retrieve(WHO)), run(store.retrieve(WHO))
    assert told(found) == told(expected)[-len(told(found)) :]  # a long conversation's newest events
    assert len(found.events) >= min(len(expected.events), WINDOW)
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
    before = list(tracker.events)[: len(tracker.events) - WINDOW]
    assert [(e.key, e.value) for e in before] == [("counted", 7.0)]
    assert told(tracker) == told(run(store.retrieve_full_tracker(WHO)))[-len(told(tracker)) :]


def test_what_rasa_copies_knows_the_slots_too(store, run):
    """Rasa hands each action a copy, made by replaying the events."""
    run(say(store, [*start(), SlotSet("counted", 7.0), ActiveLoop("some_form"), ConversationPaused()]))
    for i in range(WINDOW):
        run(say(store, turn(f"后{i}", {"after": i})))
    copy = run(store.retrieve(WHO)).copy()
    assert slots(copy) == {"memory": {"after": WINDOW - 1}, "counted": 7.0}
    assert copy.active_loop_name == "some_form" and copy.is_paused()


def test_only_the_last_session_is_handed_out_as_rasas_own_store_does(store, domain, run):
    own = InMemoryTrackerStore(domain)
    for each in (own, store):
        run(talk(each, 2))
        run(say(each, [*start(), SlotSet("memory", {"carried": 1}), *turn("又来了", {"new": 1})]))
    assert told(run(store.retrieve(WHO))) == told(run(own.retrieve(WHO)))
    assert told(run(store.retrieve_full_tracker(WHO))) == told(run(own.retrieve_full_tracker(WHO)))


def test_what_was_taken_back_stays_taken_back_although_it_lies_behind_the_window(store, run):
    run(say(store, [*start(), SlotSet("counted", 5.0), *turn("租房怎么提", {"n": 1})]))
    run(say(store, [UserUttered("改一下", {"name": "ask"}), SlotSet("counted", 6.0), ActionExecuted("action_listen")]))
    run(say(store, [BotUttered(str(i)) for i in range(WINDOW + 5)]))
    run(say(store, [UserUtteranceReverted()]))
    assert slots(run(store.retrieve(WHO))) == {"memory": {"n": 1}, "counted": 5.0}


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
    assert after[: len(before)] == before and len(after) == len(before) + 1
    assert server.hget(keys.head(WHO), "version") == str(len(after))


def test_the_same_tracker_saved_again_adds_nothing(store, server, run):
    tracker = run(say(store, [*start(), *turn("你好", {})]))
    run(store.save(tracker))
    run(store.save(tracker))
    assert server.llen(keys.events(WHO)) == 1


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


def test_replies_are_kept_in_the_same_step_as_the_turn(store, server, client, run):
    """A worker killed after saving must find its replies; killed before, it must find nothing."""
    run(say(store, [*start(), *turn("租房怎么提", {}, "m1")]))
    run(say(store, turn("多久到账", {}, "m2")))
    turns = Turns(client, lease=5)
    assert {m: [r["text"] for r in run(turns.recall(WHO, m))] for m in ("m1", "m2")} == {"m1": ["答：租房怎么提"], "m2": ["答：多久到账"]}
    assert run(turns.recall(WHO, "m3")) is None
    assert server.hgetall(keys.replies(WHO)) == {"m1": "0", "m2": "1"}
    assert turns_module._REPLY == REPLY


def test_a_message_that_got_no_reply_is_known_as_well(store, client, run):
    run(say(store, [*start(), UserUttered("嗯", {"name": "affirm"}, message_id="m1"), ActionExecuted("action_listen")]))
    assert run(Turns(client, lease=5).recall(WHO, "m1")) == []


def test_the_first_replies_to_a_message_are_the_replies_to_it(store, client, run):
    run(say(store, [*start(), *turn("租房怎么提", {}, "m1")]))
    run(say(store, turn("多久到账", {}, "m1")))
    assert [r["text"] for r in run(Turns(client, lease=5).recall(WHO, "m1"))] == ["答：租房怎么提"]


def test_a_save_that_redis_did_but_could_not_confirm_is_done_once(store, server, run, monkeypatch):
    """The connection broke after Redis had done its work: the same step is asked for again."""
    ask, lost = store.redis.evalsha, []

    async def breaks(*args, **options):
        found = await ask(*args, **options)
        if not lost:
            lost.append(await ask(*args, **options))  # what the client's repetition sends
        return found

    tracker = run(say(store, [*start(), *turn("你好", {}, "m1")]))
    monkeypatch.setattr(store.redis, "evalsha", breaks)
    tracker.update_with_events(turn("租房怎么提", {}, "m2"), store.domain)
    run(store.save(tracker))
    assert lost == [2] and server.llen(keys.events(WHO)) == 2


def test_every_key_has_a_time_to_live(new_store, server, run):
    run(talk(new_store(ttl=1000), 2))
    found = server.keys("*")
    assert sorted(found) == sorted([keys.events(WHO), keys.head(WHO), keys.replies(WHO)])
    assert all(990 <= server.ttl(name) <= 1000 for name in found)
    server.expire(keys.events(WHO), 5)
    run(say(new_store(ttl=1000), turn("又来了", {})))
    assert all(990 <= server.ttl(name) <= 1000 for name in found)


def test_erase_leaves_no_key(store, server, client, run):
    run(talk(store, 2))
    run(talk(store, 1, "someone-else"))

    async def erase():
        async with Turns(client, lease=5).alone(WHO, wait=0):
            await store.erase(WHO)

    run(erase())
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


def test_parse_data_is_trimmed(store, run):
    run(say(store, [*start(), *turn("租房怎么提", {})]))
    (user,) = [e for e in run(store.history(WHO)) if e["event"] == "user"]
    assert user["parse_data"] == {
        "intent": {"name": "ask", "confidence": 0.9},
        "entities": [],
        "understanding": {
            "text": "租房怎么提",
            "candidates": [{"home": f"wd_{i}", "aspect": "steps", "score": 0.1} for i in range(3)],
            "clauses": [],
        },
    }
    message = run(store.retrieve(WHO)).latest_message
    assert message.intent_name == "ask" and message.parse_data["text"] == "租房怎么提"


def test_a_block_of_a_later_version_is_an_error_and_not_an_empty_conversation(store, server, run):
    run(say(store, [*start(), *turn("租房怎么提", {})]))
    server.lset(keys.events(WHO), 0, b"\x7f" + blocks.pack(start())[1:])
    with pytest.raises(ValueError, match="format 127"):
        run(store.retrieve(WHO))


def test_all_keys_of_a_conversation_share_one_cluster_slot():
    assert {name[name.index("{") : name.index("}") + 1] for name in keys.everything(WHO)} == {"{citizen-1}"}


@pytest.mark.parametrize("url", ["", "${REDIS_URL}", None])
def test_without_an_address_the_error_says_what_to_do(url, domain, monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(ValueError, match="REDIS_URL"):
        RedisTrackerStore(domain, host=url)


def test_a_dead_redis_is_an_error_and_not_an_empty_conversation(domain, tmp_path, run, monkeypatch):
    monkeypatch.setenv("GJJ_REDIS_TIMEOUT", "1")
    store = RedisTrackerStore(domain, host=f"unix://{tmp_path}/nothing.sock")
    with pytest.raises(RedisError):
        run(store.retrieve(WHO))
    with pytest.raises(RedisError):
        run(store.save(DialogueStateTracker.from_events(WHO, start(), domain=domain)))
