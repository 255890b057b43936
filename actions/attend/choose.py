"""Which rules apply after an answer, and which of them are offered: at most one question and two reminders."""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import List, Optional, Sequence, Tuple

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.card import Ask, Consequence, Remind, Rule
from bot.knowledge.dialogue import attention

from ..memory import Memory
from ..milestones import days_left
from .evaluate import Known, Truth, evaluate
from .usefulness import Experience, Exploration, Forgetful, Judge, Score, fatigue

MAX_REMINDERS = 2
STRONG_TOTAL = 1
UNDECIDED_LEVEL = 2
"""A rule whose ``when`` cannot be decided may be used up to this level (clarifications §三.3)."""


@dataclass(frozen=True)
class Verdict:
    """What became of one rule in one turn; ``reason`` is Chinese, for ``--explain`` and the log of decisions.

    ``place`` is what the rule was judged against; ``when`` its condition's truth, None also when it was not looked at.
    """

    rule: Rule
    chosen: bool
    reason: str
    rank: Tuple[int, float, int] = (9, 0.0, 9)
    consequence: Optional[Consequence] = None
    """For a question whose answer is already known: what follows, instead of asking."""
    place: Optional[Known] = None
    when: Truth = None
    score: Optional[Score] = None
    situation: str = ""


def choose(
    base: KnowledgeBase, memory: Memory, known: Known, experience: Experience = Forgetful(), exploration: Exploration = Exploration()
) -> List[Verdict]:
    """Judge every rule of the cards answered in this turn; chosen ones first, in the order they are said."""
    judge = Judge(experience, fatigue(memory), exploration.draws(memory.turn.message))
    verdicts: List[Verdict] = []
    seen: List[str] = []
    for home, aspect in memory.turn.answered:
        home = base.card_of(home)
        if not home or home in seen:
            continue
        seen.append(home)
        card = base.cards[home]
        here = replace(known, service=home, aspect=aspect, topic=card.topic(aspect))
        answered = [a for h, a in memory.turn.answered if base.card_of(h) == home]
        for order, rule in enumerate([*card.ask, *card.remind]):
            verdict = _judge(base, memory, judge, here, home, answered, rule, order)
            looked = here if rule.id not in memory.offered else None
            verdicts.append(replace(verdict, place=looked, situation=situation(base, memory, here)))
    for rule_id in memory.turn.reminders:
        rule = base.rules[rule_id]
        verdicts = [v for v in verdicts if v.rule.id != rule_id]
        if rule_id in memory.offered:
            verdicts.append(Verdict(rule, False, "说过了"))
        else:
            verdicts.append(Verdict(rule, True, "由您的回答而来", (0, 0.0, 0), situation="reply"))
    return _limit(base, memory, verdicts)


def situation(base: KnowledgeBase, memory: Memory, known: Known) -> str:
    """What acceptance is counted by: the aspect asked about, who asks, and whether feelings run high."""
    parts = [known.aspect]
    if memory.profile.get("speaker") == "unit":
        parts.append("unit")
    if any(base.moods[m].strong for m in memory.moods if m in base.moods):
        parts.append("strong")
    return "+".join(parts)


def _judge(
    base: KnowledgeBase, memory: Memory, judge: Judge, known: Known, home: str, answered: Sequence[str], rule: Rule, order: int
) -> Verdict:
    if rule.id in memory.offered:
        return Verdict(rule, False, "这次对话里说过了")
    if isinstance(rule, Remind):
        for place in rule.covered_by:
            service, _, aspect = place.rpartition(".")
            if service in ("", home) and aspect in answered or [service, aspect] in memory.turn.answered:
                return Verdict(rule, False, f"答复正文已经说到（{place}）")
    unless = evaluate(rule.unless, known) if rule.unless is not None else False
    if unless:
        return Verdict(rule, False, f"不该说的情形成立：{rule.unless_note}")
    when = evaluate(rule.when, known)
    if when is False:
        return Verdict(rule, False, f"条件不成立：{rule.when_note}")
    if when is None and rule.level > UNDECIDED_LEVEL:
        return Verdict(rule, False, f"条件判断不了，{rule.level} 级不用：{rule.when_note}")
    if isinstance(rule, Ask):
        if memory.turn.asking:
            return Verdict(rule, False, "这一轮已经在问，不再追问")
        if memory.declined:
            return Verdict(rule, False, "市民说过不用了，不再追问")
        value = known.profile.get(rule.fills)
        if value is not None:
            follows = next((c for c in rule.answers if c.answers_to(str(value))), None)
            return Verdict(rule, False, f"已经知道：{rule.fills}={value}", consequence=follows)
    if memory.declined and rule.level > UNDECIDED_LEVEL:
        return Verdict(rule, False, "市民说过不用了，只提一、二级")
    # An undecided condition may be used, but what is known to apply goes first within a level.
    fits = (known.aspect not in rule.aspects) + (when is None)
    score = judge.score(rule.id, situation(base, memory, known), fits, days_left(base, memory.profile, rule, known.today))
    rank = (rule.level, -score.value, order)
    if rule.level > UNDECIDED_LEVEL and score.value < attention().hold_below:
        return Verdict(rule, False, f"预计用处抵不过打扰，{rule.level} 级不用", rank, when=when, score=score)
    return Verdict(rule, True, "条件成立" if when else "条件判断不了，一、二级可以用", rank, when=when, score=score)


def _limit(base: KnowledgeBase, memory: Memory, verdicts: List[Verdict]) -> List[Verdict]:
    strong = any(base.moods[m].strong for m in memory.moods if m in base.moods)
    chosen = sorted((v for v in verdicts if v.chosen), key=lambda v: v.rank)
    held = [v for v in verdicts if not v.chosen]
    kept: List[Verdict] = []
    for verdict in chosen:
        questions = sum(isinstance(v.rule, Ask) for v in kept)
        reminders = len(kept) - questions
        if strong and (len(kept) >= STRONG_TOTAL):
            held.append(replace(verdict, chosen=False, reason="情绪强烈，至多一条"))
        elif isinstance(verdict.rule, Ask) and questions >= 1:
            held.append(replace(verdict, chosen=False, reason="一次至多一个追问"))
        elif isinstance(verdict.rule, Remind) and reminders >= MAX_REMINDERS:
            held.append(replace(verdict, chosen=False, reason="一次至多两个提醒"))
        else:
            kept.append(verdict)
    kept.sort(key=lambda v: isinstance(v.rule, Ask))  # reminders first, the question last: it waits for a reply
    return kept + held
