"""Cross-checks of all content: what a schema alone cannot see. ``./gjj config check`` prints the problems found.

Every problem names file, path inside the file and what was expected; exit status 1 when there is any.
"""
from __future__ import annotations

import re
import sys
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Callable, Iterable, List, Optional

import msgspec

from bot import clock

from .base import DATA, KnowledgeBase, load
from .card import ASPECTS, Answer, Ask, Card, Consequence, Rule
from .condition import Condition, Range
from .errors import ContentError, Problem
from .places import compiled
from .policy import Branch, Season

Report = Callable[[str, str], None]

UNFINISHED = re.compile(r"TODO|FIXME|待补")
CHOICE_WORDS = {"unknown", "known"}


def check(base: KnowledgeBase, day: Optional[date] = None) -> List[Problem]:
    """Return every broken reference, expired fact, unknown key or pattern that does not compile, in ``base``."""
    day = day or clock.today()
    problems: List[Problem] = []

    def told(file: str, prefix: str) -> Report:
        return lambda path, message: problems.append(Problem(file, prefix + path, message))

    def reporter(kind: str, name: str, prefix: str = "$") -> Report:
        return told(base.files[f"{kind}:{name}"], prefix)

    for card in base.cards.values():
        _card(base, card, day, reporter("card", card.code))
    for faq in base.faqs.values():
        report = reporter("faq", faq.id, f"[{faq.id}]")
        _known(faq.topic, base.topics.topics, report, ".topic", "data/policy/topics.yml 里的主题标签")
        _answer(base, faq.facts, [l.key for l in faq.local], faq.answer, day, report, "")
        for i, code in enumerate(faq.related):
            _known(code, base.cards, report, f".related[{i}]", "事项代码")
        for i, option in enumerate(faq.options):
            _known(option.service, base.cards, report, f".options[{i}].service", "事项代码")
            _known(option.aspect, ASPECTS, report, f".options[{i}].aspect", "方面")
    for name, fact in base.profile.items():
        report = reporter("fact", name, f"$.facts.{name}")
        if fact.steady and fact.type != "choice":
            report(".steady", "只有 choice 类的情况能前后矛盾时追问")
        if fact.bands is not None:
            for value in fact.bands.days:
                _fact_test(base, fact.bands.fact, [value], report, ".bands")
        if fact.type == "choice" and not fact.values:
            report(".values", "choice 类型至少要有一个取值")
        if fact.type != "choice":
            for i, pattern in enumerate(fact.patterns):
                compiled = _pattern(pattern, report, f".patterns[{i}]")
                if compiled and "n" not in compiled.groupindex:
                    report(f".patterns[{i}]", "要有命名组 (?P<n>…)，指出换算哪一段")
        for value, reveal in fact.values.items():
            for i, pattern in enumerate([*reveal.patterns, *reveal.unless]):
                _pattern(pattern, report, f".values.{value}.patterns[{i}]")
    for name, mood in base.moods.items():
        report = reporter("mood", name, f"$.moods.{name}")
        for i, pattern in enumerate([*mood.patterns, *mood.unless]):
            _pattern(pattern, report, f".patterns[{i}]")
    for name, season in base.terms.seasons.items():
        _season(season, told("data/policy/terms.yml", f"$.seasons.{name}"))
    for key, setting in base.center.items():
        if setting.value is not None:
            report = told("data/policy/center.yml", f"$.keys.{key}")
            if isinstance(setting.value, (list, dict)):
                _branches(setting.value, partial(report, ".value"))
            if not setting.document:
                report(".document", "填了内容就要写依据文件与文号")
            if not setting.effective_from:
                report(".effective_from", "填了内容就要写生效日期")
            if not (setting.filled_by and setting.checked_by):
                report("", "填了内容就要写填写人 filled_by 和复核人 checked_by")
    for known in base.facts.values():
        if not known.sources:
            problems.append(Problem("data/policy/facts.yml", f"$.facts[{known.id}].sources", "每条事实至少要有一个出处"))
    return problems


def _season(season: Season, report: Report) -> None:
    if season.lunar_new_year_days is not None:
        return
    for name in ("start", "end"):
        try:
            datetime.strptime(f"2000-{getattr(season, name)}", "%Y-%m-%d")
        except ValueError:
            report(f".{name}", "应为月-日，如 06-01；或者写 lunar_new_year_days（正月初一前后几天）")


def _branches(value: object, report: Callable[[str], None]) -> None:
    try:
        msgspec.convert(value, List[Branch])
    except msgspec.ValidationError as error:
        report(f"应为数字、一句话，或管理部清单（每处有 name、address、phone、hours）：{error}")


def _card(base: KnowledgeBase, card: Card, day: date, report: Report) -> None:
    if "default" not in card.topics:
        report(".topics", "要有 default：这个事项默认的主题标签")
    for aspect, topic in card.topics.items():
        if aspect != "default":
            _known(aspect, ASPECTS, report, f".topics.{aspect}", "方面")
        _known(topic, base.topics.topics, report, f".topics.{aspect}", "data/policy/topics.yml 里的主题标签")
    if "overview" not in card.answers:
        report(".answers", "要有 overview：这个事项的总回答")
    for aspect, answer in card.answers.items():
        _known(aspect, ASPECTS, report, f".answers.{aspect}", "方面")
        _full_answer(base, answer, day, report, f".answers.{aspect}")
    for i, code in enumerate(card.related):
        _known(code, base.cards, report, f".related[{i}]", "事项代码")
    _facts(base, card.facts, day, report, ".facts")
    for i, fact_id in enumerate(card.superseded + card.reference_hunan):
        _known(fact_id, base.facts, report, f".superseded/reference_hunan[{i}]", "事实 id")
    for name in ("conditions", "materials", "steps", "time", "channels", "pitfalls"):
        for i, item in enumerate(getattr(card, name)):
            _answer(base, item.facts, item.config, item.text, day, report, f".{name}[{i}]")
    for i, ask in enumerate(card.ask):
        _rule(base, card, ask, day, report, f".ask[{i}]")
        _ask(base, ask, day, report, f".ask[{i}]")
    for i, remind in enumerate(card.remind):
        _rule(base, card, remind, day, report, f".remind[{i}]")


def _rule(base: KnowledgeBase, card: Card, rule: Rule, day: date, report: Report, path: str) -> None:
    if not rule.id.startswith(card.id + "-"):
        report(path + ".id", f"应以 {card.id}- 开头")
    for name in ("text", "why"):
        _answer(base, rule.facts, [], getattr(rule, name), day, report, f"{path}.{name}")
    for name, condition in (("when", rule.when), ("unless", rule.unless)):
        if condition is not None:
            _condition(base, condition, report, f"{path}.{name}")
    for i, place in enumerate(rule.covered_by):
        service, _, aspect = place.rpartition(".")
        _known(aspect, ASPECTS, report, f"{path}.covered_by[{i}]", "方面，或 事项代码.方面")
        if service:
            _known(service, base.cards, report, f"{path}.covered_by[{i}]", "事项代码.方面")


def _ask(base: KnowledgeBase, ask: Ask, day: date, report: Report, path: str) -> None:
    fact = base.profile.get(ask.fills)
    if fact is None:
        report(path + ".fills", f"{ask.fills} 不在 data/profile 里：应为画像中的一项")
    if not ask.answers:
        report(path + ".answers", "每个追问都要写清每种回答之后怎么办")
    for i, answer in enumerate(ask.answers):
        where = f"{path}.answers[{i}]"
        for value in (answer.value, *answer.also):
            if fact is not None and fact.type == "choice" and value not in fact.values:
                report(where + ".value", f"{value!r} 不是 {ask.fills} 的取值：{'、'.join(fact.values)}")
        _consequence(base, answer, day, report, where)


def _consequence(base: KnowledgeBase, answer: Consequence, day: date, report: Report, path: str) -> None:
    _answer(base, answer.facts, [l.key for l in answer.local], answer.reply, day, report, path)
    for i, pattern in enumerate(answer.words):
        _pattern(pattern, report, f"{path}.words[{i}]")
    if answer.service is not None:
        _known(answer.service, base.cards, report, path + ".service", "事项代码")
    if answer.remind is not None:
        _known(answer.remind, base.rules, report, path + ".remind", "规则编号")


def _condition(base: KnowledgeBase, condition: Condition, report: Report, path: str) -> None:
    for where, node in condition.walk(path):
        for i, code in enumerate(node.service or ()):
            _known(code, base.cards, report, f"{where}.service[{i}]", "事项代码")
        for i, aspect in enumerate(node.aspect or ()):
            _known(aspect, ASPECTS, report, f"{where}.aspect[{i}]", "方面")
        for i, topic in enumerate(node.topic or ()):
            _known(topic, base.topics.topics, report, f"{where}.topic[{i}]", "主题标签")
        for i, mood in enumerate(node.mood or ()):
            _known(mood, base.moods, report, f"{where}.mood[{i}]", "data/profile 里的情绪")
        for i, key in enumerate([*(node.configured or ()), *(node.unconfigured or ())]):
            _known(key, base.center, report, f"{where}.configured[{i}]", "data/policy/center.yml 里的键")
        for i, rule in enumerate(node.offered or ()):
            _known(rule, base.rules, report, f"{where}.offered[{i}]", "规则编号")
        for i, season in enumerate(node.season or ()):
            _known(season, base.terms.seasons, report, f"{where}.season[{i}]", "data/policy/terms.yml 里的时段")
        for i, pattern in enumerate([*(node.words or ()), *(node.words_ever or ())]):
            _pattern(pattern, report, f"{where}.words[{i}]")
        for name, test in (node.fact or {}).items():
            _fact_test(base, name, test, report, f"{where}.fact.{name}")


def _fact_test(base: KnowledgeBase, name: str, test: object, report: Report, path: str) -> None:
    fact = base.profile.get(name)
    if fact is None:
        report(path, f"不认识的画像项 {name}：应为 data/profile 里的一项")
    elif isinstance(test, Range):
        if fact.type not in ("months", "years", "number"):
            report(path, f"{name} 不是数字，不能用 min/max")
    else:
        for value in test:  # type: ignore[attr-defined]
            text = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
            if text in CHOICE_WORDS:
                continue
            if fact.type != "choice" or text not in fact.values:
                report(path, f"{text!r} 不是 {name} 的取值：{'、'.join(fact.values) or '只能用 known/unknown 或 min/max'}")


def _full_answer(base: KnowledgeBase, answer: Answer, day: date, report: Report, path: str) -> None:
    _answer(base, answer.facts, [l.key for l in answer.local], answer.text, day, report, path)


def _answer(base: KnowledgeBase, facts: List[str], keys: Iterable[str], text: str, day: date, report: Report, path: str) -> None:
    _facts(base, facts, day, report, path + ".facts")
    for key in keys:
        _known(key, base.center, report, path, "data/policy/center.yml 里的键")
    if not text.strip():
        report(path, "不能是空的")
    if UNFINISHED.search(text):
        report(path, "还没写完")
    if "〔配置" in text:
        report(path, "不能留〔配置：…〕记号：本州数字写进 local / config")


def _facts(base: KnowledgeBase, ids: List[str], day: date, report: Report, path: str) -> None:
    for i, fact_id in enumerate(ids):
        fact = base.facts.get(fact_id)
        if fact is None:
            report(f"{path}[{i}]", f"不认识的事实 {fact_id}：应为 data/policy/facts.yml 里的 id")
        elif fact.scope == "hunan":
            report(f"{path}[{i}]", f"{fact_id} 是外地参照（scope: hunan），不能用来答复市民")
        elif fact.status == "superseded" or (fact.effective_to and day > fact.effective_to):
            report(f"{path}[{i}]", f"{fact_id} 已失效，不能作依据")


def _known(name: str, index: Iterable[str], report: Report, path: str, expected: str) -> None:
    if name not in index:
        report(path, f"不认识 {name}：应为{expected}")


def _pattern(pattern: str, report: Report, path: str) -> Optional["re.Pattern[str]"]:
    try:
        return compiled(pattern)
    except re.error as error:
        report(path, f"正则写错了：{error}")
        return None


def everything(base: KnowledgeBase, data: Path) -> List[Problem]:
    """The problems of ``base`` and of the files of ``data`` that lean on it."""
    from .check_dialogue import check_dialogue  # they build on this module
    from .check_forms import check_forms
    from .check_handoff import check_handoff

    return [*check(base), *check_dialogue(base, data), *check_forms(base, data, clock.today()), *check_handoff(data)]


def main(data: Path = DATA) -> int:
    """Print all problems; 0 when the content is sound."""
    try:
        base = load(data)
        problems = everything(base, data)
    except ContentError as error:
        problems = error.problems
    for problem in problems:
        print(problem)
    if problems:
        print(f"共 {len(problems)} 处要改。")
        return 1
    rules = len(base.rules)
    print(f"内容检查通过：{len(base.cards)} 个事项、{rules} 条追问和提醒、{len(base.faqs)} 个常见问题、{len(base.facts)} 条事实、"
          f"{sum(s.value is not None for s in base.center.values())}/{len(base.center)} 项本州数字已填。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
