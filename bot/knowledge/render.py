"""From content to the words of an answer: text, local figures said honestly, sources."""
from __future__ import annotations

from datetime import date
from typing import Any, List, Sequence, Tuple

import msgspec

from .base import KnowledgeBase
from .card import Answer, Card, Item, Local
from .faq import Faq
from .policy import Branch, Setting
from .reply import SourceNote
from .wording import say

_FIELDS = {"conditions": "conditions", "materials": "materials", "steps": "steps", "time": "time", "channel": "channels", "place": "channels"}
ASPECT_TITLES = {
    "overview": "怎么办", "conditions": "条件", "materials": "要带什么", "steps": "流程", "time": "多久办好", "amount": "金额",
    "frequency": "次数", "channel": "在哪办", "place": "地点", "fee": "收费", "status": "进度", "rate": "利率", "term": "年限",
    "second_home": "二套", "family": "家人", "offsite": "外地",
}


def card_answer(base: KnowledgeBase, card: Card, aspect: str) -> Tuple[Answer, str]:
    """The answer for ``aspect`` and the aspect actually answered.

    The card's own wording first; else its field for that aspect; else the overview.
    """
    if aspect in card.answers:
        return card.answers[aspect], aspect
    items: Sequence[Item] = getattr(card, _FIELDS.get(aspect, ""), ()) if aspect in _FIELDS else ()
    if items:
        title = f"{card.short}的{ASPECT_TITLES[aspect]}："
        text = title + "".join(f"\n· {item.text}" for item in items)
        local = [Local(key=key, name=f"{card.short}的{base.center[key].name}") for item in items for key in item.config]
        return Answer(text=text, facts=[f for item in items for f in item.facts] or card.facts, local=local), aspect
    return card.answers["overview"], "overview"


def faq_answer(faq: Faq) -> Answer:
    """An FAQ's answer in the same shape as a card's."""
    return Answer(text=faq.answer, facts=faq.facts, local=faq.local)


def answer_text(base: KnowledgeBase, answer: Answer, day: date, told_unset: bool = False) -> str:
    """The full text: statements, then configured local figures, or one honest sentence for those that are not.

    ``told_unset``: the honest sentence was already said in this turn, so only its core is repeated.
    """
    lines: List[str] = [answer.text.strip()]
    unset: List[str] = []
    for local in answer.local:
        setting = base.center[local.key]
        if setting.is_set(day):
            lines.append(_local(local, setting))
        elif local.name not in unset:
            unset.append(local.name)
    if unset:
        if told_unset:
            lines.append(f"{'、'.join(unset)}也要以中心规定为准，打12329可以一并问清。")
        else:
            lines.append(base.terms.unset.format(items="、".join(unset)))
    return "\n".join(lines)


def has_unset(base: KnowledgeBase, answer: Answer, day: date) -> bool:
    """Whether the answer has to admit that a local figure is not configured."""
    return any(not base.is_set(local.key, day) for local in answer.local)


def source_notes(base: KnowledgeBase, fact_ids: Sequence[str], day: date, limit: int = 4) -> List[SourceNote]:
    """Sources to show, most specific first as listed in the content; at most ``limit``."""
    notes = [
        SourceNote(source.title, source.article, fact.effective_from.isoformat() if fact.effective_from else None)
        for source, fact in base.sources(list(fact_ids), day)
    ]
    return notes[:limit]


def _local(local: Local, setting: Setting) -> str:
    return say(
        "local_set",
        0,
        name=local.name,
        value=_value(setting.value, setting.unit),
        document=setting.document or "中心公布的规定",
        since=f"{setting.effective_from:%Y年%-m月%-d日}" if setting.effective_from else "公布之日",
    )


def _value(value: Any, unit: Any) -> str:
    if isinstance(value, list):
        return "\n" + "\n".join(f"· {b.name}：{b.address}，电话{b.phone}，{b.hours}" for b in msgspec.convert(value, List[Branch]))
    return f"{value}{unit or ''}"
