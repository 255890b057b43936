"""What begins or ends soon: figures, facts and FAQs with a date in the next 90 days, and those already over but still used."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Iterator, List, Optional

from bot.knowledge.base import KnowledgeBase

from .impact import Touch, of_fact, of_figure

AHEAD = timedelta(days=90)


@dataclass(frozen=True)
class Deadline:
    """``day`` is the last day of validity (``ends``) or the first (not ``ends``); ``touches`` what says it."""

    day: date
    ends: bool
    kind: str
    """本州数字, 事实 or 常见问题."""
    title: str
    href: str
    touches: List[Touch]

    def left(self, today: date) -> int:
        """Days from ``today``; negative when it is over."""
        return (self.day - today).days


def deadlines(base: KnowledgeBase, data: Path, today: date) -> List[Deadline]:
    """The nearest first. Blocking."""
    found: List[Deadline] = []
    for key, setting in base.center.items():
        if setting.value is not None:
            for day, ends in _days(setting.effective_from, setting.effective_to, today):
                found.append(Deadline(day, ends, "本州数字", setting.name, f"/admin/figures/{key}", of_figure(base, data, key)))
    for fact in base.facts.values():
        if fact.status != "current" or fact.scope == "hunan":
            continue
        for day, ends in _days(fact.effective_from, fact.effective_to, today):
            found.append(Deadline(day, ends, "事实", fact.statement, f"/admin/facts/{fact.id}", of_fact(base, data, fact.id)))
    for faq in base.faqs.values():
        if faq.enabled:
            for day, ends in _days(faq.effective_from, faq.effective_to, today):
                found.append(Deadline(day, ends, "常见问题", faq.question, f"/admin/faqs/{faq.id}", []))
    return sorted(found, key=lambda deadline: deadline.day)


def _days(begins: Optional[date], ends: Optional[date], today: date) -> Iterator["tuple[date, bool]"]:
    if begins and today < begins <= today + AHEAD:
        yield begins, False
    if ends and ends <= today + AHEAD:
        yield ends, True
