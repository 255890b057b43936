"""Counts of days → what a director reads: totals and shares by day, week or month, what is asked most and what rises.

A day on which nothing happened counts as zero; a share of nothing is None, never 0 %.
"""
from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.render import ASPECT_TITLES

Counts = Counter[str]
STEPS = {"day": "按天", "week": "按周", "month": "按月"}
HITS = {"direct": "直接答上", "clarified": "反问以后再答", "unanswered": "没听懂", "declined": "当作题外话", "handed": "找人工", "form": "算账填数", "chat": "寒暄", "error": "出错"}
QUESTIONS = ("direct", "clarified", "unanswered", "declined")
"""Hits that are questions; shares are of these."""
WAITS = {"5": "5 分钟以内", "15": "5 到 15 分钟", "60": "15 到 60 分钟", "480": "1 到 8 小时", "more": "8 小时以上"}
MOST_DAYS = 3 * 366
FEW = 5
"""Below this many times in the period nothing is called rising."""


@dataclass(frozen=True)
class Period:
    """From ``first`` to ``last``, both included, cut into steps of ``by``."""

    first: date
    last: date
    by: str = "day"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """The period of the same length that ends where this one begins."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1), self.by)

    @classmethod
    def read(cls, query: Mapping[str, str], today: date) -> "Period":
        """From a query string; the last 30 days when nothing sensible is given."""
        last = _day(query.get("to", "")) or today
        first = _day(query.get("from", "")) or last - timedelta(days=29)
        first, last = min(first, last), max(first, last)
        first = max(first, last - timedelta(days=MOST_DAYS - 1))
        by = query.get("by", "")
        days = (last - first).days + 1
        return cls(first, last, by if by in STEPS else "day" if days <= 62 else "week" if days <= 370 else "month")

    @classmethod
    def month(cls, text: str, today: date) -> "Period":
        """``2026-10``; the last whole month when it is none."""
        try:
            year, month = map(int, text.split("-"))
            first = date(year, month, 1)
        except ValueError:
            first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
        return cls(first, first.replace(day=calendar.monthrange(first.year, first.month)[1]), "day")


@dataclass
class Step:
    """One column of a plot."""

    label: str
    first: date
    last: date
    counts: Counts = field(default_factory=Counter)


@dataclass(frozen=True)
class Asked:
    """A question by its home; ``change`` against the period before, None when it is too rare to say."""

    title: str
    times: int
    before: int

    @property
    def rise(self) -> float:
        return (self.times + 1) / (self.before + 1)


@dataclass(frozen=True)
class RuleUse:
    """An attentive question or reminder: how often it was said and what became of it."""

    rule: str
    text: str
    kind: str
    offered: int
    accepted: int
    passed: int

    @property
    def share(self) -> Optional[float]:
        return share(self.accepted, self.accepted + self.passed)


class Statistics:
    """Of one period; ``days`` and ``earlier`` as bot.state.day_counts.read gives them."""

    def __init__(self, base: KnowledgeBase, period: Period, days: Mapping[date, Mapping[str, int]], earlier: Mapping[date, Mapping[str, int]]):
        self._base = base
        self.period = period
        self.steps = _steps(period, days)
        self.total: Counts = _sum(days)
        self.earlier: Counts = _sum(earlier)

    def series(self, name: str) -> List[int]:
        return [step.counts[name] for step in self.steps]

    @property
    def labels(self) -> List[str]:
        return [step.label for step in self.steps]

    def shares(self, kind: str) -> List[Optional[float]]:
        """``satisfied``, ``self`` or ``direct`` for each step."""
        return [SHARES[kind](step.counts) for step in self.steps]

    def share(self, kind: str) -> Optional[float]:
        return SHARES[kind](self.total)

    def share_before(self, kind: str) -> Optional[float]:
        return SHARES[kind](self.earlier)

    def hours(self) -> List[int]:
        return [self.total[f"hour:{hour}"] for hour in range(24)]

    def asked(self, most: int = 15) -> List[Asked]:
        """What was asked most."""
        return self._asked(sorted(self._places(), key=lambda place: (-self.total[f"asked:{place}"], place)))[:most]

    def rising(self, most: int = 10) -> List[Asked]:
        """What is asked much more than in the period before."""
        found = [one for one in self._asked(self._places()) if one.times >= FEW and one.rise > 1.2]
        return sorted(found, key=lambda one: (-one.rise, -one.times, one.title))[:most]

    def rules(self) -> List[RuleUse]:
        """Every rule that was said in the period, most often first."""
        idents = {name.partition(":")[2] for name in self.total if name.startswith(("offered:", "accepted:", "passed:"))}
        found = []
        for ident in idents:
            rule = self._base.rules.get(ident)
            kind = "已删除" if rule is None else "追问" if hasattr(rule, "answers") else "提醒"
            found.append(RuleUse(ident, rule.text if rule else "", kind, self.total[f"offered:{ident}"], self.total[f"accepted:{ident}"], self.total[f"passed:{ident}"]))
        return sorted(found, key=lambda use: (-use.offered, use.rule))

    def reasons(self, titles: Mapping[str, str]) -> List[Tuple[str, int]]:
        """Handoffs by reason."""
        return [(title, self.total[f"handed:{name}"]) for name, title in titles.items()]

    @property
    def handed(self) -> int:
        return sum(n for name, n in self.total.items() if name.startswith("handed:"))

    @property
    def handed_before(self) -> int:
        return sum(n for name, n in self.earlier.items() if name.startswith("handed:"))

    def waits(self) -> List[Tuple[str, int]]:
        return [(title, self.total[f"waited:{name}"]) for name, title in WAITS.items()]

    @property
    def mean_wait(self) -> Optional[float]:
        """Minutes until a person took over."""
        return self.total["waited:seconds"] / self.total["waited:n"] / 60 if self.total["waited:n"] else None

    def title(self, place: str) -> str:
        """Of ``home.aspect``, in words; what has been deleted keeps its code."""
        home, _, aspect = place.partition(".")
        if home in self._base.faqs:
            return self._base.faqs[home].question
        if home in self._base.cards:
            return f"{self._base.cards[home].short}：{ASPECT_TITLES.get(aspect, aspect)}"
        return f"（已删除）{home}"

    def _places(self) -> List[str]:
        return [name.partition(":")[2] for name in self.total if name.startswith("asked:")]

    def _asked(self, places: Sequence[str]) -> List[Asked]:
        return [Asked(self.title(place), self.total[f"asked:{place}"], self.earlier[f"asked:{place}"]) for place in places]

    def rows(self) -> Tuple[List[str], List[List[Any]]]:
        """Header and one row a step, for the table of everything and its CSV."""
        named = [("conversations", "对话"), ("messages", "来话"), *((f"outcome:{n}", t) for n, t in OUTCOME_TITLES), *((f"hit:{n}", t) for n, t in HITS.items()),
                 *((f"level:{n}", t) for n, t in LEVEL_TITLES), ("up:all", "点了有帮助"), ("down:all", "点了没帮助"), *((f"stars:{n}", f"{n} 星") for n in range(5, 0, -1)),
                 ("cases", "感动案例"), ("waited:n", "接手次数")]
        header = ["日期", "到", *(title for _, title in named), "转人工", "满意率"]
        lines = []
        for step in self.steps:
            handed = sum(n for name, n in step.counts.items() if name.startswith("handed:"))
            satisfied = satisfaction(step.counts)
            lines.append([step.first.isoformat(), step.last.isoformat(), *(step.counts[name] for name, _ in named), handed, "" if satisfied is None else f"{satisfied:.1%}"])
        return header, lines


OUTCOME_TITLES = (("self", "助手办结"), ("person", "转给了人"), ("open", "没有解决"))
LEVEL_TITLES = (("basic", "基本服务"), ("satisfied", "满意服务"), ("beyond", "超值服务"), ("moved", "感动服务"))


def share(part: int, whole: int) -> Optional[float]:
    return part / whole if whole > 0 else None


def satisfaction(counts: Counts) -> Optional[float]:
    """满意率: four and five stars among all stars."""
    return share(counts["stars:4"] + counts["stars:5"], sum(counts[f"stars:{n}"] for n in range(1, 6)))


def settled(counts: Counts) -> Optional[float]:
    """Conversations that asked something and were settled by the assistant itself."""
    return share(counts["outcome:self"], sum(counts[f"outcome:{name}"] for name, _ in OUTCOME_TITLES))


def direct(counts: Counts) -> Optional[float]:
    """Questions answered without asking back."""
    return share(counts["hit:direct"], sum(counts[f"hit:{name}"] for name in QUESTIONS))


SHARES = {"satisfied": satisfaction, "self": settled, "direct": direct}


def _steps(period: Period, days: Mapping[date, Mapping[str, int]]) -> List[Step]:
    found: Dict[Tuple[int, ...], Step] = {}
    for n in range(period.days):
        day = period.first + timedelta(days=n)
        name: Tuple[int, ...] = {"day": (day.toordinal(),), "week": tuple(day.isocalendar()[:2]), "month": (day.year, day.month)}[period.by]
        if name not in found:
            found[name] = Step(f"{day.year}年{day.month}月" if period.by == "month" else f"{day.month}月{day.day}日", day, day)
        found[name].last = day
        found[name].counts.update(days.get(day, {}))
    return list(found.values())


def _sum(days: Mapping[date, Mapping[str, int]]) -> Counts:
    total: Counts = Counter()
    for counts in days.values():
        total.update(counts)
    return total


def _day(text: str) -> Optional[date]:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
