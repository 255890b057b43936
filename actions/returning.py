"""The greeting of somebody who comes back when a date they were told of has come."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import List, Sequence

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.wording import say

from .dates import Day
from .memory import Dated

MOST = 2
"""Reminders in one greeting, as in one answer."""


@dataclass(frozen=True)
class Greeting:
    """``text`` is said; ``ask`` is the question that a button under it sends."""

    text: str
    ask: str


def greetings(base: KnowledgeBase, due: Sequence[Dated]) -> List[Greeting]:
    """One greeting for each reminder that has come due, the latest first: it is the one still to be acted on."""
    latest = sorted((d for d in due if d.service in base.cards), key=lambda d: d.due, reverse=True)[:MOST]
    return [_greeting(base, dated, number) for number, dated in enumerate(latest)]


def _greeting(base: KnowledgeBase, dated: Dated, number: int) -> Greeting:
    day = date.fromisoformat(dated.due)
    said = Day(day.year, day.month, day.day).say()
    return Greeting(say("welcome_back", number, title=dated.title, day=said), f"{base.cards[dated.service].short}怎么办？")
