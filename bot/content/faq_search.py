"""Finding FAQs among thousands: words, filters, pages."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import AbstractSet, Any, Callable, Dict, List, Mapping, Tuple

from bot import clock
from bot.knowledge.faq import Faq
from bot.knowledge.faq_draft import key
from bot.knowledge.faq_office import state

PAGE = 50
FEW_WORDINGS = 3
SOON = timedelta(days=90)
STATES = ("有效", "停用", "未生效", "已失效")
LACKS = {"wordings": f"相似问法不到 {FEW_WORDINGS} 条", "sources": "没有注明依据", "card": "没有相关事项", "training": "等训练"}
VALIDITY = {"ends": "90 天内到期", "dated": "写了生效或失效日期", "always": "一直有效"}
ORDERS = {"question": "按问题", "updated": "最近更新在前", "topic": "按主题"}


@dataclass(frozen=True)
class Wanted:
    """Filters; empty means any. ``lacks`` and ``validity`` are keys of the tables above."""

    text: str = ""
    topic: str = ""
    card: str = ""
    state: str = ""
    validity: str = ""
    lacks: str = ""
    order: str = "updated"
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Wanted":
        """From a query string; unknown values count as not given."""
        def one_of(name: str, allowed: Any) -> str:
            return query.get(name, "") if query.get(name, "") in allowed else ""

        page = query.get("page", "1")
        return cls(
            text=query.get("q", "").strip()[:100], topic=query.get("topic", "")[:80], card=query.get("card", "")[:80],
            state=one_of("state", STATES), validity=one_of("validity", VALIDITY), lacks=one_of("lacks", LACKS),
            order=one_of("order", ORDERS) or "updated", page=int(page) if page.isdecimal() and len(page) < 6 else 1)

    def query(self) -> Dict[str, str]:
        """Back to a query string, without the page."""
        named = {"q": self.text, "topic": self.topic, "card": self.card, "state": self.state, "validity": self.validity,
                 "lacks": self.lacks, "order": "" if self.order == "updated" else self.order}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True)
class Page:
    """One page of results."""

    faqs: List[Faq]
    total: int
    page: int
    pages: int


Waiting = Callable[[Mapping[str, Faq]], AbstractSet[str]]
"""FAQs → ids of those with wordings that the release in service was not taught."""


def nothing_waits(faqs: Mapping[str, Faq]) -> AbstractSet[str]:
    """While nobody knows what the release was taught."""
    return frozenset()


class FaqSearch:
    """Remembers each record's letters, so that a search among thousands stays quick."""

    def __init__(self, waiting: Waiting = nothing_waits) -> None:
        self.waiting = waiting
        self._letters: Dict[str, Tuple[Faq, str]] = {}

    def find(self, faqs: Mapping[str, Faq], wanted: Wanted) -> Page:
        """One page of :meth:`every`; a page beyond the last is the last."""
        found = self.every(faqs, wanted)
        pages = max(1, -(-len(found) // PAGE))
        page = min(max(1, wanted.page), pages)
        return Page(found[(page - 1) * PAGE: page * PAGE], len(found), page, pages)

    def every(self, faqs: Mapping[str, Faq], wanted: Wanted) -> List[Faq]:
        """Records that fit, in the wanted order."""
        day = clock.today()
        terms = [key(term) for term in wanted.text.split() if key(term)]
        waiting = self.waiting(faqs) if wanted.lacks == "training" else faqs.keys()
        found = [faq for faq in faqs.values() if faq.id in waiting and _fits(faq, wanted, day) and all(term in self._text(faq) for term in terms)]
        if wanted.order == "updated":
            found.sort(key=lambda faq: faq.updated_at or date.min, reverse=True)
        else:
            found.sort(key=lambda faq: (faq.topic, faq.question) if wanted.order == "topic" else (faq.question,))
        return found

    def _text(self, faq: Faq) -> str:
        known = self._letters.get(faq.id)
        if known is None or known[0] is not faq:
            known = faq, " ".join(key(text) for text in (faq.id, faq.question, *faq.similar, faq.answer, faq.source))
            self._letters[faq.id] = known
        return known[1]


def _fits(faq: Faq, wanted: Wanted, day: date) -> bool:
    if wanted.topic and faq.topic != wanted.topic or wanted.card and wanted.card not in faq.related:
        return False
    if wanted.state and state(faq) != wanted.state:
        return False
    lacking = {"": False, "wordings": len(faq.similar) >= FEW_WORDINGS, "sources": bool(faq.facts), "card": bool(faq.related), "training": False}
    if lacking[wanted.lacks]:
        return False
    if wanted.validity == "ends":
        return faq.effective_to is not None and day <= faq.effective_to <= day + SOON
    dated = faq.effective_from is not None or faq.effective_to is not None
    return not wanted.validity or dated == (wanted.validity == "dated")
