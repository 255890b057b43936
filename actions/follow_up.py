"""What a short message means while a matter is being talked about: fragments, statements, close readings."""
from __future__ import annotations

import re
from dataclasses import replace
from typing import List, Optional

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.wording import say
from bot.nlu.clauses import asks

from .answering import Speaker
from .memory import Focus
from .message import Message
from .understanding import ANSWER_SCORE, FOCUS_CEILING, FOCUS_SCORE, GENERAL, Reading, resolve

SHORT = 14
"""Characters up to which a message may be a fragment that needs the focus."""
_POINTS_BACK = re.compile(r"^(?:那|这个|这|它|还有|然后|再说回|回到|刚才|所以)|刚才|前面说")
_RETURNS = re.compile(r"说回|回到|回过头|(?:刚才|前面|之前)(?:说|问|讲)?的?[^,。?]{2,8}的?(?:事|问题)")
"""Back to a matter that is named: not a follow-up to the one in focus."""


def in_context(base: KnowledgeBase, focus: Optional[Focus], text: str, reading: Reading) -> Reading:
    """A general reading becomes one about the matter in focus where the words are a follow-up, not a new subject."""
    if focus is None or focus.home == reading.home or _RETURNS.search(text):
        return reading
    back = bool(_POINTS_BACK.search(text))
    if len(text) > SHORT and not back:
        return reading
    if focus.home in base.cards:
        card = base.cards[focus.home]
        aspect = reading.aspect or "overview"
        if card.topic(aspect) == reading.topic and reading.home in base.cards:
            return Reading(focus.home, aspect, reading.topic, reading.score)  # "投诉要带什么": the complaint talked about
        for aspects in GENERAL.values():
            for aspect, faq in aspects.items():
                if reading.home == faq and base.topics.topics[card.topic("overview")].group == base.topics.topics[reading.topic].group:
                    return Reading(focus.home, aspect, base.topic(focus.home, aspect), reading.score)
        if reading.home == "loan_new_home" and card.category == "贷款" and reading.aspect in card.answers and "公积金贷款" not in text:
            return Reading(focus.home, reading.aspect, base.topic(focus.home, reading.aspect), reading.score)
    if back and reading.score < ANSWER_SCORE:
        home, aspect = resolve(base, focus, reading.aspect or "overview")
        if home:
            return Reading(home, aspect, base.topic(home, aspect), reading.score)
    return reading


def focus_first(base: KnowledgeBase, content: List[Reading], focus: Optional[Focus]) -> List[Reading]:
    """Among close readings, one about the matter being talked about, or of its group, comes first and counts as clear."""
    if focus is None or content[0].score >= FOCUS_CEILING:
        return content
    groups = {name: topic.group for name, topic in base.topics.topics.items()}
    group = groups[base.topic(focus.home, focus.aspect)] if focus.home in base.cards else ""
    for fits in (lambda r: r.home == focus.home, lambda r: groups[r.topic] == group):
        for reading in content[:3]:
            if fits(reading) and reading.score >= FOCUS_SCORE:
                clear = replace(reading, score=max(reading.score, ANSWER_SCORE))
                return [clear, *[r for r in content if r is not reading]]
    return content


def continues(speaker: Speaker, message: Message, content: List[Reading]) -> bool:
    """A statement about the citizen's situation while a matter is open: the matter goes on, with what was just said."""
    memory, base = speaker.memory, speaker.base
    focus = memory.focus
    if focus is None or focus.home not in base.cards or asks(message.text):
        return False
    best = message.understanding.best
    if not message.facts:
        if best is None or best.intent != "out_of_scope":
            return False
        # "医保报销完了自己出了8万": nothing asked, nothing to hold on to, but no reason to turn the citizen away.
        speaker.add("smalltalk", say("noted", memory.turns, name=base.cards[focus.home].short), topic="chitchat", confidence=0.5)
        return True
    card = base.cards[focus.home]
    aspects = [r.aspect for r in content if r.aspect in card.answers and r.aspect != "overview"]
    memory.misses = 0
    speaker.answer(focus.home, aspects[0] if aspects else "channel", content[0].score if content else 0.5)
    return True
