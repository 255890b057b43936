"""A rule's condition in words that a reviewer can read."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, List, Optional, Sequence

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.condition import Condition, FactTest, Range
from bot.knowledge.render import ASPECT_TITLES

_UNITS = {"months": "个月", "years": "年", "money": "元"}


@dataclass
class Line:
    """One test, or a group with ``inside``."""

    text: str
    inside: List["Line"] = field(default_factory=list)


def lines(base: KnowledgeBase, condition: Optional[Condition]) -> List[Line]:
    """All of them must hold; empty means always."""
    if condition is None:
        return []
    found: List[Line] = []
    c = condition
    if c.service is not None:
        found.append(Line("答的是：" + _names(c.service, lambda code: base.cards[code].short if code in base.cards else code)))
    if c.aspect is not None:
        found.append(Line("问的是：" + _names(c.aspect, lambda aspect: ASPECT_TITLES.get(aspect, aspect))))
    if c.topic is not None:
        found.append(Line("主题是：" + _names(c.topic, lambda name: base.topics.topics[name].meaning if name in base.topics.topics else name)))
    for name, test in (c.fact or {}).items():
        found.append(Line(_fact(base, name, test)))
    if c.words is not None:
        found.append(Line("这句话里有：" + "、".join(f"“{word}”" for word in c.words)))
    if c.words_ever is not None:
        found.append(Line("这次对话里说过：" + "、".join(f"“{word}”" for word in c.words_ever)))
    if c.mood is not None:
        found.append(Line("看得出：" + _names(c.mood, lambda mood: base.moods[mood].title if mood in base.moods else mood)))
    if c.configured is not None:
        found.append(Line("已经填了本州数字：" + "、".join(_figure(base, key) for key in c.configured)))
    if c.unconfigured is not None:
        found.append(Line("还没有填本州数字：" + _names(c.unconfigured, lambda key: _figure(base, key))))
    if c.offered is not None:
        found.append(Line("已经说过：" + _names(c.offered, lambda rule: rule)))
    if c.season is not None:
        found.append(Line("今天在：" + _names(c.season, lambda season: base.terms.seasons[season].name if season in base.terms.seasons else season)))
    if c.undecidable:
        found.append(Line("机器判断不了，按最谨慎的处理"))
    if c.all is not None:
        found.append(Line("下面都成立：", [_grouped(base, child) for child in c.all]))
    if c.any is not None:
        found.append(Line("下面有一个成立：", [_grouped(base, child) for child in c.any]))
    if c.not_ is not None:
        found.append(Line("下面不成立：", lines(base, c.not_)))
    return found


def _grouped(base: KnowledgeBase, child: Condition) -> Line:
    inside = lines(base, child)
    return inside[0] if len(inside) == 1 else Line("同时：", inside)


def _fact(base: KnowledgeBase, name: str, test: FactTest) -> str:
    known = base.profile.get(name)
    title = known.meaning if known else name
    unit = _UNITS.get(known.type, "") if known else ""
    if isinstance(test, Range):
        bounds = [f"至少 {test.min:g} {unit}".rstrip() if test.min is not None else "", f"至多 {test.max:g} {unit}".rstrip() if test.max is not None else ""]
        return f"{title}：" + "，".join(bound for bound in bounds if bound)
    values = [("yes" if value else "no") if isinstance(value, bool) else value for value in test]
    return f"{title}：" + _names(values, lambda value: _value(base, name, value))


def _value(base: KnowledgeBase, name: str, value: str) -> str:
    if value in ("unknown", "known"):
        return {"unknown": "没说过", "known": "说过"}[value]
    known = base.profile.get(name)
    return known.values[value].title if known and value in known.values else {"yes": "是", "no": "不是"}.get(value, value)


def _figure(base: KnowledgeBase, key: str) -> str:
    return base.center[key].name if key in base.center else key


def _names(values: Sequence[str], name: Callable[[str], str]) -> str:
    return "，或".join(str(name(value)) for value in values)
