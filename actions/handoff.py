"""From the assistant to a person: 12329, the branch, a work order that staff can take up, and its state when asked."""
from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Dict, List, Optional, Protocol

import msgspec

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.handoff import handoff_wording
from bot.knowledge.policy import Branch
from bot.knowledge.reply import Reply
from bot.knowledge.wording import say as standing

from .answering import Speaker
from .memory import Choice, Memory
from .message import Message
from .profile import matches

MOST_SAID = 6
"""Messages of the citizen that go into the summary."""
INTENT = "human"
WISH, MISSES = "wish", "misses"
"""After two misses the next clear question is answered as ever; after the others nothing more is offered."""
COMPLAINTS = ("service_complaint",)
"""Cards whose answers offer a person."""

conversation: ContextVar[str] = ContextVar("conversation", default="")
"""The conversation being answered, for whoever keeps work orders."""


@dataclass(frozen=True)
class Draft:
    """What staff get to see. The citizen's words reach the assistant masked; whoever keeps the order masks them again."""

    conversation: str
    message: str
    """Id of the message that led to it: the same message never makes two orders."""
    reason: str
    matter: str
    said: List[str]
    profile: Dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OrderState:
    """``state``: open, taken or done; ``day`` it was noted; ``note`` what staff want the citizen to know."""

    number: str
    state: str
    day: date
    note: str = ""


class WorkOrders(Protocol):
    """Keeps work orders. Neither call raises or waits long: without an order the citizen still gets 12329."""

    def open(self, draft: Draft) -> str:
        """Keep ``draft``; its number, or "" when it could not be kept."""

    def state(self, conversation: str, number: str) -> Optional[OrderState]:
        """The order of this conversation; None when there is none or it cannot be asked."""


class NoOrders:
    """Stands where no orders are kept (rasa shell, tests): the citizen gets 12329 and no number."""

    def open(self, draft: Draft) -> str:
        return ""

    def state(self, conversation: str, number: str) -> Optional[OrderState]:
        return None


class Desk:
    """Process-wide: the worker hands in work orders kept in Redis."""

    orders: WorkOrders = NoOrders()


def hand_off(speaker: Speaker, reason: str, confidence: float = 1.0) -> Reply:
    """Send the citizen to a person; ``reason`` as in bot.knowledge.handoff.REASONS. One order per conversation is enough."""
    memory, say = speaker.memory, handoff_wording().say
    memory.handed_off = memory.handed_off or reason != MISSES
    lines = [standing("handoff", memory.turns)] if reason == WISH else [say[reason], say["phone"]]
    known = Desk.orders.state(conversation.get(), memory.order) if memory.order else None
    if known is not None and known.state != "done":
        lines = [say["again"].format(number=known.number, state=handoff_wording().states[known.state])]
    else:
        number = Desk.orders.open(draft(speaker.base, memory, speaker.message, reason))
        memory.order = number or memory.order
        lines.append(_branches(speaker.base, speaker.message.today))
        if number:
            lines.append(say["order"].format(number=number))
    return speaker.add("handoff", "\n".join(lines), topic="human_agent", confidence=round(confidence, 3))


def order_turn(speaker: Speaker, message: Message) -> bool:
    """Answer “我的工单怎么样了”; False when the message does not ask that."""
    memory, say = speaker.memory, handoff_wording().say
    if message.choice is not None or not matches(handoff_wording().asks, message.text):
        return False
    if not memory.order:
        text = say["no_order"]
    else:
        known = Desk.orders.state(conversation.get(), memory.order)
        if known is None:
            text = say["state_unknown"].format(number=memory.order)
        else:
            text = say["state"].format(number=known.number, day=f"{known.day:%-m月%-d日}", state=handoff_wording().states[known.state])
            text += "\n" + (say["note"].format(note=known.note) if known.note else say["later"])
    memory.misses = 0
    memory.turn.quiet = "只问工单"
    speaker.add("handoff", text, topic="human_agent", confidence=1.0)
    return True


def offer_person(speaker: Speaker, fresh_moods: List[str]) -> None:
    """Under the answer to an angry or complaining citizen: a button that makes a work order."""
    memory = speaker.memory
    complains = any(home in COMPLAINTS for home, _ in memory.turn.answered)
    if memory.handed_off or not (complains or "angry" in fresh_moods):
        return
    place = next((i for i, reply in enumerate(speaker.replies) if reply.kind in ("answer", "smalltalk")), None)
    if place is not None:
        button = speaker.button(Choice(handoff_wording().offer, intent=INTENT, value="complaint" if complains else "anger"))
        reply = speaker.replies[place]
        speaker.replies[place] = msgspec.structs.replace(reply, buttons=[*reply.buttons, button])


def draft(base: KnowledgeBase, memory: Memory, message: Message, reason: str) -> Draft:
    """The summary of the conversation so far: the last things said and what is known, in words staff understand."""
    focus = memory.focus.home if memory.focus else ""
    matter = base.cards[focus].name if focus in base.cards else base.faqs[focus].question if focus in base.faqs else ""
    said = [text for text in [*memory.said, message.text] if text][-MOST_SAID:]
    return Draft(conversation.get(), message.id, reason, matter, said, {k: v for k, v in (_told(base, n, str(v)) for n, v in memory.profile.items()) if k})


def _told(base: KnowledgeBase, name: str, value: str) -> "tuple[str, str]":
    fact = base.profile.get(name)
    if fact is None:
        return "", ""
    return fact.meaning, fact.values[value].title if value in fact.values else value


def _branches(base: KnowledgeBase, today: date) -> str:
    """Telephone and hours of the branches where they are configured; else the honest sentence."""
    say, setting = handoff_wording().say, base.center["branches"]
    if not setting.is_set(today):
        return say["hours_unset"]
    if not isinstance(setting.value, list):
        return say["branches"].format(branches=setting.value, document=setting.document)
    branches = msgspec.convert(setting.value, List[Branch])
    told = "；".join(f"{b.name}，电话{b.phone}，{b.hours}" for b in branches)
    return say["branches"].format(branches=told, document=setting.document)
