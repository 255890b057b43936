"""The Rasa actions: ``action_respond`` answers, ``action_attend`` adds the attentive words. Thin on purpose."""
from __future__ import annotations

import asyncio
import logging
from functools import lru_cache
from typing import Any, List, Text

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot import clock
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.live import LiveKnowledge
from bot.knowledge.reply import Reply
from bot.knowledge.wording import say
from bot.quiet import place
from bot.settings import Settings

from . import handoff
from .attend.speak import attend
from .attend.usefulness import Attention, Forgetful
from .happenings import Watch, Watched, happening
from .memory import SLOT, Memory
from .message import Message
from .respond import respond
from .service_level import Service, ask_for_stars, deeds, labels
from .trace import Trace
from .trial import TRIAL

logger = logging.getLogger(__name__)

REPLY = "reply"
"""Key under which a structured reply travels in Rasa's bot message metadata."""


@lru_cache(maxsize=1)
def live() -> LiveKnowledge:
    """Content as it is now; edited files are live within a second."""
    return LiveKnowledge()


@lru_cache(maxsize=1)
def _limit() -> float:
    return Settings.from_env().action_timeout


class SafeAction:
    """An action with a time limit that apologises when it fails: the next message must always work."""

    def name(self) -> Text:
        raise NotImplementedError

    def work(self, base: KnowledgeBase, tracker: Tracker) -> "Outcome":
        """Decide what to say; plain and synchronous, so it runs in a thread under the time limit."""
        raise NotImplementedError

    def _work(self, tracker: Tracker) -> "Outcome":
        return self.work(live().current(), tracker)  # re-reading edited content takes a moment too: in the thread

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        try:
            outcome = await asyncio.wait_for(asyncio.to_thread(self._work, tracker), _limit())
        except Exception as error:  # noqa: BLE001 – the border: whatever broke, the citizen gets a sentence
            logger.error("action failed: %s: %s", self.name(), place(error))
            return self.apologise(dispatcher, tracker)
        for reply in outcome.replies:
            utter(dispatcher, reply)
        return [SlotSet(SLOT, outcome.memory.as_slot())]

    def apologise(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> List[EventType]:
        """Said when the action failed; memory stays as it was."""
        ident = str(tracker.latest_message.get("message_id") or "")
        utter(dispatcher, Reply(id=f"{ident}.e", kind="error", text=say("error", 0), topic="chitchat", confidence=0.0))
        return []


class Outcome:
    """Replies to send and the memory to keep."""

    def __init__(self, replies: List[Reply], memory: Memory):
        self.replies = replies
        self.memory = memory


class ActionRespond(SafeAction, Action):
    def name(self) -> Text:
        return "action_respond"

    def work(self, base: KnowledgeBase, tracker: Tracker) -> Outcome:
        memory = Memory.from_slots(tracker.slots)
        message = Message.read(base, memory, tracker.latest_message, clock.today())
        handoff.conversation.set(tracker.sender_id)
        order = memory.order
        replies = respond(base, memory, message)
        best = message.understanding.best
        replies = ask_for_stars(memory, (best.intent or "") if best else "", replies)
        if tracker.sender_id != TRIAL:
            Service.counts.add(tracker.sender_id, deeds(memory, replies), labels(replies))
            Watch.happenings.turn(happening(tracker.sender_id, memory, message, tracker.latest_message, replies, order))
        Trace.respond(tracker.sender_id, base, memory, message, replies)
        return Outcome(replies, memory)


class ActionAttend(SafeAction, Action):
    def name(self) -> Text:
        return "action_attend"

    def work(self, base: KnowledgeBase, tracker: Tracker) -> Outcome:
        memory = Memory.from_slots(tracker.slots)
        if memory.turn.message != str(tracker.latest_message.get("message_id") or ""):
            return Outcome([], memory)  # the answer failed and was apologised for: there is nothing to add to it
        message = Message.of_turn(memory, clock.today())
        experience = Forgetful() if tracker.sender_id == TRIAL else Watched(Attention.experience)
        replies, verdicts, silence = attend(base, memory, message, experience, Attention.exploration)
        if tracker.sender_id != TRIAL:
            Service.counts.add(tracker.sender_id, {}, labels(replies))
            Watch.happenings.offered(tracker.sender_id, [reply.rule for reply in replies if reply.rule])
        Trace.attend(tracker.sender_id, base, memory, message, verdicts, silence)
        return Outcome(replies, memory)

    def apologise(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> List[EventType]:
        return []  # the answer has been given; a missing extra needs no apology


def utter(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Send ``reply``: text and buttons for any Rasa channel, the whole structure in the metadata for ours."""
    buttons = [{"title": b.title, "payload": b.title} for b in reply.buttons]
    structure: Any = {REPLY: reply.as_dict()}
    dispatcher.utter_message(text=reply.text, buttons=buttons, **structure)
