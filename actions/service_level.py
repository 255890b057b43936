"""What a turn adds to the service a conversation got; whoever counts conversations by level is handed in by the worker."""
from __future__ import annotations

import re
from typing import Any, Dict, List, Protocol, Sequence

import msgspec

from bot.knowledge.reply import Reply

from .memory import Memory

WORRIES = ("worried", "confused", "angry", "bereaved", "ill", "unpaid")
CLOSING = ("bye", "thanks")
_GLAD = re.compile(r"谢(?!绝)|多亏|太好了|(?:想|提醒|说)得(?:真)?(?:周到|好|细)|贴心|暖心|有心了|帮了?(?:我)?大忙")


class ServiceCounts(Protocol):
    """Counts what happens. Never raises and never waits: an answer does not depend on statistics."""

    def add(self, conversation: str, deeds: Dict[str, int], replies: Dict[str, str]) -> None:
        """``deeds`` of one turn (fields of bot.knowledge.service_level.Deeds); ``replies``: id → ``service|rule``."""


class Uncounted:
    """Stands in rasa shell and in tests."""

    def add(self, conversation: str, deeds: Dict[str, int], replies: Dict[str, str]) -> None:
        pass


class Service:
    """Process-wide: the worker hands in counts kept in Redis."""

    counts: ServiceCounts = Uncounted()


def deeds(memory: Memory, replies: Sequence[Reply]) -> Dict[str, int]:
    """What the answer of this turn did; ``memory`` as it is after answering."""
    turn = memory.turn
    answered = sum(reply.kind == "answer" for reply in replies)
    glad = bool(_GLAD.search(turn.text))
    offered_before = any(offer.turn == memory.turns - 1 for offer in memory.offers)
    worried = any(mood in WORRIES for mood in turn.moods)
    return {
        "answered": answered,
        "resolved": int(answered > 0 and (memory.turns > 1 or worried)),
        "thanked": int(glad),
        "accepted": int(bool(turn.replied) or glad and offered_before),
        "dated": sum(a.get("type") == "ics" for reply in replies for a in reply.attachments),
        "kept": int(glad and bool(memory.dates)),
        "handed": int(memory.turn.quiet != "只问工单" and any(reply.kind == "handoff" for reply in replies)),
        "open": int(memory.misses > 0 or not answered and any(reply.kind == "clarify" for reply in replies)),
    }


def labels(replies: Sequence[Reply]) -> Dict[str, str]:
    """What a thumb under a reply is counted by: its service (or FAQ) and rule."""
    return {reply.id: f"{reply.service or reply.faq or ''}|{reply.rule or ''}" for reply in replies}


def ask_for_stars(memory: Memory, intent: str, replies: List[Reply]) -> List[Reply]:
    """At the end of a conversation that answered something, the farewell carries the question for stars: once, and never
    to somebody who has lost a relative, is gravely ill in the family, or has said that no more is wanted."""
    grieving = {"bereaved", "ill"} & set(memory.moods)
    helped = memory.focus is not None
    if memory.asked_stars or grieving or memory.declined or not helped or intent not in CLOSING or not replies:
        return replies
    memory.asked_stars = True
    rating: Dict[str, Any] = {"type": "rating"}
    last = replies[-1]
    return [*replies[:-1], msgspec.structs.replace(last, attachments=[*last.attachments, rating])]
