"""The message being answered, free of Rasa's types."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Dict, List, Mapping, Optional

from bot.knowledge.base import KnowledgeBase
from bot.nlu.corrections import Correction, correction

from .memory import Choice, Focus, Memory
from .mending import in_full
from .people import SELF, concerned, segments, told
from .profile import Value, by_person, moods
from .references import new_matter, referred
from .understanding import Understanding


@dataclass(frozen=True)
class Message:
    """``text`` is normalised; ``facts`` and ``moods`` are what this message alone reveals; ``choice`` a pressed button.

    ``about`` is whose matter it is ("" the citizen's), ``stated`` the facts under whom they are about, and ``facts`` those
    that count for this matter. ``words`` is what is said of that person, others left out. ``focus`` is the matter the
    words refer to. ``correction`` mends an earlier message.
    """

    id: str
    text: str
    understanding: Understanding
    facts: Dict[str, Value]
    moods: List[str]
    today: date
    choice: Optional[Choice] = None
    about: str = SELF
    words: str = ""
    stated: Dict[str, Dict[str, Value]] = field(default_factory=dict)
    focus: Optional[Focus] = None
    correction: Optional[Correction] = None

    @classmethod
    def read(
        cls, base: KnowledgeBase, memory: Memory, latest: Mapping[str, Any], today: date
    ) -> "Message":
        """From Rasa's ``latest_message``; raises KeyError when a pressed button is not of this conversation."""
        metadata = latest.get("metadata") or {}
        choice = memory.choices[metadata["choice"]] if metadata.get("choice") else None
        data = {} if choice else latest.get("understanding") or {}
        text = choice.title if choice else data.get("text") or latest.get("text") or ""
        if choice:
            return cls(str(latest.get("message_id") or ""), text, Understanding(text, []), {}, [], today, choice, memory.about, focus=memory.focus)
        focus = referred(base, memory, text)
        mended = correction(text)
        telling = in_full(mended, memory.said) if mended else text
        parts = segments(telling, SELF if new_matter(base, focus, text) else memory.about)
        about = concerned(parts)
        stated = by_person(base, telling, parts, today)
        return cls(
            id=str(latest.get("message_id") or ""),
            text=text,
            understanding=Understanding.from_message(base, data, focus),
            facts={**stated.get(SELF, {}), **stated.get(about, {})},
            moods=moods(base, text),
            today=today,
            about=about,
            words=told(parts).get(about, ""),
            stated=stated,
            focus=focus,
            correction=mended,
        )

    @classmethod
    def of_turn(cls, memory: Memory, today: date) -> "Message":
        """The message the current turn answers, as remembered: nothing is read or searched a second time."""
        turn = memory.turn
        return cls(turn.message, turn.text, Understanding(turn.text, []), turn.facts, turn.moods, today)
