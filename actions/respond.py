"""The first half of every turn: respond to what was said. What more to say is decided afterwards (actions/attend)."""
from __future__ import annotations

from typing import List

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.reply import Reply
from bot.knowledge.wording import say
from bot.nlu.clauses import asks

from .answer_question import answer_question, prior_service
from .answering import Speaker
from .doubt import noticed, raise_doubt, settle_doubt
from .forms.dialogue import form_turn, offer_forms
from .handoff import offer_person, order_turn
from .memory import Memory, Origin, Turn
from .message import Message
from .pending import ReplyFound, find_reply, settled
from .profile import implications, learn
from .several_questions import answer_more


def respond(base: KnowledgeBase, memory: Memory, message: Message) -> List[Reply]:
    """Say what answers ``message``; ``memory`` is brought up to date, ``memory.turn`` tells the attentive engine."""
    memory.turns += 1
    memory.turn = Turn(message=message.id, text=message.text, facts=message.facts, moods=message.moods)
    speaker = Speaker(base, memory, message)
    fresh_moods = [m for m in message.moods if m not in memory.moods]
    memory.moods.extend(fresh_moods)
    doubt = noticed(speaker, message)
    _remember(base, memory, message)

    several = len(message.understanding.clauses) > 1
    in_form = not several and prior_service(base, memory, message) is None and (order_turn(speaker, message) or form_turn(speaker, message))
    in_form = in_form or settle_doubt(speaker, message)
    found = None if in_form else find_reply(base, memory, message)
    if found is not None:
        _take_reply(speaker, message, found)
    elif not in_form:
        if memory.pending is not None and memory.turns == memory.pending.turn + 1:
            memory.ignored += 1
        answer_question(speaker, message)
    if not in_form:
        offer_forms(speaker)
        offer_person(speaker, fresh_moods)
    if doubt is not None and not in_form and any(r.kind == "answer" for r in speaker.replies):
        raise_doubt(speaker, doubt)
    _open_with_feeling(speaker, fresh_moods)
    memory.said.append(message.text)
    memory.last = [r.as_dict() for r in speaker.replies if r.kind == "answer"] or memory.last
    return speaker.replies


def _take_reply(speaker: Speaker, message: Message, found: ReplyFound) -> None:
    """Learn what the person replied, say what follows from it, and answer what the message asks besides."""
    memory, base = speaker.memory, speaker.base
    memory.ignored = 0
    memory.pending, memory.pending_before = settled(memory, found.ask.id)
    memory.turn.replied = found.ask.id
    memory.profile[found.ask.fills] = found.value
    for other, implied in implications(base, found.ask.fills, found.value).items():
        memory.profile.setdefault(other, implied)
    memory.note({found.ask.fills: Origin("reply" if message.choice is None else "button", memory.turns)}, memory.about)
    card = base.rule_card[found.ask.id]
    if found.consequence is not None:
        speaker.consequence(card.code, found.consequence)
    if message.choice is None and asks(message.text):
        answer_more(speaker, message)
    elif found.consequence is None:
        speaker.add("smalltalk", say("acknowledged", memory.turns), topic="chitchat", confidence=1.0)


def _remember(base: KnowledgeBase, memory: Memory, message: Message) -> None:
    """What the message tells, under whom it is about; the matter it refers to is the one being talked about."""
    if message.choice is None:
        for person, facts in message.stated.items():
            learn(base, memory.of(person), facts)
        memory.speaks_of(message.about)
        learn(base, memory.profile, message.facts)
        for person, facts in message.stated.items():
            concluded = {other for name, value in facts.items() for other in implications(base, name, value)}
            memory.note({name: Origin("follows" if name in concluded else "said", memory.turns) for name in facts}, person)
        if message.focus is not None:
            memory.turn_to(message.focus)


def _open_with_feeling(speaker: Speaker, fresh: List[str]) -> None:
    """A human sentence before the help, once per feeling."""
    for name in fresh:
        mood = speaker.base.moods[name]
        if mood.opening and speaker.replies:
            first = speaker.replies[0]
            opening = mood.opening[speaker.memory.turns % len(mood.opening)]
            speaker.replies[0] = Reply.from_dict({**first.as_dict(), "text": f"{opening}\n{first.text}"})
            return
