"""What the worker spares Rasa: policies see the turn at hand, with the state of the whole conversation."""
from __future__ import annotations

import copy
import logging

import pytest
from rasa.core.policies.policy import PolicyPrediction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.state.tracker import StoredTracker
from bot.worker import processor as module
from bot.worker.processor import CounterProcessor
from tests.state.talk import start, turn

DOMAIN = Domain.from_dict({"slots": {"memory": {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]}}})


def heard(kind, *said):
    """A tracker after whole turns, and a message not answered yet."""
    events = [*start()]
    for number, text in enumerate(said[:-1]):
        events += turn(text, {"turns": number + 1})
    tracker = kind("c1", DOMAIN.slots)
    tracker.update_with_events([*events, UserUttered(said[-1], {"name": "ask"}, message_id="new")], DOMAIN)
    return tracker


def shown(tracker):
    return [getattr(event, "text", None) or getattr(event, "action_name", event.type_name) for event in tracker.events]


@pytest.mark.parametrize("kind", [StoredTracker, DialogueStateTracker])
def test_policies_see_the_turn_at_hand_with_all_that_is_known(kind):
    tracker = heard(kind, "租房怎么提", "多久到账", "那贷款呢")
    tracker.update(ActiveLoop("some_form"))
    recent = module._recent(tracker)
    assert shown(recent) == ["action_listen", "那贷款呢", "active_loop"]
    assert recent.get_slot("memory") == {"turns": 2} and recent.active_loop_name == "some_form"
    assert recent.latest_message is tracker.latest_message and recent.latest_action_name == tracker.latest_action_name
    assert len(shown(tracker)) == 15  # nothing was taken from the conversation itself


def test_the_first_turn_is_seen_from_its_beginning():
    assert shown(module._recent(heard(StoredTracker, "租房怎么提"))) == ["action_listen", "租房怎么提"]


def test_before_anybody_spoke_there_is_nothing_to_leave_out():
    tracker = StoredTracker.of("c1", start(), DOMAIN.slots)
    assert module._recent(tracker) is tracker


class _Said:
    """An action as the processor sees it."""

    def name(self):
        return "action_respond"

    def event_for_successful_execution(self, prediction):
        return ActionExecuted(self.name(), prediction.policy_name, prediction.max_confidence)


@pytest.fixture
def processor():
    made = CounterProcessor.__new__(CounterProcessor)
    made.domain = DOMAIN
    return made


def prediction(*events):
    return PolicyPrediction([1.0], "RulePolicy", events=list(events))


def test_an_action_is_noted_with_what_it_did(processor):
    tracker = heard(StoredTracker, "租房怎么提")
    processor._log_action_on_tracker(tracker, _Said(), [BotUttered("带身份证"), SlotSet("memory", {"turns": 1})], prediction(ActiveLoop(None)))
    assert shown(tracker)[-4:] == ["active_loop", "action_respond", "带身份证", "slot"] and tracker.get_slot("memory") == {"turns": 1}


def test_an_action_that_refuses_is_not_noted_as_done(processor):
    tracker = heard(StoredTracker, "租房怎么提")
    processor._log_action_on_tracker(tracker, _Said(), [ActionExecutionRejected("action_respond")], prediction(ActiveLoop(None)))
    assert [event.type_name for event in tracker.events][-2:] == ["user", "action_execution_rejected"]


def test_what_is_remembered_of_a_citizen_is_neither_copied_nor_logged(processor, monkeypatch, caplog):
    tracker = heard(StoredTracker, "租房怎么提")
    copied = []
    monkeypatch.setattr(copy, "deepcopy", lambda value, memo=None: copied.append(value) or value)
    caplog.set_level(logging.DEBUG)
    processor._log_action_on_tracker(tracker, _Said(), [SlotSet("memory", {"profile": {"renting": "秘密"}})], prediction())
    processor._log_slots(tracker)
    assert copied == [] and "秘密" not in caplog.text
