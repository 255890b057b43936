"""Any sequence of Rasa's events, saved turn by turn, leaves the state that Rasa itself would have."""
from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from rasa.shared.core import events as rasa
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from bot.state import tracker_store, window

WHO = "citizen-1"
_TEXT = st.text(st.characters(codec="utf-16"), max_size=20)
_NAME = st.sampled_from(["action_respond", "action_attend", "action_listen", "some_form", "action_session_start"])
_JSON = st.recursive(st.one_of(st.none(), st.booleans(), st.integers(-9, 9), _TEXT), lambda inner: st.dictionaries(_TEXT, inner, max_size=2), max_leaves=3)
_USER = st.builds(
    lambda text, number, meta: rasa.UserUttered(text, {"name": "ask"}, message_id=number, metadata=meta, input_channel="web"),
    _TEXT, st.sampled_from([None, "m1", "m2"]), st.dictionaries(_TEXT, _JSON, max_size=1),
)
_SLOT = st.one_of(
    st.builds(rasa.SlotSet, st.just("memory"), _JSON),
    st.builds(rasa.SlotSet, st.just("counted"), st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))),
)
_OTHERS = st.one_of(
    st.builds(lambda text: rasa.BotUttered(text, {"buttons": [{"title": text, "payload": text}]}, {"reply": {"id": "1", "text": text}}), _TEXT),
    st.builds(rasa.AgentUttered, _TEXT),
    st.builds(rasa.AllSlotsReset),
    st.builds(rasa.ActiveLoop, st.sampled_from(["some_form", None])),
    st.builds(rasa.LegacyForm, st.sampled_from(["some_form", None])),
    st.builds(rasa.LoopInterrupted, st.booleans()),
    st.builds(rasa.LegacyFormValidation, st.booleans()),
    st.builds(rasa.ActionExecutionRejected, _NAME),
    st.builds(rasa.FollowupAction, _NAME),
    st.builds(rasa.ConversationPaused),
    st.builds(rasa.ConversationResumed),
    st.builds(lambda name: rasa.ReminderScheduled("wake", datetime(2026, 11, 22, 9, tzinfo=timezone.utc), name=name), st.just("r1")),
    st.builds(rasa.ReminderCancelled, st.just("r1")),
    st.builds(rasa.StoryExported, st.none()),
    st.builds(rasa.DefinePrevUserUtteredFeaturization, st.booleans()),
    st.builds(lambda text: rasa.EntitiesAdded([{"entity": "PLACE", "value": text}]), _TEXT),
)
_RESETS = st.one_of(st.builds(rasa.SessionStarted), st.builds(rasa.Restarted))
_UNDO = st.one_of(st.builds(rasa.ActionReverted), st.builds(rasa.UserUtteranceReverted))
_ANY = st.one_of(_USER, _SLOT, st.builds(rasa.ActionExecuted, _NAME, st.just("RulePolicy"), st.just(0.5)), _OTHERS, _RESETS, _UNDO)
_SAVES = st.lists(st.lists(_ANY, min_size=1, max_size=6), min_size=1, max_size=7)
EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def state(tracker):
    """All that decides what Rasa does next."""
    loop = tracker.active_loop
    return {
        "slots": tracker.current_slot_values(),
        "loop": loop and (loop.name, loop.is_interrupted, loop.rejected),
        "next": tracker.followup_action,
        "paused": tracker.is_paused(),
        "latest_action": tracker.latest_action,
    }


def stored(events):
    """What a second reading must find: everything but what is trimmed."""
    lines = [event.as_dict() for event in events]
    return [{k: v for k, v in line.items() if k != "parse_data"} for line in lines]


async def keep(store, saves, reference):
    for events in saves:
        tracker = await store.get_or_create_tracker(WHO, append_action_listen=False)
        tracker.update_with_events(events, store.domain, override_timestamp=False)
        reference.update_with_events(events, store.domain, override_timestamp=False)
        await store.save(tracker)


def test_no_kind_of_event_is_forgotten_here():
    made = {
        rasa.UserUttered, rasa.SlotSet, rasa.ActionExecuted, rasa.BotUttered, rasa.AgentUttered, rasa.AllSlotsReset, rasa.ActiveLoop,
        rasa.LegacyForm, rasa.LoopInterrupted, rasa.LegacyFormValidation, rasa.ActionExecutionRejected, rasa.FollowupAction,
        rasa.ConversationPaused, rasa.ConversationResumed, rasa.ReminderScheduled, rasa.ReminderCancelled, rasa.StoryExported,
        rasa.DefinePrevUserUtteredFeaturization, rasa.EntitiesAdded, rasa.SessionStarted, rasa.Restarted, rasa.ActionReverted,
        rasa.UserUtteranceReverted,
    }
    known = {kind for kind in all_subclasses(rasa.Event) if kind.__module__ == rasa.__name__ and not kind.__name__.endswith("Mixin")}
    assert known == made


@pytest.mark.parametrize("size", [60, 5])
def test_any_conversation_survives_the_round_trip(store, server, run, monkeypatch, size):
    for module in (window, tracker_store):
        monkeypatch.setattr(module, "WINDOW", size)

    @EXAMPLES
    @given(_SAVES)
    def survives(saves):
        server.flushall()
        reference = DialogueStateTracker(WHO, store.domain.slots)
        run(keep(store, saves, reference))
        full = run(store.retrieve_full_tracker(WHO))
        assert stored(full.events) == stored(reference.events)
        bounded = run(store.retrieve(WHO))
        assert state(bounded) == state(reference)
        settings_before = len(store.domain.slots) + 2
        assert len(bounded.events) <= size + settings_before
        if not any(isinstance(e, (rasa.ActionReverted, rasa.UserUtteranceReverted)) for e in reference.events):
            assert state(full) == state(reference)
            last = [e for e in list(reference.events)[-size:] if isinstance(e, rasa.UserUttered)]
            if last and bounded.latest_message.text:
                assert bounded.latest_message.text == last[-1].text

    survives()


@EXAMPLES
@given(_SAVES)
def test_a_fresh_copy_of_what_was_read_has_the_same_slots(store, server, run, saves):
    """Rasa gives each action a copy made by replaying the events it was handed."""
    server.flushall()
    reference = DialogueStateTracker(WHO, store.domain.slots)
    saves = [[e for e in events if not isinstance(e, (rasa.ActionReverted, rasa.UserUtteranceReverted))] or [rasa.SessionStarted()] for events in saves]
    run(keep(store, saves, reference))
    read = run(store.retrieve(WHO))
    assert read.copy().current_slot_values() == reference.current_slot_values()
