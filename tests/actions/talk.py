"""Conversations without a trained model: what the model would have read is written down turn by turn."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Dict, List, Optional, Tuple

from actions.attend.choose import Verdict
from actions.attend.speak import attend
from actions.memory import Choice, Memory
from actions.message import Message
from actions.respond import respond
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.reply import Reply

TODAY = date(2026, 11, 22)
Reading = Tuple[str, float]
"""``wd_rent/materials`` (home/aspect) and its score; ``focus/time`` is a fragment, ``intent:thanks`` a dialogue intent."""


def latest(text: str, *readings: Reading, clauses: Tuple[Tuple[str, Tuple[Reading, ...]], ...] = (), ident: str = "m1") -> Dict[str, Any]:
    """Rasa's ``latest_message`` as TopicClassifier leaves it."""

    def candidates(pairs: Tuple[Reading, ...]) -> List[Dict[str, Any]]:
        return [{"home": p.partition("/")[0], "aspect": p.partition("/")[2], "score": score} for p, score in pairs]

    return {
        "message_id": ident, "text": text, "metadata": {},
        "understanding": {
            "text": text, "candidates": candidates(readings),
            "clauses": [{"text": words, "candidates": candidates(pairs)} for words, pairs in clauses],
        },
    }


def pressed(button: str, ident: str = "m1") -> Dict[str, Any]:
    """``latest_message`` of a pressed button."""
    return {"message_id": ident, "text": "", "metadata": {"choice": button}}


@dataclass
class Talk:
    """One conversation; memory goes through its slot between the two halves of a turn and between turns, as in Rasa."""

    base: KnowledgeBase
    today: date = TODAY
    slot: Optional[Dict[str, Any]] = None
    replies: List[Reply] = field(default_factory=list)
    verdicts: List[Verdict] = field(default_factory=list)
    silence: str = ""

    @property
    def memory(self) -> Memory:
        return Memory.from_slots({"memory": self.slot})

    def hear(self, message: Dict[str, Any]) -> List[Reply]:
        """One turn: answer, then attend."""
        memory = self.memory
        self.replies = list(respond(self.base, memory, Message.read(self.base, memory, message, self.today)))
        self.slot = memory.as_slot()
        memory = self.memory
        extra, self.verdicts, self.silence = attend(self.base, memory, Message.read(self.base, memory, message, self.today))
        self.slot = memory.as_slot()
        self.replies += extra
        return self.replies

    def say(self, text: str, *readings: Reading, clauses: Tuple[Any, ...] = ()) -> List[Reply]:
        return self.hear(latest(text, *readings, clauses=clauses, ident=f"m{self.memory.turns + 1}"))

    def press(self, title: str) -> List[Reply]:
        """Press the button with this title under one of the last replies."""
        button = next(b.id for reply in self.replies for b in reply.buttons if b.title == title)
        return self.hear(pressed(button, f"m{self.memory.turns + 1}"))

    def choices(self) -> Dict[str, Choice]:
        return self.memory.choices


def shape(replies: List[Reply]) -> List[Tuple[str, str]]:
    """Kind and what it is about: rule, or home/aspect, or topic."""
    return [
        (r.kind, r.rule or (f"{r.faq}" if r.faq else f"{r.service}/{r.aspect}" if r.service else str(r.topic))) for r in replies
    ]
