"""Rasa's message processor as the worker needs it: reading a message never holds up the event loop, and an action in this
process is called without the detour that an action server needs.

Measured on Rasa 3.6.21: the stock :class:`RemoteAction` copies all events of the window into JSON and checks every result
against a JSON schema it compiles anew, which took over half of the CPU time of a message (docs/performance.md).
"""
from __future__ import annotations

import asyncio
import copy
from collections import deque
from concurrent.futures import Executor
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Dict, List, Optional, Text, Tuple, Union

from rasa.core.actions.action import Action, RemoteAction
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from bot import tracing

from .graph import DirectRunner

TURNS = 1
"""Turns that the policies see: every rule describes one."""


class InProcessAction(RemoteAction):
    """A custom action of this process. Its tracker holds slots and the latest message, and no events: what an action must
    know of earlier turns is in the ``memory`` slot, so its cost cannot grow with the conversation."""

    def _action_call_format(self, tracker: DialogueStateTracker, domain: Domain) -> Dict[Text, Any]:
        return {
            "next_action": self._name,
            "sender_id": tracker.sender_id,
            "tracker": {**tracker.current_state(EventVerbosity.NONE), "events": []},
            "domain": {},
        }

    def _validate_action_result(self, result: Dict[Text, Any]) -> bool:
        return True  # rasa_sdk's executor has checked the events; there is no network in between


class CounterProcessor(MessageProcessor):
    """``readers``: threads that read messages (tokens, sentence vectors, topics)."""

    def __init__(self, readers: Optional[Executor], **stock: Any) -> None:
        super().__init__(**stock)
        self._readers = readers

    @staticmethod
    def _load_model(model_path: Union[Text, Path]) -> Tuple[Text, ModelMetadata, GraphRunner]:
        with TemporaryDirectory(prefix="gjj-model-") as folder:
            metadata, runner = load_predict_graph_runner(Path(folder), Path(model_path), LocalModelStorage, DirectRunner)
        return Path(model_path).name, metadata, runner

    async def parse_message(
        self, message: UserMessage, tracker: Optional[DialogueStateTracker] = None, only_output_properties: bool = True,
    ) -> Dict[Text, Any]:
        """As stock, in a thread; the sentence vector, most of the time, is computed without the interpreter's lock."""
        if tracker is None:
            tracker = DialogueStateTracker.from_events(message.sender_id, [])
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, self._parse_message_with_graph, message, tracker, only_output_properties
        )

    def _predict_next_with_tracker(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        """As stock, but the policies see the last turns only: they walk all they are given, again for every action."""
        if tracker.followup_action:
            return super()._predict_next_with_tracker(tracker)
        return super()._predict_next_with_tracker(_recent(tracker))

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        if type(action) is not RemoteAction:
            return await super()._run_action(action, tracker, output_channel, nlg, prediction)
        with tracing.span("action", {"gjj.action": action.name()}):
            action = InProcessAction(action.name(), self.action_endpoint)
            return await super()._run_action(action, tracker, output_channel, nlg, prediction)

    def _log_action_on_tracker(
        self, tracker: DialogueStateTracker, action: Action, events: Optional[List[Event]], prediction: PolicyPrediction
    ) -> None:
        """As stock, without a deep copy of everything the assistant remembers for debug lines that nobody reads."""
        events = events or []
        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)

    @staticmethod
    def _log_slots(tracker: DialogueStateTracker) -> None:
        """Nothing: stock writes all slots out for a debug line, and what citizens tell belongs in no log."""


def _recent(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """``tracker`` with the events of the last :data:`TURNS` turns, and with all of its state, which it shares."""
    turns = 0
    for at in range(len(tracker.events) - 1, -1, -1):
        turns += isinstance(tracker.events[at], UserUttered)
        if turns == TURNS:
            break
    else:
        return tracker
    if at and isinstance(tracker.events[at - 1], ActionExecuted):
        at -= 1  # the listening that the message ended
    recent = copy.copy(tracker)
    recent.events = deque(islice(tracker.events, at, None))
    return recent
