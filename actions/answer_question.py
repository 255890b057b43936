"""What a message is answered with when it is neither a reply to a question nor a step of a form."""
from __future__ import annotations

import re
from typing import Optional, Tuple

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.dialogue import priorities
from bot.knowledge.matters import business, named
from bot.knowledge.wording import say
from bot.nlu.clauses import asks

from .answering import Speaker
from .asking_back import MAX_OPTIONS, clarify, missed, says_wrong
from .attend.evaluate import Known, evaluate
from .dialogue_acts import dialogue_act, smalltalk
from .follow_up import BRIEF, CERTAIN, SHORT, continues, focus_first, in_context, only_states, particular, tells
from .life_events import decides, follows, told_event
from .memory import Choice, Focus, Memory
from .message import Message
from .pending import declines, mutes, unmutes
from .references import category, what_about
from .several_questions import separate_questions
from .understanding import ANSWER_SCORE, CLARIFY_SCORE, CLEAR_MARGIN, CLEAR_SCORE, SURE_SCORE, Understanding, decide

_ABOUT_MATTER = re.compile(r"公积金|提|取|贷|缴|交|钱|账户|怎么办理|手续")


def answer_question(speaker: Speaker, message: Message) -> None:
    """Answer, ask back, comfort or decline: the first of these ways that fits the message."""
    memory, base = speaker.memory, speaker.base
    choice = message.choice
    if choice is not None:
        if choice.home:
            speaker.answer(choice.home, choice.aspect, 1.0)
        else:
            dialogue_act(speaker, choice.intent or "more", message)
        return
    if mutes(message) and not asks(message.text):
        memory.muted, memory.pending = True, None
        smalltalk(speaker, "muted")
        return
    if memory.muted and unmutes(message) and not asks(message.text):
        memory.muted = memory.declined = False
        smalltalk(speaker, "unmuted")
        return
    if memory.offered and declines(message) and not asks(message.text.replace("不用", "")):
        memory.declined = True
        memory.pending = None
        smalltalk(speaker, "declined")
        return
    if "confused" in message.moods and memory.last and len(message.text) <= SHORT:
        dialogue_act(speaker, "repeat", message)
        return
    if says_wrong(speaker, message):
        return
    forced = prior_service(base, memory, message)
    parts = separate_questions(speaker, message)
    if forced is not None and (len(parts) < 2 or all(part.home != forced[0] for part in parts)):
        speaker.answer(forced[0], forced[1], 1.0)
        return
    if _only_tells(base, message):
        _comfort(speaker, message)
        return
    if _corrected(speaker, message):
        return
    other = what_about(base, memory.focus, message.text)
    if other is not None:
        memory.misses = 0
        speaker.answer(other.home, other.aspect, SURE_SCORE)
        return
    if tells(base, memory.focus, message) and continues(speaker, message, []):
        return
    if len(parts) > 1:
        for reading in parts:
            speaker.answer(reading.home, reading.aspect, reading.score)
        memory.misses = 0
        return
    _one(speaker, message, message.understanding)


def prior_service(base: KnowledgeBase, memory: Memory, message: Message) -> Optional[Tuple[str, str]]:
    """The service and aspect that go before everything the sentence was read as; none for most messages."""
    known = Known(base, message.today, message.facts, message.text, (), memory.moods, ())
    for priority in priorities():
        if evaluate(priority.when, known):
            return priority.service, priority.aspect
    return None


def _corrected(speaker: Speaker, message: Message) -> bool:
    """不是买房,是租房; 说错了,是二套: the last question is answered again under what is meant."""
    memory, base = speaker.memory, speaker.base
    if message.correction is None or memory.focus is None:
        return False
    meant = message.correction.meant
    names = named(base, meant, category(base, memory.focus))
    if not names and business(meant) and len(meant) <= BRIEF and memory.said:
        # 不,我问的是提取: the matter stays, the business changes.
        names = [c for c in named(base, memory.said[-1], business(meant), stays=True) if base.cards[c].category == business(meant)]
    aspect = memory.focus.aspect
    if asks(meant):
        asked = [r for r in message.understanding.readings if r.intent is None]
        reading = in_context(base, Focus(names[-1]) if names else memory.focus, meant, asked) if asked else None
        if reading is not None and reading.aspect:
            aspect = reading.aspect
    if names:
        speaker.answer(names[-1], aspect, 1.0)  # 公积金贷款的还贷: the last word is the matter
    elif message.facts:
        speaker.answer(memory.focus.home, aspect, 1.0)
    else:
        return False
    memory.misses = 0
    return True


def _only_tells(base: KnowledgeBase, message: Message) -> bool:
    """A strong feeling is told and nothing is asked: comfort first, no procedure."""
    grieving = any(base.moods[m].strong for m in message.moods if m != "angry")  # the angry want it mended
    return grieving and not asks(message.text) and not _ABOUT_MATTER.search(message.text)


def _comfort(speaker: Speaker, message: Message) -> None:
    best = next((r for r in message.understanding.readings if r.home in speaker.base.cards), None)
    buttons = []
    if best is not None:
        speaker.memory.focus = Focus(best.home)
        buttons = [speaker.button(Choice(f"{speaker.base.cards[best.home].short}怎么办", home=best.home))]
    speaker.memory.turn.quiet = "只是倾诉，先不说别的"
    speaker.add("smalltalk", say("comfort", speaker.memory.turns), topic="chitchat", confidence=1.0, buttons=buttons)


def _one(speaker: Speaker, message: Message, understanding: Understanding) -> None:
    memory, base = speaker.memory, speaker.base
    ordered = decide(understanding, memory.focus is not None and len(message.text) <= SHORT and asks(message.text))
    if not ordered:
        missed(speaker, understanding)
        return
    best = ordered[0]
    content = [r for r in ordered if r.intent is None]
    event = told_event(message.text, message.words or message.text)
    if event is not None and decides(memory, event, message.text, best) and not follows(memory, event):
        aspect = best.aspect if best.home == event.service else event.aspect
        speaker.answer(event.service, aspect, best.score, also=event.also)
        return
    if best.intent is not None:
        if not continues(speaker, message, content):
            dialogue_act(speaker, best.intent, message, best)
        return
    content = focus_first(base, content, memory.focus)
    content[0] = particular(base, understanding.text, content)
    reading = in_context(base, memory.focus, understanding.text, content)
    # Two aspects of one card are no reason to ask back: the better one is answered.
    second = next((r.score for r in content[1:] if r.home != reading.home), 0.0)
    doubtful = CERTAIN if only_states(base, message) and memory.focus is not None and reading.home != memory.focus.home else ANSWER_SCORE
    if reading.score < doubtful and continues(speaker, message, content):
        return
    if reading.score >= ANSWER_SCORE or (reading.score >= CLEAR_SCORE and reading.score - second >= CLEAR_MARGIN):
        memory.misses = 0
        speaker.answer(reading.home, reading.aspect, reading.score)
    elif reading.score >= CLARIFY_SCORE:
        memory.misses = 0
        clarify(speaker, [reading, *content[1:]][:MAX_OPTIONS])
    else:
        missed(speaker, understanding)
