"""Answers of cards and FAQs as replies: text, local figures, computed dates, sources, buttons."""
from __future__ import annotations

from datetime import date
from typing import List, Optional, Sequence

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.card import Answer, Consequence
from bot.knowledge.dialogue import milestones
from bot.knowledge.render import answer_text, card_answer, faq_answer, has_unset, source_notes
from bot.knowledge.reply import Button, Reply

from . import dates
from .memory import Choice, Focus, Memory
from .message import Message


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
        text = answer_text(base, answer, today, self._told_unset)
        self._told_unset |= has_unset(base, answer, today)
        computed = self._milestones(base.card_of(home))
        self.memory.focus = Focus(home, aspect)
        self.memory.turn.answered.append([home, aspect])
        return self.add(
            "answer",
            "\n".join([part for part in [lead, *[c.text for c in computed], text] if part]),
            service=base.card_of(home) or None,
            aspect=None if faq else aspect,
            faq=home if faq else None,
            topic=base.topic(home, aspect),
            confidence=round(confidence, 3),
            sources=source_notes(base, [f for c in computed for f in c.facts] + answer.facts, today),
            buttons=buttons,
        )

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
        memory.focus = Focus(card, aspect)
        memory.turn.answered.append([card, aspect])
        computed = self._milestones(card)
        return self.add(
            "answer",
            "\n".join([lead, *[c.text for c in computed]]),
            service=card,
            aspect=aspect,
            topic=base.topic(card, aspect),
            confidence=1.0,
            sources=source_notes(base, follows.facts + [f for c in computed for f in c.facts], self.message.today),
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

    def _milestones(self, service: str) -> List["Computed"]:
        """Dates that this message's words make computable for ``service``."""
        found = []
        for milestone in milestones():
            said = self.message.facts.get(milestone.fact)
            if milestone.service != service or not isinstance(said, str):
                continue
            start = dates.Day.from_iso(said)
            if start.month is None:
                continue  # only a year was said: any month would be a guess
            due = dates.add_months(start.first(), milestone.months)
            exact = milestone.unit == "day" and start.day is not None
            shown = dates.Day(due.year, due.month, due.day if exact else None)
            wording = milestone.reached if self._passed(due, exact) else milestone.text
            found.append(Computed(wording.format(**{"from": start.say(), "to": shown.say()}), milestone.facts))
        return found

    def _passed(self, due: date, exact: bool) -> bool:
        today = self.message.today
        return today >= due if exact else (today.year, today.month) > (due.year, due.month)


class Computed:
    """A sentence with a computed date and the facts behind it."""

    def __init__(self, text: str, facts: List[str]):
        self.text = text
        self.facts = facts


def _focus(focus: Optional[Focus]) -> Optional[tuple]:
    return (focus.home, focus.aspect) if focus else None
