"""Answers of cards and FAQs as replies: text, local figures, computed dates, sources, buttons."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.card import Answer, Consequence
from bot.knowledge.render import answer_text, card_answer, faq_answer, has_unset, source_notes
from bot.knowledge.reply import Button, Reply, SourceNote

from . import calendar_entry
from .memory import Choice, Dated, Focus, Memory
from .message import Message
from .milestones import told_with
from .plain_words import explained


class Speaker:
    """Collects the replies of one turn and numbers them; knows what has already been said in it."""

    def __init__(self, base: KnowledgeBase, memory: Memory, message: Message):
        self.base = base
        self.memory = memory
        self.message = message
        self.replies: List[Reply] = []
        self._told_unset = False

    def add(self, kind: str, text: str, **fields: object) -> Reply:
        """Append a reply; its id is unique within the conversation and stable for the message."""
        number = self.memory.turn.replies = self.memory.turn.replies + 1
        reply = Reply(id=f"{self.message.id or self.memory.turns}.{number}", kind=kind, text=text, **fields)  # type: ignore[arg-type]
        self.replies.append(reply)
        return reply

    def button(self, choice: Choice) -> Button:
        return Button(**self.memory.add_choice(choice))

    def answer(self, home: str, aspect: str, confidence: float, lead: str = "", also: Sequence[str] = ()) -> Reply:
        """Answer a card's aspect or an FAQ and make it the focus.

        ``lead`` is said before it; ``also`` are further cards offered as buttons.
        """
        base, today = self.base, self.message.today
        faq = base.faqs.get(home)
        buttons: List[Button] = []
        if faq is not None:
            answer, aspect = faq_answer(faq), "overview"
            buttons = [self.button(Choice(o.title, home=o.service, aspect=o.aspect)) for o in faq.options]
        else:
            answer, aspect = card_answer(base, base.cards[home], aspect)
        buttons += [self.button(Choice(base.cards[code].short, home=code)) for code in also]
        text = explained(self.memory, self._unsaid(answer_text(base, answer, today, self._told_unset)))
        self._told_unset |= has_unset(base, answer, today)
        computed = self._dates(base.card_of(home), aspect)
        self.memory.turn_to(Focus(home, aspect))
        self.memory.turn.answered.append([home, aspect])
        return self.add(
            "answer",
            "\n".join([part for part in [lead, *[c.text for c in computed], text] if part]),
            service=base.card_of(home) or None,
            aspect=None if faq else aspect,
            faq=home if faq else None,
            topic=base.topic(home, aspect),
            confidence=round(confidence, 3),
            sources=self._uncited(source_notes(base, [f for c in computed for f in c.facts] + answer.facts, today)),
            buttons=buttons,
            attachments=_attachments(computed),
        )

    def _unsaid(self, text: str) -> str:
        """``text`` without the lines that an earlier answer of this turn says word for word."""
        said = {line for reply in self.replies for line in reply.text.split("\n")}
        return "\n".join([line for line in text.split("\n") if line not in said]) or text

    def _uncited(self, notes: List[SourceNote]) -> List[SourceNote]:
        """Sources not shown in this turn yet; an answer is never left without one."""
        shown = [note for reply in self.replies for note in reply.sources]
        return [note for note in notes if note not in shown] or notes[:1]

    def consequence(self, card: str, follows: Consequence) -> Reply:
        """Say what follows from a reply to an attentive question; jump to another card where it says so."""
        memory, base = self.memory, self.base
        if follows.remind:
            memory.turn.reminders.append(follows.remind)
        spoken = Answer(text=follows.reply, facts=follows.facts, local=follows.local)
        lead = answer_text(base, spoken, self.message.today, self._told_unset)
        self._told_unset |= has_unset(base, spoken, self.message.today)
        if follows.service and (follows.service, follows.aspect or "overview") != _focus(memory.focus):
            return self.answer(follows.service, follows.aspect or "overview", 1.0, lead)
        aspect = memory.focus.aspect if memory.focus and memory.focus.home == card else "overview"
        memory.turn_to(Focus(card, aspect))
        memory.turn.answered.append([card, aspect])
        computed = self._dates(card, aspect)
        return self.add(
            "answer",
            "\n".join([lead, *[c.text for c in computed]]),
            service=card,
            aspect=aspect,
            topic=base.topic(card, aspect),
            confidence=1.0,
            sources=source_notes(base, follows.facts + [f for c in computed for f in c.facts], self.message.today),
            attachments=_attachments(computed),
        )

    def known(self, card: str, follows: Consequence) -> Reply:
        """What follows from something the citizen said unasked; another card is offered, not opened."""
        spoken = Answer(text=follows.reply, facts=follows.facts, local=follows.local)
        if follows.remind:
            self.memory.turn.reminders.append(follows.remind)
        buttons = []
        if follows.service and follows.service != card:
            aspect = follows.aspect or "overview"
            buttons = [self.button(Choice(self.base.cards[follows.service].short, home=follows.service, aspect=aspect))]
        return self.add(
            "answer", answer_text(self.base, spoken, self.message.today, self._told_unset), service=card, aspect="overview",
            topic=self.base.topic(card, "overview"), confidence=1.0,
            sources=source_notes(self.base, follows.facts, self.message.today, 2), buttons=buttons,
        )

    def _dates(self, service: str, aspect: str) -> List["Told"]:
        """Dates that belong to this answer and have not been told in this conversation."""
        told = []
        known = {d.key for d in self.memory.dates}
        for computed in told_with(self.base, service, aspect, self.message.text, self.memory.profile, self.message.today):
            sentence = computed.sentence()
            if computed.key in known or sentence is None:
                continue
            milestone, entry = computed.milestone, computed.entry()
            title = milestone.calendar or ""
            self.memory.dates.append(Dated(computed.key, title, (entry or computed.due).isoformat(), service))
            attached = calendar_entry.attachment(title, milestone.note, entry, milestone.deadline, self.message.today) if entry else None
            told.append(Told(sentence, milestone.facts, attached))
        return told


@dataclass(frozen=True)
class Told:
    """A sentence with a computed date, the facts behind it and the calendar entry, if there is one."""

    text: str
    facts: List[str]
    attachment: Optional[Dict[str, Any]]


def _attachments(told: Sequence[Told]) -> List[Dict[str, Any]]:
    return [t.attachment for t in told if t.attachment is not None]


def _focus(focus: Optional[Focus]) -> Optional[Tuple[str, str]]:
    return (focus.home, focus.aspect) if focus else None
