"""What a citizen would be sent, made by the functions that make it for citizens."""
from __future__ import annotations

import dataclasses
from typing import Any, Dict, Sequence

import msgspec

from bot import clock
from bot.knowledge.base import KnowledgeBase, rule_kind
from bot.knowledge.card import Answer, Ask, Card, Rule
from bot.knowledge.faq import Faq
from bot.knowledge.policy import Setting
from bot.knowledge.render import answer_text, card_answer, faq_answer, source_notes
from bot.knowledge.reply import Button, Reply


def faq_reply(base: KnowledgeBase, faq: Faq) -> Dict[str, Any]:
    """The answer of an FAQ, alone and with nothing told before."""
    buttons = [Button(f"preview-{i}", option.title) for i, option in enumerate(faq.options)]
    return _answer(base, faq_answer(faq), buttons, faq=faq.id, topic=faq.topic)


def card_reply(base: KnowledgeBase, card: Card, aspect: str) -> Dict[str, Any]:
    """The answer of a card to a question about ``aspect``."""
    answer, told = card_answer(base, card, aspect)
    return _answer(base, answer, [], service=card.code, aspect=told, topic=card.topic(told))


def rule_reply(base: KnowledgeBase, rule: Rule) -> Dict[str, Any]:
    """An attentive question or reminder."""
    buttons = [Button(f"preview-{i}", answer.title) for i, answer in enumerate(rule.answers)] if isinstance(rule, Ask) else []
    return Reply(
        id="preview", kind=rule_kind(rule), text=rule.text, rule=rule.id, why=rule.why, level=rule.level, buttons=buttons,  # type: ignore[arg-type]
        sources=source_notes(base, _known(base, rule.facts), clock.today(), 2),
    ).as_dict()


def with_figure(base: KnowledgeBase, key: str, setting: Setting) -> KnowledgeBase:
    """The content as it would be with this figure, in force from today for the sake of the preview."""
    shown = msgspec.structs.replace(setting, effective_from=setting.effective_from, effective_to=None)
    if shown.effective_from and shown.effective_from > clock.today():
        shown = msgspec.structs.replace(shown, effective_from=None)
    return dataclasses.replace(base, center={**base.center, key: shown})


def _answer(base: KnowledgeBase, answer: Answer, buttons: Sequence[Button], **fields: Any) -> Dict[str, Any]:
    facts = _known(base, answer.facts)
    known = msgspec.structs.replace(answer, local=[local for local in answer.local if local.key in base.center])
    return Reply(
        id="preview", kind="answer", text=answer_text(base, known, clock.today()), confidence=1.0,
        sources=source_notes(base, facts, clock.today()), buttons=list(buttons), **fields,
    ).as_dict()


def _known(base: KnowledgeBase, facts: Sequence[str]) -> list[str]:
    """A preview is shown while somebody types: an id that does not exist yet is no crash."""
    return [fact for fact in facts if fact in base.facts]
