"""What the assistant remembers of one conversation between turns; kept in Rasa slots as plain JSON."""
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Union

import msgspec

from .forms.state import FormState

SLOT = "memory"
MAX_SAID = 30
MAX_CHOICES = 60


class Focus(msgspec.Struct, omit_defaults=True):
    """The matter being talked about: a card code or FAQ id and the aspect last answered."""

    home: str
    aspect: str = "overview"


class Pending(msgspec.Struct, omit_defaults=True):
    """An attentive question that waits for a reply; ``turn`` is when it was asked."""

    rule: str
    turn: int


class Choice(msgspec.Struct, omit_defaults=True):
    """What pressing a button means. One of: open a home × aspect, reply to a rule, a dialogue intent, or a step of a form."""

    title: str
    home: Optional[str] = None
    aspect: str = "overview"
    rule: Optional[str] = None
    value: Optional[str] = None
    intent: Optional[str] = None
    form: Optional[str] = None


class Turn(msgspec.Struct, omit_defaults=True):
    """What happened in the turn that is being answered; the attentive engine reads it."""

    message: str = ""
    """Id of the message this turn answers."""
    text: str = ""
    facts: Dict[str, Union[float, str]] = {}
    answered: List[List[str]] = []
    """``[home, aspect]`` of every answer given, in order."""
    quiet: str = ""
    """Why the attentive engine must stay silent in this turn; empty when it may speak."""
    moods: List[str] = []
    asking: bool = False
    """A form asks for a figure in this turn: no second question."""
    replies: int = 0
    """How many replies were given so far in this turn; numbers their ids."""
    reminders: List[str] = []
    """Reminders that follow from a reply to an attentive question; they come first."""


class Memory(msgspec.Struct, omit_defaults=True):
    """All of it. ``profile``: fact → value; ``moods``: noticed so far; ``offered``: rule ids in order offered."""

    turns: int = 0
    profile: Dict[str, Union[float, str]] = {}
    moods: List[str] = []
    said: List[str] = []
    """The citizen's last messages, normalised (bounded), for conditions over the whole conversation."""
    focus: Optional[Focus] = None
    pending: Optional[Pending] = None
    offered: List[str] = []
    ignored: int = 0
    """Attentive questions ignored in a row."""
    declined: bool = False
    handed_off: bool = False
    misses: int = 0
    """Turns in a row that were not understood."""
    form: Optional[FormState] = None
    choices: Dict[str, Choice] = {}
    last: List[Dict[str, Any]] = []
    """Texts of the last answer, for “再说一遍”."""
    turn: Turn = msgspec.field(default_factory=Turn)

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> "Memory":
        """Memory of the conversation; a fresh one when nothing is stored."""
        stored = slots.get(SLOT)
        return msgspec.convert(stored, type=cls) if stored else cls()

    def as_slot(self) -> Dict[str, Any]:
        """Plain JSON for the slot."""
        self.said = self.said[-MAX_SAID :]
        while len(self.choices) > MAX_CHOICES:
            self.choices.pop(next(iter(self.choices)))
        return msgspec.to_builtins(self)

    def add_choice(self, choice: Choice) -> Dict[str, str]:
        """Register a button; returns ``{"id", "title"}`` for the citizen. Ids mean nothing outside this conversation."""
        key = f"c{self.turns}-{self._next_choice()}"
        self.choices[key] = choice
        return {"id": key, "title": choice.title}

    def _next_choice(self) -> int:
        prefix = f"c{self.turns}-"
        return 1 + sum(key.startswith(prefix) for key in self.choices)
