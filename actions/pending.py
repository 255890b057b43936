"""Is this message the reply to an attentive question, and which one? By button, by fact, or in the citizen's own words."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import List, Optional, Tuple

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.card import Ask, Consequence
from bot.knowledge.places import compiled

from .memory import Memory, Pending
from .message import Message

PATIENCE = 2
"""A question may be answered up to this many turns later."""

_YES = re.compile(r"^(?:是的?|对的?(?!了)|嗯+|有的?|要的?|好的?|可以|行|没错|确实|满了|缴了|交了|办了|会|想|打算|准备|在的?|肯定)(?:[,。!啊呀呢了哦的 ]|$)")
_NO = re.compile(r"^(?:不是?|没有?|还没|没得|莫得|冇|否|未|不会|不想|不要|没(?:缴|交|办|满|签|打算))(?:[,。!啊呀呢了哦的 ]|$)")
_POLITE = re.compile(r"^(?:好的?|嗯+|行|可以)[,。!啊呀了 ]*(?:谢|多谢|感谢|辛苦|麻烦)")
"""好的,谢谢 takes leave; it says nothing about the question."""
_DECLINE = re.compile(
    r"不用(?:了|管|说|问)|不需要|(?<![打计预核])算了(?![一下笔解算])|(?<![特分级个区])别(?:再)?(?:问|说|提)|不必"
    r"|(?:没|莫得|没有)(?:别的|其他|啥|什么)的?(?:了|要问|想问|问题|事|需要|[,。!]|$)|别的(?:我)?没有?|就这(?:个|样|些)|没(?:事|问题)了"
)
_MUTE = re.compile(
    r"(?:不用|不要|不必|不需要|别|停止|关掉|关闭)(?:再|老是?|总是?)*(?:给我|跟我|向我|对我)?(?:多)?(?:提醒|追问|提示)"
)
_UNMUTE = re.compile(r"(?:可以|继续|恢复|重新|打开|还是)[^,。!?]{0,4}(?:提醒|追问)")


@dataclass(frozen=True)
class ReplyFound:
    """``consequence`` is None when the reply is known but nothing special follows from it."""

    ask: Ask
    value: str
    consequence: Optional[Consequence]


_DENIALS = ("不是", "不算", "并非", "没有", "不", "没", "别")


def declines(message: Message) -> bool:
    """不用了, 别的没有: the citizen wants no more suggestions."""
    return bool(_DECLINE.search(message.text)) and len(message.text) <= 20


def mutes(message: Message) -> bool:
    """不用再提醒我了: no questions and reminders any more, whatever their level."""
    return bool(_MUTE.search(message.text)) and len(message.text) <= 20


def unmutes(message: Message) -> bool:
    """可以继续提醒我: they are welcome again."""
    return bool(_UNMUTE.search(message.text)) and len(message.text) <= 20


def find_reply(base: KnowledgeBase, memory: Memory, message: Message) -> Optional[ReplyFound]:
    """The reply that ``message`` gives to the pending question (or to any question by its button); None if it is none."""
    if message.choice is not None:
        if message.choice.rule is None:
            return None
        return _found(base, message.choice.rule, str(message.choice.value))
    for waiting in (memory.pending, memory.pending_before):
        found = _reply_to(base, memory, waiting, message) if waiting is not None else None
        if found is not None:
            return found
    return None


def _reply_to(base: KnowledgeBase, memory: Memory, waiting: Pending, message: Message) -> Optional[ReplyFound]:
    if memory.turns - waiting.turn > PATIENCE or waiting.rule not in base.rules:
        return None
    ask = base.rules[waiting.rule]
    assert isinstance(ask, Ask)
    for follows in ask.answers:
        if follows.words and _stated(follows.words, message.text):
            return ReplyFound(ask, follows.value, follows)
    value = message.facts.get(ask.fills)
    if value is not None:
        return _found(base, ask.id, str(value))
    if waiting is not memory.pending:
        return None  # a bare 是的 replies to what was asked last
    values = {c.value for c in ask.answers}
    if _YES.search(message.text) and "yes" in values and not _POLITE.search(message.text):
        return _found(base, ask.id, "yes")
    if _NO.search(message.text) and "no" in values:
        return _found(base, ask.id, "no")
    return None


def settled(memory: Memory, rule: str) -> Tuple[Optional[Pending], Optional[Pending]]:
    """Last and earlier question that still wait once ``rule`` has been replied to; a reply to the last closes both."""
    if memory.pending_before is not None and memory.pending_before.rule == rule:
        return memory.pending, None
    return None, None


def _stated(words: List[str], text: str) -> bool:
    """Whether one of the patterns is said, and not denied right before: 不是装修 does not say 装修."""
    for pattern in words:
        for match in compiled(pattern).finditer(text):
            if not text[: match.start()].endswith(_DENIALS):
                return True
    return False


def _found(base: KnowledgeBase, rule_id: str, value: str) -> Optional[ReplyFound]:
    ask = base.rules.get(rule_id)
    if not isinstance(ask, Ask):
        return None
    return ReplyFound(ask, value, next((c for c in ask.answers if c.answers_to(value)), None))
