"""What a citizen's words reveal about the situation: facts of data/profile, read by patterns, and moods."""
from __future__ import annotations

import re
from datetime import date
from typing import Dict, List, Mapping, Optional, Sequence, Union

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.places import compiled
from bot.knowledge.profile import Bands, ProfileFact

from . import dates
from .amounts import yuan
from .people import SELF, SPOUSE, Segment, told

Value = Union[str, float]
"""Choice and date facts are text (dates in ISO form, as precise as said); months, years and numbers are floats."""


def _search(patterns: List[str], text: str) -> Optional["re.Match[str]"]:
    for pattern in patterns:
        match = compiled(pattern).search(text)
        if match:
            return match
    return None


_NOT_TRUE_YET = re.compile(r"(?:要|需|须|得|没|没有|未|不|差)(?:连续|足额|再|先|能)*$")
"""Before a duration: 要缴满三个月吗, 还没缴满半年 – the months are asked about or denied, not stated."""


def matches(patterns: List[str], text: str) -> bool:
    """Whether one of the content patterns occurs in normalised ``text``."""
    return _search(patterns, text) is not None


def extract(base: KnowledgeBase, text: str, today: date) -> Dict[str, Value]:
    """Facts stated in normalised ``text``; silent about everything else."""
    found: Dict[str, Value] = {}
    for name, fact in base.profile.items():
        value = _value(fact, text, today)
        if value is not None:
            found[name] = value
            if fact.bands is not None and isinstance(value, str):
                found.update(_band(fact.bands, dates.Day.from_iso(value), today))
            for other, implied in implications(base, name, value).items():
                found.setdefault(other, implied)
    _derive(found)
    return found


def by_person(base: KnowledgeBase, text: str, parts: Sequence[Segment], today: date) -> Dict[str, Dict[str, Value]]:
    """Facts stated in normalised ``text``, under whom they are about; ``parts`` are its segments.

    What describes no person in particular is the citizen's, and so is what a spouse says of the household.
    """
    texts = told(list(parts))
    if set(texts) == {SELF}:
        return {SELF: extract(base, text, today)}
    found: Dict[str, Dict[str, Value]] = {SELF: {n: v for n, v in extract(base, text, today).items() if base.profile[n].about == "matter"}}
    for person, words in texts.items():
        for name, value in extract(base, words, today).items():
            about = base.profile[name].about
            if about != "matter":
                owner = SELF if about == "household" and person == SPOUSE else person
                found.setdefault(owner, {})[name] = value
    return found


def learn(base: KnowledgeBase, known: Dict[str, Value], stated: Mapping[str, Value]) -> None:
    """Take ``stated`` into ``known``: the newer statement counts, and what only followed from the older one goes."""
    for name, value in stated.items():
        old = known.get(name)
        if old is not None and old != value:
            for other, followed in _consequences(base, name, old).items():
                if known.get(other) == followed:
                    known.pop(other)
    known.update(stated)


def _consequences(base: KnowledgeBase, name: str, value: Value) -> Dict[str, Value]:
    found: Dict[str, Value] = {name: value}
    found.update(implications(base, name, value))
    _derive(found)
    found.pop(name, None)
    return found


def implications(base: KnowledgeBase, name: str, value: Value) -> Dict[str, str]:
    """Other facts that follow from ``name`` being ``value``."""
    return base.profile[name].implies.get(str(value), {})


def moods(base: KnowledgeBase, text: str) -> List[str]:
    """Moods noticed in normalised ``text``, in catalogue order."""
    return [
        name for name, mood in base.moods.items() if matches(mood.patterns, text) and not matches(mood.unless, text)
    ]


def _value(fact: ProfileFact, text: str, today: date) -> Optional[Value]:
    if fact.type == "choice":
        for value, reveal in fact.values.items():
            if reveal.patterns and matches(reveal.patterns, text) and not matches(reveal.unless, text):
                return value
        return None
    match = _search(fact.patterns, text)
    if match is None:
        return None
    said = match["n"]
    if fact.type == "date":
        day = dates.day(said, today)
        return day.iso() if day else None
    if fact.type == "months" and _NOT_TRUE_YET.search(text[: match.start()]):
        return None
    if fact.type == "months":
        return dates.months(said)
    size = yuan(said) if fact.type == "money" else dates.number(said)
    if size is None and fact.type == "years":
        span = dates.months(said)
        size = span / 12 if span is not None else None
    return size


def _band(bands: Bands, day: dates.Day, today: date) -> Dict[str, Value]:
    """The band a date falls into; nothing when it was said too vaguely to tell (a month that spans two bands)."""
    values = {
        next((value for value, most in bands.days.items() if age <= most), None)
        for age in (max(0, (today - end).days) for end in (day.first(), day.last()))
    }
    value = values.pop() if len(values) == 1 else None
    return {bands.fact: value} if value else {}


def _derive(found: Dict[str, Value]) -> None:
    """Facts that follow from numbers: how long a run of deposits is."""
    run = found.get("deposit_months")
    if isinstance(run, float):
        found.setdefault("three_months", "yes" if run >= 3 else "no")
        found.setdefault("six_months", "yes" if run >= 6 else "no")
        if run >= 36:
            found.setdefault("deposit_run", "long")
        elif run < 6:
            found.setdefault("deposit_run", "new")
    elsewhere = found.get("elsewhere_months")
    if elsewhere is not None and elsewhere == run:
        # 那边已经缴了七个月: the months were deposited elsewhere, they say nothing about this account.
        for name in ("deposit_months", "three_months", "six_months", "deposit_run"):
            found.pop(name, None)
    if isinstance(elsewhere, float):
        found["deposit_elsewhere"] = "yes"
