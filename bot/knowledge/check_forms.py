"""Checks of data/forms: every name points at something that exists, every pattern compiles, every sentence can be filled."""
from __future__ import annotations

import string
from datetime import date
from pathlib import Path
from typing import Any, Dict, List, Set

import msgspec

from .base import KnowledgeBase
from .check import Report, _facts, _known, _pattern
from .errors import Problem, unreadable
from .forms import Form, FormField, FormWording

COMMON: Dict[str, Set[str]] = {
    "cancelled": set(), "back_first": set(), "resumed": {"name"}, "nothing_to_resume": set(), "why_again": {"why"},
    "retry_help": set(), "back": set(), "cancel": set(), "resume": {"name"}, "no_rate": set(), "rate_first": {"rate", "since"},
    "rate_second": {"rate", "since"}, "rate_own": {"rate"}, "disclaimer": {"today"},
}
"""Sentences common to all forms, and their blanks."""
CONTROLS = {"cancel", "why", "back", "resume"}


def check_forms(base: KnowledgeBase, data: Path, day: date) -> List[Problem]:
    """Every mistake in data/forms/*.yml."""
    problems: List[Problem] = []
    found: Dict[str, Form] = {}
    for path in sorted((data / "forms").glob("*.yml")):
        name = f"{data.name}/forms/{path.name}"
        content = _read(path, name, FormWording if path.stem == "common" else Form, problems)
        if isinstance(content, FormWording):
            _common(base, content, _reporter(name, problems), day)
        elif content is not None:
            found[name] = content
    ids = {form.id for form in found.values()}
    for name, form in found.items():
        _form(base, form, ids, _reporter(name, problems), day)
    return problems


def _reporter(name: str, problems: List[Problem]) -> Report:
    return lambda where, text: problems.append(Problem(name, f"${where}", text))


def _read(path: Path, name: str, kind: Any, problems: List[Problem]) -> Any:
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=kind)
    except msgspec.DecodeError as error:
        problems.append(unreadable(name, error))
    return None


def _common(base: KnowledgeBase, content: FormWording, report: Report, day: date) -> None:
    for name, blanks in COMMON.items():
        if name not in content.say:
            report(".say", f"缺少 {name}")
        elif _blanks(content.say[name]) - blanks:
            report(f".say.{name}", f"程序只填 {sorted(blanks)}")
    for name in CONTROLS:
        for i, pattern in enumerate(content.control.get(name, ())):
            _pattern(pattern, report, f".control.{name}[{i}]")
        if not content.control.get(name):
            report(".control", f"缺少 {name}")
    for i, pattern in enumerate(content.filler):
        _pattern(pattern, report, f".filler[{i}]")
    for home, spans in content.rates.items():
        for span, ids in spans.items():
            _facts(base, ids, day, report, f".rates.{home}.{span}")


def _form(base: KnowledgeBase, form: Form, ids: Set[str], report: Report, day: date) -> None:
    _known(form.service, base.cards, report, ".service", "事项代码")
    _known(form.topic, base.topics.topics, report, ".topic", "data/policy/topics.yml 里的主题标签")
    for i, name in enumerate(form.topics):
        _known(name, base.topics.topics, report, f".topics[{i}]", "data/policy/topics.yml 里的主题标签")
    for i, pattern in enumerate(form.ignore):
        _pattern(pattern.replace("{amount}", "(?P<amount>x)").replace("{term}", "(?P<term>x)"), report, f".ignore[{i}]")
    names = [field.id for field in form.fields]
    if len(set(names)) < len(names):
        report(".fields", "有两项用了同一个 id")
    for key in ("start", "plainly", "unless"):
        for i, pattern in enumerate(getattr(form, key)):
            _pattern(pattern, report, f".{key}[{i}]")
    for i, name in enumerate(form.given):
        _known(name, names, report, f".given[{i}]", "fields 里的 id")
    for i, name in enumerate(form.covers):
        _known(name, base.rules, report, f".covers[{i}]", "追问或提醒的编号")
    for i, place in enumerate(form.offer):
        home, _, _aspect = place.partition(".")
        _known(home, {**base.cards, **base.faqs}, report, f".offer[{i}]", "事项代码或常见问题编号加方面")
    _facts(base, form.facts, day, report, ".facts")
    for i, local in enumerate(form.local):
        _known(local.key, base.center, report, f".local[{i}].key", "data/policy/center.yml 的键")
    for i, field in enumerate(form.fields):
        _field(base, field, names, report, f".fields[{i}]")
    for i, after in enumerate(form.after):
        for name in (*after.set, *after.clear):
            _known(name, names, report, f".after[{i}]", "fields 里的 id")
        if after.form:
            _known(after.form, ids, report, f".after[{i}].form", "data/forms 里的 id")
        if after.service:
            _known(after.service, base.cards, report, f".after[{i}].service", "事项代码")


def _field(base: KnowledgeBase, field: FormField, names: List[str], report: Report, path: str) -> None:
    if not (field.ask or field.default or field.optional):
        report(path, "要有 ask（怎么问），或者 default（不问时取什么），或者 optional: true")
    if field.ask and not (field.why and field.error):
        report(path, "会问的项要有 why（为什么问）和 error（没听明白时怎么说）")
    if field.type == "choice" and not field.options:
        report(path, "choice 要有 options")
    if field.default and field.type == "choice" and field.default not in (*field.options, "both"):
        report(f"{path}.default", f"应为 {list(field.options)} 之一")
    for i, pattern in enumerate(field.said):
        _pattern(pattern.replace("{value}", "(?P<value>x)"), report, f"{path}.said[{i}]")
    for i, pattern in enumerate(field.names):
        _pattern(pattern, report, f"{path}.names[{i}]")
    for name, option in field.options.items():
        for i, pattern in enumerate(option.words):
            _pattern(pattern, report, f"{path}.options.{name}.words[{i}]")
        for name_, value in option.tells.items():
            if name_ not in base.profile or value not in base.profile[name_].values:
                report(f"{path}.options.{name}.tells", f"画像里没有 {name_}: {value}")
    for name in field.needs:
        _known(name, names, report, f"{path}.needs", "fields 里的 id")
    if field.configured:
        _known(field.configured, base.center, report, f"{path}.configured", "data/policy/center.yml 的键")
    for name in field.profile:
        _known(name, base.profile, report, f"{path}.profile", "画像项")


def _blanks(text: str) -> Set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
