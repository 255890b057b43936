"""Dates that follow from what the citizen said: when half a year is full, when a period ends, what comes every year."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import List, Mapping, Optional, Tuple

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.card import Rule
from bot.knowledge.dialogue import Milestone, milestones

from . import workdays
from .dates import Day, add_months
from .profile import Value, matches

_UNITS = {"年": 12, "个月": 1, "月": 1}


@dataclass(frozen=True)
class Computed:
    """One milestone worked out. ``due`` is exact to the day where ``exact``, otherwise it stands for its month."""

    milestone: Milestone
    start: Optional[Day]
    due: date
    exact: bool
    passed: bool
    certain: bool = True
    """False: a holiday arrangement that is not published yet may move the date."""
    span: str = ""
    """The configured period in words, 6个月."""

    @property
    def key(self) -> str:
        return f"{self.milestone.name}:{self.due.isoformat()}"

    def sentence(self) -> Optional[str]:
        """What is said about it; None when the date has passed and nothing is said then."""
        wording = self.milestone.reached if self.passed else self.milestone.text
        if wording is None:
            return None
        to = Day(self.due.year, self.due.month, self.due.day if self.exact else None).say()
        text = wording.format(**{"from": self.start.say() if self.start else "", "to": to, "span": self.span})
        if not self.certain and not self.passed:
            text += f"（{self.due.year}年的放假安排还没公布，公布后可能差几天。）"
        elif self._closed():
            text += f"（那天不是工作日，到窗口办的话，下一个工作日是{_say(workdays.on_or_after(self.due).day)}。）"
        return text

    def entry(self) -> Optional[date]:
        """The day for the citizen's own calendar: what opens is entered on the first working day it can be used."""
        if self.milestone.calendar is None or self.passed:
            return None
        if self.milestone.deadline:
            return self.due
        start = self.due if self.exact else add_months(self.due.replace(day=1), 1)
        return workdays.on_or_after(start).day

    def _closed(self) -> bool:
        return (
            self.exact and not self.passed and not self.milestone.deadline and self.milestone.yearly is None
            and workdays.arranged(self.due.year) and not workdays.is_workday(self.due)
        )


def compute(base: KnowledgeBase, milestone: Milestone, profile: Mapping[str, Value], today: date) -> Optional[Computed]:
    """The milestone's date; None while the citizen has not said enough for it, or the center has not configured it."""
    if milestone.yearly is not None:
        month, day_of_month = (int(part) for part in milestone.yearly.split("-"))
        due = date(today.year, month, day_of_month)
        return Computed(milestone, None, due if due >= today else due.replace(year=today.year + 1), True, False)
    said = profile.get(milestone.fact or "")
    if not isinstance(said, str):
        return None
    start = Day.from_iso(said)
    if start.month is None:
        return None  # only a year was said: any month would be a guess
    exact = milestone.unit == "day" and start.day is not None
    span = ""
    if milestone.months is not None:
        due, certain = add_months(start.first(), milestone.months), True
    elif milestone.configured is not None:
        months, span = _configured(base, milestone.configured, today)
        if months is None:
            return None
        due, certain = add_months(start.first(), months), True
    elif start.day is None:
        return None  # days cannot be counted from a month
    elif milestone.days is not None:
        due, certain = start.first() + timedelta(days=milestone.days), True
    else:
        due, certain = workdays.after(start.first(), milestone.workdays or 0)
    passed = (today > due if milestone.deadline else today >= due) if exact else (today.year, today.month) > (due.year, due.month)
    return Computed(milestone, start, due, exact, passed, certain, span)


def _configured(base: KnowledgeBase, key: str, today: date) -> Tuple[Optional[int], str]:
    """Months of a center.yml figure such as 6 个月 or 1 年, and how to say it; (None, "") when unset or not a period."""
    setting = base.center[key]
    factor = _UNITS.get(setting.unit or "")
    if not setting.is_set(today) or factor is None or not isinstance(setting.value, (int, float)):
        return None, ""
    return int(setting.value * factor), f"{setting.value:g}{'个月' if factor == 1 else '年'}"


def told_with(base: KnowledgeBase, service: str, aspect: str, text: str, profile: Mapping[str, Value], today: date) -> List[Computed]:
    """What can be computed and belongs to an answer about ``service`` × ``aspect``."""
    fitting = [
        m for m in milestones()
        if service in m.services and not _ruled_out(m, profile) and (not m.aspects or aspect in m.aspects) and (not m.words or matches(m.words, text))
    ]
    return [c for c in (compute(base, m, profile, today) for m in fitting) if c is not None]


def _ruled_out(milestone: Milestone, profile: Mapping[str, Value]) -> bool:
    return any(name in profile and ("known" in values or str(profile[name]) in values) for name, values in milestone.unless_fact.items())


def days_left(base: KnowledgeBase, profile: Mapping[str, Value], rule: Rule, today: date) -> Optional[int]:
    """Days until the date that makes ``rule`` urgent: a period of the year its condition names, or a computed date."""
    ends = [_season_end(base, name, today) for _, node in rule.when.walk() for name in node.season or ()]
    left = [(end - today).days for end in ends if end is not None]
    for milestone in milestones():
        if rule.id in milestone.rules:
            computed = compute(base, milestone, profile, today)
            if computed is not None and not computed.passed:
                left.append((computed.due - today).days)
    return min((days for days in left if days >= 0), default=None)


def _season_end(base: KnowledgeBase, name: str, today: date) -> Optional[date]:
    """Last day of a fixed period that ``today`` lies in."""
    season = base.terms.seasons[name]
    if season.end is None or season.start is None or not season.start <= today.strftime("%m-%d") <= season.end:
        return None
    month, day_of_month = (int(part) for part in season.end.split("-"))
    return date(today.year, month, day_of_month)


def _say(day: date) -> str:
    return Day(day.year, day.month, day.day).say()

