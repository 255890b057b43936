"""Several questions in one message: which they are, each read with confidence, and what is asked beside a reply."""
from __future__ import annotations

import re
from dataclasses import replace
from typing import List, Optional, Sequence

from bot.knowledge.base import KnowledgeBase
from bot.nlu.clauses import asks

from .answering import Speaker
from .follow_up import CLOSE, focus_first, in_context, within
from .memory import Focus
from .message import Message
from .references import what_about
from .understanding import ANSWER_SCORE, CLARIFY_SCORE, CLAUSE_SCORE, PART_SCORE, REJECTING, SURE_SCORE, Reading, Understanding

_WHERE = re.compile(r"哪(?!种|些|个)")
_HOW = re.compile(r"怎|咋|如何|流程|步骤|手续")


def separate_questions(speaker: Speaker, message: Message) -> List[Reading]:
    """The separate questions of one message, each read with confidence; empty when it is one question."""
    clauses = message.understanding.clauses
    parts: List[Reading] = []
    texts: List[str] = []
    focus = message.focus
    if len(clauses) < 2:
        return parts
    for clause in clauses:
        best = _part(speaker.base, focus, clause, message.understanding.best)
        if best is not None:
            focus = Focus(best.home, best.aspect)
            parts.append(best)
            texts.append(clause.text)
    return _told_once(speaker.base, parts, texts)


def answer_more(speaker: Speaker, message: Message) -> None:
    """The message replies to a question and asks something too."""
    said = [tuple(p) for p in speaker.memory.turn.answered]
    parts: Sequence[Optional[Reading]] = separate_questions(speaker, message) or [_besides(speaker, message.understanding)]
    for reading in parts:
        if reading is not None and (reading.home, reading.aspect) not in said:
            speaker.answer(reading.home, reading.aspect, reading.score)


def _part(base: KnowledgeBase, focus: Optional[Focus], clause: Understanding, whole: Optional[Reading]) -> Optional[Reading]:
    """One question of several: beside others about the fund it is hardly small talk."""
    other = what_about(base, focus, clause.text)
    if other is not None:
        return Reading(other.home, other.aspect, base.topic(other.home, other.aspect), SURE_SCORE)
    clause = clause.under(base, focus)
    content, best = [r for r in clause.readings if r.intent is None], clause.best
    if best is None or not asks(clause.text) and best.topic in REJECTING:
        return None  # 老伴前几天过世了: told before the question, not asked
    rejecting = sum(r.score for r in clause.readings if r.topic in REJECTING)
    if not content or content[0].score < ANSWER_SCORE and best is not content[0] and best.topic not in REJECTING:
        return None
    if len(content) > 1 and content[1].score >= CLOSE * content[0].score:
        content = focus_first(base, content, focus)
    reading = within(base, whole, clause.text, in_context(base, focus, clause.text, content))
    # Undecided between aspects of one card is no doubt about what is asked.
    score = max(reading.score, sum(r.score for r in content if r.home == reading.home))
    return reading if score >= PART_SCORE and score >= CLAUSE_SCORE * (1 - rejecting) else None


def _told_once(base: KnowledgeBase, parts: List[Reading], texts: List[str]) -> List[Reading]:
    """No part twice; beside a particular aspect of its card an overview becomes the conditions or the steps it asks for."""
    particular = {p.home for p in parts if p.aspect != "overview"}
    told: List[Reading] = []
    for part, text in zip(parts, texts):
        if part.aspect == "overview" and part.home in particular and part.home in base.cards:
            aspect = "steps" if _HOW.search(text) else "channel" if _WHERE.search(text) else "conditions"
            part = replace(part, aspect=aspect, topic=base.topic(part.home, aspect))
        if all((p.home, p.aspect) != (part.home, part.aspect) for p in told):
            told.append(part)
    return told


def _besides(speaker: Speaker, understanding: Understanding) -> Optional[Reading]:
    """What is asked besides: the bare question where there is one, because the statement before it was the reply."""
    asked = understanding.clauses[0] if len(understanding.clauses) == 1 else understanding
    best = next((r for r in asked.readings if r.intent is None), None)
    if best is None or best.score < CLARIFY_SCORE:
        return None
    return in_context(speaker.base, speaker.memory.focus, asked.text, [best, *[r for r in asked.readings if r.intent is None and r is not best]])
