"""The message being answered, free of Rasa's types."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Dict, List, Mapping, Optional

from bot.knowledge.base import KnowledgeBase

from .memory import Choice, Memory
from .profile import Value, extract, moods
from .understanding import Understanding


@dataclass(frozen=True)
class Message:
    """``text`` is normalised; ``facts`` and ``moods`` are what this message alone reveals; ``choice`` a pressed button."""

    id: str
    text: str
    understanding: Understanding
    facts: Dict[str, Value]
    moods: List[str]
    today: date
    choice: Optional[Choice] = None

    @classmethod
    def read(
        cls, base: KnowledgeBase, memory: Memory, latest: Mapping[str, Any], today: date
    ) -> "Message":
        """From Rasa's ``latest_message``; raises KeyError when a pressed button is not of this conversation."""
        metadata = latest.get("metadata") or {}
        choice = memory.choices[metadata["choice"]] if metadata.get("choice") else None
        data = {} if choice else latest.get("understanding") or {}
        text = choice.title if choice else data.get("text") or latest.get("text") or ""
        return cls(
            id=str(latest.get("message_id") or ""),
            text=text,
            understanding=Understanding.from_message(base, data, memory.focus),
            facts={} if choice else extract(base, text, today),
            moods=[] if choice else moods(base, text),
            today=today,
            choice=choice,
        )

    @classmethod
    def of_turn(cls, memory: Memory, today: date) -> "Message":
        """The message the current turn answers, as remembered: nothing is read or searched a second time."""
        turn = memory.turn
        return cls(turn.message, turn.text, Understanding(turn.text, []), turn.facts, turn.moods, today)
