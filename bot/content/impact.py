"""What a fact or a figure of the center reaches: every answer, rule, sum and date that would say something else without it."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Tuple

import msgspec

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.card import Ask, Card, Rule
from bot.knowledge.condition import Condition
from bot.knowledge.dialogue import Milestone
from bot.knowledge.faq import Faq
from bot.knowledge.forms import Form
from bot.knowledge.render import ASPECT_TITLES

FIELD_TITLES = {"conditions": "条件", "materials": "材料", "steps": "步骤", "time": "时限", "channels": "渠道", "pitfalls": "常见差错"}
COMPUTED: Dict[str, Tuple[str, ...]] = {
    "loan_dti": ("borrow",), "max_loan_single": ("borrow", "payment"), "max_loan_family": ("borrow", "payment"),
    "loan_combined_history": ("when",), "loan_six_months": ("when",), "wd_leave_after_half_year": ("when",),
    "wd_leave_transfer_if_new_city": ("when",), "wd_rent_three_months": ("when",), "leave_seal_months": ("when",), "loan_min_months": ("when",),
    "wd_plus_loan_le_price": ("withdraw",), "wd_purchase_total_cap": ("withdraw",), "wd_rent_both_spouses": ("withdraw",),
    "wd_rent_market_quota_local": ("withdraw",), "wd_rent_public_full": ("withdraw",), "wd_repay_limits": ("withdraw",),
    "purchase_window": ("withdraw",), "rent_cap_market": ("withdraw",), "retained_balance": ("withdraw",),
}
"""Facts and figures that a sum takes by name (actions/forms/results); a test compares this with the program."""


@dataclass(frozen=True)
class Touch:
    """One place. ``kind`` is 事项, 追问, 提醒, 常见问题, 计算, 日期 or 转人工; ``part`` where in it; ``href`` its page in the console."""

    kind: str
    title: str
    part: str
    href: str


def of_fact(base: KnowledgeBase, data: Path, ident: str) -> List[Touch]:
    """Every place that rests on the fact."""
    return _places(base, data, ident, lambda facts, keys: ident in facts)


def of_figure(base: KnowledgeBase, data: Path, key: str) -> List[Touch]:
    """Every place that says the figure, or whose rule depends on whether it is set."""
    found = _places(base, data, key, lambda facts, keys: key in keys)
    if key == "branches":
        found.append(Touch("转人工", "转人工时说的电话、地址和上班时间", "", ""))
    return found


def _places(base: KnowledgeBase, data: Path, name: str, uses: Callable[[List[str], List[str]], bool]) -> List[Touch]:
    found: List[Touch] = []
    for card in base.cards.values():
        found += _in_card(card, uses)
    found += [Touch("常见问题", faq.question, "", f"/admin/faqs/{faq.id}") for faq in base.faqs.values() if uses(faq.facts, _keys(faq))]
    for form in _forms(data):
        named = [local.key for local in form.local] + [field.configured for field in form.fields if field.configured]
        if uses(form.facts, named) or form.id in COMPUTED.get(name, ()):
            found.append(Touch("计算", form.title, "", f"/admin/cards/{form.service}"))
    for milestone in _milestones(data):
        if uses(milestone.facts, [milestone.configured] if milestone.configured else []):
            found.append(Touch("日期", milestone.calendar or milestone.text, "", f"/admin/cards/{milestone.services[0]}"))
    return found


def _in_card(card: Card, uses: Callable[[List[str], List[str]], bool]) -> Iterator[Touch]:
    href = f"/admin/cards/{card.code}"
    for aspect, answer in card.answers.items():
        if uses(answer.facts, [local.key for local in answer.local]):
            yield Touch("事项", card.short, f"答复：{ASPECT_TITLES[aspect]}", f"{href}#answers-{aspect}")
    for name, title in FIELD_TITLES.items():
        if any(uses(item.facts, item.config) for item in getattr(card, name)):
            yield Touch("事项", card.short, title, f"{href}#{name}")
    for rule in (*card.ask, *card.remind):
        if _in_rule(rule, uses):
            yield Touch("追问" if isinstance(rule, Ask) else "提醒", f"{card.short} {rule.id}", rule.text, f"{href}#rule-{rule.id}")


def _in_rule(rule: Rule, uses: Callable[[List[str], List[str]], bool]) -> bool:
    if uses(rule.facts, _tested(rule.when) + (_tested(rule.unless) if rule.unless else [])):
        return True
    return isinstance(rule, Ask) and any(uses(answer.facts, [local.key for local in answer.local]) for answer in rule.answers)


def _tested(condition: Condition) -> List[str]:
    return [key for _, node in condition.walk() for key in (*(node.configured or ()), *(node.unconfigured or ()))]


def _keys(faq: Faq) -> List[str]:
    return [local.key for local in faq.local]


def _forms(data: Path) -> List[Form]:
    return [msgspec.yaml.decode(path.read_bytes(), type=Form) for path in sorted((data / "forms").glob("*.yml")) if path.stem != "common"]


def _milestones(data: Path) -> List[Milestone]:
    return msgspec.yaml.decode((data / "dialogue" / "milestones.yml").read_bytes(), type=List[Milestone])
