"""StoredTracker against Rasa's own: the same state without replaying, and copies that do not touch each other."""
from __future__ import annotations

from hypothesis import given, strategies as st
from rasa.shared.core.events import ActiveLoop, BotUttered, LoopInterrupted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.state.tracker import StoredTracker
from bot.state.window import UNDO
from tests.state.talk import start, turn
from tests.state.test_any_events import _ANY, EXAMPLES, WHO, state

_EVENTS = st.lists(_ANY, max_size=25)


def whole(tracker):
    """State and what was said last, with every event."""
    said, answered = tracker.latest_message, tracker.latest_bot_utterance
    return {
        **state(tracker), "said": said.text, "id": said.message_id, "answered": answered.text,
        "set": {name: slot.has_been_set for name, slot in tracker.slots.items()}, "events": [event.as_dict() for event in tracker.events],
    }


@EXAMPLES
@given(_EVENTS)
def test_reading_gives_the_state_that_rasa_would_work_out(domain, events):
    events = [event for event in events if not isinstance(event, UNDO)]
    assert whole(StoredTracker.of(WHO, events, domain.slots)) == whole(DialogueStateTracker.from_events(WHO, events, domain.slots))


@EXAMPLES
@given(_EVENTS)
def test_a_copy_is_the_one_that_rasa_would_make(domain, events):
    ours, rasas = StoredTracker(WHO, domain.slots), DialogueStateTracker(WHO, domain.slots)
    for tracker in (ours, rasas):
        tracker.update_with_events(events, domain, override_timestamp=False)
    copied = whole(ours.copy())
    assert copied == whole(ours)
    assert {**copied, "set": None} == {**whole(rasas.copy()), "set": None}


def test_what_happens_to_a_copy_does_not_happen_to_the_original(domain):
    tracker = StoredTracker.of(WHO, [*start(), *turn("租房怎么提", {"turns": 1}), ActiveLoop("some_form")], domain.slots)
    tracker.model_id, before = "m", whole(tracker)
    copy = tracker.copy()
    copy.update_with_events([UserUttered("换一个"), SlotSet("memory", {"turns": 2}), LoopInterrupted(True), BotUttered("好")], domain)
    assert whole(tracker) == before and tracker.model_id == "m"
    assert copy.get_slot("memory") == {"turns": 2} and copy.active_loop.is_interrupted and copy.latest_bot_utterance.text == "好"
    assert [event.metadata for event in list(copy.events)[-4:]] == [{}, {}, {}, {}]  # a draft: the original marks what it takes over


def test_a_copy_knows_how_much_is_stored(store, run):
    run(store.save(DialogueStateTracker.from_events(WHO, start(), domain=store.domain)))
    copy = run(store.retrieve(WHO)).copy()
    copy.update_with_events(turn("租房怎么提", {"turns": 1}), store.domain)
    run(store.save(copy))
    assert [event["event"] for event in run(store.history(WHO))] == ["action", "session_started", "action", "user", "action", "bot", "slot", "action"]
