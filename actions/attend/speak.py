"""The second half of every turn: one attentive question, up to two reminders, or silence – with the reasons kept."""
from __future__ import annotations

from typing import List, Tuple

from bot.knowledge.base import KnowledgeBase, rule_kind
from bot.knowledge.card import Ask, Remind
from bot.knowledge.render import source_notes
from bot.knowledge.reply import Reply

from ..answering import Speaker
from ..memory import Choice, Memory, Offer, Pending
from ..message import Message
from .choose import Verdict, choose
from .evaluate import Known
from .outcomes import settle
from .silence import reason_for_silence
from .usefulness import Experience, Exploration, Forgetful


def attend(
    base: KnowledgeBase, memory: Memory, message: Message, experience: Experience = Forgetful(), exploration: Exploration = Exploration()
) -> Tuple[List[Reply], List[Verdict], str]:
    """Replies of kind question/reminder, every verdict, and the reason for silence ("" when it could speak).

    ``experience`` learns what became of earlier offers and orders the ones of today.
    """
    for outcome in settle(base, memory, message):
        experience.record(outcome.rule, outcome.situation, outcome.accepted)
    doubted = memory.doubt.fact if memory.doubt is not None else ""
    profile = {name: value for name, value in memory.profile.items() if name != doubted}
    known = Known(base, message.today, profile, message.text, memory.said, memory.moods, memory.offered)
    silence = reason_for_silence(base, memory)
    if silence:
        return [], [], silence
    speaker = Speaker(base, memory, message)
    verdicts = choose(base, memory, known, experience, exploration)
    if _known_answer(speaker, verdicts):
        verdicts = choose(base, memory, known, experience, exploration)  # the reminder that belongs to it takes its place among the others
    for verdict in verdicts:
        if not verdict.chosen:
            continue
        rule = verdict.rule
        text = rule.text
        if isinstance(rule, Remind) and rule.text_unit and memory.profile.get("speaker") == "unit":
            text = rule.text_unit
        buttons = []
        if isinstance(rule, Ask):
            buttons = [speaker.button(Choice(c.title, rule=rule.id, value=c.value)) for c in rule.answers]
            memory.pending, memory.pending_before = Pending(rule.id, memory.turns), memory.pending
        memory.offered.append(rule.id)
        memory.offers.append(Offer(rule.id, verdict.situation, memory.turns))
        speaker.add(
            rule_kind(rule), text, rule=rule.id, why=rule.why, level=rule.level,
            service=base.rule_card[rule.id].code, sources=source_notes(base, rule.facts, message.today, 2), buttons=buttons,
        )
    return speaker.replies, verdicts, ""


def _known_answer(speaker: Speaker, verdicts: List[Verdict]) -> bool:
    """A question the citizen has already answered is not asked: what follows from the answer is said (at most one).

    True when a reminder comes with it.
    """
    said_now = speaker.message.facts
    for verdict in verdicts:
        rule, follows = verdict.rule, verdict.consequence
        if follows is None or not isinstance(rule, Ask) or rule.fills not in said_now:
            continue
        speaker.memory.offered.append(rule.id)
        speaker.known(speaker.base.rule_card[rule.id].code, follows)
        return follows.remind is not None
    return False
