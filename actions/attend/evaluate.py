"""Three-valued evaluation of ``when`` / ``unless`` conditions.

``True`` / ``False`` when what is known decides it, ``None`` when it does not (Kleene logic): a fact nobody has
mentioned leaves a test undecided, unless the test lists ``unknown``.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Dict, Iterable, List, Optional, Sequence, Tuple

from lunardate import LunarDate

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.condition import Condition, FactTest, Range
from bot.knowledge.policy import Season

from ..profile import Value, matches

Truth = Optional[bool]


@dataclass(frozen=True)
class Known:
    """Everything a condition may look at. ``places`` are ``(service, aspect, topic)`` of this turn's answers."""

    base: KnowledgeBase
    today: date
    profile: Dict[str, Value]
    text: str
    said: Sequence[str]
    moods: Sequence[str]
    offered: Sequence[str]
    service: str = ""
    aspect: str = ""
    topic: str = ""


def evaluate(condition: Condition, known: Known) -> Truth:
    """Truth of ``condition``; an empty condition holds."""
    return conjunction(_parts(condition, known))


def conjunction(values: Iterable[Truth]) -> Truth:
    """All: False if one is False, else None if one is undecided, else True."""
    result: Truth = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def disjunction(values: Iterable[Truth]) -> Truth:
    """Any: True if one is True, else None if one is undecided, else False."""
    result: Truth = False
    for value in values:
        if value is True:
            return True
        if value is None:
            result = None
    return result


def explain(condition: Condition, known: Known) -> List[Tuple[str, Truth]]:
    """Every leaf of ``condition`` as text with its truth, for ``--explain``."""
    lines: List[Tuple[str, Truth]] = []
    for path, node in condition.walk():
        for name, test in (node.fact or {}).items():
            lines.append((f"{path}.fact {name}={known.profile.get(name, '未知')} ∈ {_show(test)}", _fact(name, test, known)))
        for name in ("service", "aspect", "topic", "words", "words_ever", "mood", "configured", "unconfigured", "offered", "season"):
            if getattr(node, name) is not None:
                leaf = Condition(**{name: getattr(node, name)})
                lines.append((f"{path}.{name} {getattr(node, name)}", evaluate(leaf, known)))
    return lines


def _show(test: FactTest) -> str:
    return f"[{test.min}, {test.max}]" if isinstance(test, Range) else "/".join(_words(test))


def _words(test: Sequence[object]) -> List[str]:
    # YAML 1.1 reads unquoted yes/no as booleans; both spellings mean the values "yes" and "no".
    return [("yes" if v else "no") if isinstance(v, bool) else str(v) for v in test]


def _parts(c: Condition, known: Known) -> Iterable[Truth]:
    if c.undecidable:
        yield None
    if c.service is not None:
        yield known.service in c.service
    if c.aspect is not None:
        yield known.aspect in c.aspect
    if c.topic is not None:
        yield known.topic in c.topic
    for name, test in (c.fact or {}).items():
        yield _fact(name, test, known)
    if c.words is not None:
        yield matches(c.words, known.text)
    if c.words_ever is not None:
        yield matches(c.words_ever, known.text) or any(matches(c.words_ever, s) for s in known.said)
    if c.mood is not None:
        yield any(m in known.moods for m in c.mood)
    if c.configured is not None:
        yield all(known.base.is_set(k, known.today) for k in c.configured)
    if c.unconfigured is not None:
        yield not all(known.base.is_set(k, known.today) for k in c.unconfigured)
    if c.offered is not None:
        yield any(r in known.offered for r in c.offered)
    if c.season is not None:
        yield any(in_season(known.base.terms.seasons[s], known.today) for s in c.season)
    if c.all is not None:
        yield conjunction(evaluate(child, known) for child in c.all)
    if c.any is not None:
        yield disjunction(evaluate(child, known) for child in c.any)
    if c.not_ is not None:
        inner = evaluate(c.not_, known)
        yield None if inner is None else not inner


def _fact(name: str, test: FactTest, known: Known) -> Truth:
    value = known.profile.get(name)
    if isinstance(test, Range):
        if not isinstance(value, (int, float)):
            return None
        return (test.min is None or value >= test.min) and (test.max is None or value <= test.max)
    allowed = _words(test)
    if value is None:
        if "unknown" in allowed:
            return True
        return None
    return "known" in allowed or str(value) in allowed


def in_season(season: Season, today: date) -> bool:
    """Whether ``today`` lies in the period (bounds included)."""
    if season.lunar_new_year_days is not None:
        return any(
            abs((today - LunarDate(year, 1, 1).to_solar_date()).days) <= season.lunar_new_year_days
            for year in (today.year, today.year + 1)
        )
    day = today.strftime("%m-%d")
    start, end = str(season.start), str(season.end)
    return start <= day <= end if start <= end else day >= start or day <= end  # the second: across the new year
