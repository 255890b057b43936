"""Checks of data/dialogue and places.yml: what steers every conversation must decode and point at things that exist."""
from __future__ import annotations

import string
from datetime import date, datetime
from pathlib import Path
from typing import Any, Dict, List, Optional, Set

import msgspec

from bot import clock

from .base import KnowledgeBase
from .check import Report, _condition, _facts, _known, _pattern
from .dialogue import Attention, Event, Milestone, Priority, Term
from .errors import Problem, unreadable

WORDING: Dict[str, Set[str]] = {
    "greet": set(), "thanks": set(), "bye": set(), "chitchat": set(), "decline": set(), "not_understood": set(),
    "misses_handoff": set(), "handoff": set(), "clarify": set(), "need_service": {"aspect"}, "declined": set(),
    "misunderstood": set(), "bare_number": set(), "contradiction": {"before", "now"}, "settled": {"value"}, "acknowledged": set(), "more": set(), "nothing_to_repeat": set(), "error": set(), "comfort": set(),
    "noted": {"name"}, "welcome_back": {"day", "title"}, "local_set": {"name", "value", "document", "since"},
}
"""Standing sentences the program says, and the blanks it fills in them."""


def check_dialogue(base: KnowledgeBase, data: Path, day: Optional[date] = None) -> List[Problem]:
    """Every mistake in data/dialogue/*.yml and data/policy/places.yml."""
    day = day or clock.today()
    problems: List[Problem] = []

    def read(folder: str, name: str, kind: Any) -> Any:
        path = data / folder / name
        try:
            return msgspec.yaml.decode(path.read_bytes(), type=kind)
        except (FileNotFoundError, msgspec.DecodeError) as error:
            problems.append(unreadable(str(path.relative_to(data.parent)), error))
        return None

    def reporter(name: str) -> Report:
        return lambda path, message: problems.append(Problem(f"{data.name}/dialogue/{name}", f"${path}", message))

    for i, priority in enumerate(read("dialogue", "priority.yml", List[Priority]) or ()):
        report = reporter("priority.yml")
        _known(priority.service, base.cards, report, f"[{i}].service", "事项代码")
        _condition(base, priority.when, report, f"[{i}].when")
    for i, event in enumerate(read("dialogue", "events.yml", List[Event]) or ()):
        _event(base, event, reporter("events.yml"), f"[{i}]")
    for i, milestone in enumerate(read("dialogue", "milestones.yml", List[Milestone]) or ()):
        _milestone(base, milestone, day, reporter("milestones.yml"), f"[{i}]")
    read("dialogue", "glossary.yml", List[Term])
    weights = read("dialogue", "attention.yml", Attention)
    if weights is not None and min(weights.acceptance.accepted, weights.acceptance.passed, weights.urgency.half_days) <= 0:
        reporter("attention.yml")("", "acceptance 的 accepted、passed 和 urgency 的 half_days 应大于 0")
    _wording(read("dialogue", "wording.yml", Dict[str, List[str]]), reporter("wording.yml"))
    places = read("policy", "places.yml", Dict[str, List[str]])
    for kind in ("local", "elsewhere"):
        if places is not None and not places.get(kind):
            problems.append(Problem(f"{data.name}/policy/places.yml", f"$.{kind}", "要有地名清单"))
    return problems


def _event(base: KnowledgeBase, event: Event, report: Report, path: str) -> None:
    _known(event.service, base.cards, report, f"{path}.service", "事项代码")
    for i, code in enumerate(event.also):
        _known(code, base.cards, report, f"{path}.also[{i}]", "事项代码")
    for name in ("words", "unless"):
        for i, pattern in enumerate(getattr(event, name)):
            _pattern(pattern, report, f"{path}.{name}[{i}]")


def _milestone(base: KnowledgeBase, milestone: Milestone, day: date, report: Report, path: str) -> None:
    for i, code in enumerate(milestone.services):
        _known(code, base.cards, report, f"{path}.services[{i}]", "事项代码")
    for i, rule in enumerate(milestone.rules):
        _known(rule, base.rules, report, f"{path}.rules[{i}]", "规则编号")
    for i, pattern in enumerate(milestone.words):
        _pattern(pattern, report, f"{path}.words[{i}]")
    for name in milestone.unless_fact:
        _known(name, base.profile, report, f"{path}.unless_fact.{name}", "data/profile 里的画像项")
    spans = [s for s in (milestone.months, milestone.days, milestone.workdays, milestone.configured) if s is not None]
    if milestone.yearly is not None:
        if milestone.fact or spans:
            report(path, "每年固定的日子（yearly）不要再写 fact、months、days、workdays、configured")
        try:
            datetime.strptime(f"2026-{milestone.yearly}", "%Y-%m-%d")
        except ValueError:
            report(f"{path}.yearly", "应为 06-30 这样的月-日")
    else:
        fact = base.profile.get(milestone.fact or "")
        if fact is None or fact.type != "date":
            report(f"{path}.fact", f"{milestone.fact} 应为 data/profile 里的日期（type: date）")
        if len(spans) != 1:
            report(path, "months、days、workdays、configured 要写一个，也只能写一个")
    if milestone.configured is not None:
        _known(milestone.configured, base.center, report, f"{path}.configured", "center.yml 的键")
    for name in ("text", "reached"):
        _blanks(getattr(milestone, name) or "", {"from", "to", "span"}, report, f"{path}.{name}")
    _facts(base, milestone.facts, day, report, f"{path}.facts")


def _wording(said: Optional[Dict[str, List[str]]], report: Report) -> None:
    if said is None:
        return
    for name, blanks in WORDING.items():
        if not said.get(name):
            report(f".{name}", "至少要有一种说法：程序要用到")
        for i, text in enumerate(said.get(name) or ()):
            _blanks(text, blanks, report, f".{name}[{i}]")


def _blanks(text: str, allowed: Set[str], report: Report, path: str) -> None:
    try:
        used = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        report(path, f"花括号没配对：{error}")
        return
    if used - allowed:
        report(path, f"不认识 {'、'.join(sorted(used - allowed))}：能填的只有 {'、'.join(sorted(allowed)) or '无'}")
