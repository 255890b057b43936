"""What the assistant remembers of one conversation between turns; kept in Rasa slots as plain JSON."""
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Union

import msgspec

from .forms.state import FormState

SLOT = "memory"
MAX_SAID = 30
MAX_CHOICES = 60
MAX_PAST = 3


class Focus(msgspec.Struct, omit_defaults=True):
    """The matter being talked about: a card code or FAQ id and the aspect last answered."""

    home: str
    aspect: str = "overview"


class Pending(msgspec.Struct, omit_defaults=True):
    """An attentive question that waits for a reply; ``turn`` is when it was asked."""

    rule: str
    turn: int


class Choice(msgspec.Struct, omit_defaults=True):
    """What pressing a button means. One of: open a home × aspect, reply to a rule, a dialogue intent, a step of a form, or
    the ``value`` of a fact."""

    title: str
    home: Optional[str] = None
    aspect: str = "overview"
    rule: Optional[str] = None
    value: Optional[str] = None
    intent: Optional[str] = None
    form: Optional[str] = None
    fact: Optional[str] = None


SURENESS = {"button": 1.0, "form": 1.0, "reply": 0.9, "said": 0.8, "follows": 0.6}
"""How sure a fact is, by where it came from: pressed, filled in, replied to a question, said in passing, concluded."""


class Origin(msgspec.Struct, array_like=True):
    """Where a fact of the profile came from (a key of :data:`SURENESS`) and in which turn."""

    how: str
    turn: int

    @property
    def sure(self) -> float:
        return SURENESS[self.how]


class Doubt(msgspec.Struct):
    """Two values of a fact that contradict each other; ``turn`` is when the citizen was asked which one counts."""

    fact: str
    before: str
    now: str
    turn: int


class Dated(msgspec.Struct, omit_defaults=True):
    """A computed date that was told: ``due`` (ISO) is when to come back to it; ``title`` is empty where nothing is to be done."""

    key: str
    title: str
    due: str
    service: str


class Offer(msgspec.Struct, omit_defaults=True):
    """A question or reminder whose outcome is not known yet; ``situation`` is what acceptance is counted by."""

    rule: str
    situation: str
    turn: int


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
    replied: str = ""
    """The attentive question this message replied to."""
    reminders: List[str] = []
    """Reminders that follow from a reply to an attentive question; they come first."""


class Memory(msgspec.Struct, omit_defaults=True):
    """All of it. ``profile``: fact → value, for the person whose matter it is; ``moods``: noticed so far; ``offered``: rule
    ids in order offered."""

    turns: int = 0
    profile: Dict[str, Union[float, str]] = {}
    about: str = ""
    """Whose matter it is: the citizen's (empty) or that of somebody else, such as 父亲."""
    own: Dict[str, Union[float, str]] = {}
    """The citizen's own facts, while ``profile`` holds them with somebody else's over them."""
    others: Dict[str, Dict[str, Union[float, str]]] = {}
    """What was said of other people: person → fact → value."""
    origins: Dict[str, Dict[str, Origin]] = {}
    """Person ("" the citizen) → fact → where it came from."""
    doubt: Optional[Doubt] = None
    """A contradiction that waits for the citizen's word."""
    doubted: List[str] = []
    """Facts that were asked about in that way: once each."""
    moods: List[str] = []
    said: List[str] = []
    """The citizen's last messages, normalised (bounded), for conditions over the whole conversation."""
    focus: Optional[Focus] = None
    past: List[Focus] = []
    """Matters talked about before, the latest first."""
    pending: Optional[Pending] = None
    pending_before: Optional[Pending] = None
    """The question asked before that one, not replied to yet."""
    offered: List[str] = []
    offers: List[Offer] = []
    """Those of them whose outcome is open (actions/attend/outcomes.py)."""
    dates: List[Dated] = []
    """Dates that were computed and told."""
    explained: List[str] = []
    """Terms that were explained."""
    ignored: int = 0
    """Attentive questions ignored in a row."""
    declined: bool = False
    muted: bool = False
    """The citizen wants no questions and reminders at all until further notice."""
    handed_off: bool = False
    order: str = ""
    """Number of the work order that was made for this conversation."""
    asked_stars: bool = False
    """Whether the farewell has asked for stars: it does so once."""
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

    def turn_to(self, focus: Focus) -> None:
        """Make ``focus`` what is being talked about; the matter left is remembered."""
        if self.focus is not None and self.focus.home != focus.home:
            self.past.insert(0, self.focus)
        self.past = [e for e in self.past if e.home != focus.home][:MAX_PAST]
        self.focus = focus

    def speaks_of(self, person: str) -> None:
        """From now on the matter is ``person``'s ("" for the citizen): ``profile`` shows what is known of that person."""
        if person == self.about:
            return
        if not self.about:
            self.own = self.profile
        self.profile = {**self.own, **self.others.get(person, {})} if person else self.own
        if not person:
            self.own = {}
        self.about = person

    def of(self, person: str) -> Dict[str, Union[float, str]]:
        """What is known of ``person`` alone; changes to it are remembered."""
        if person:
            return self.others.setdefault(person, {})
        return self.own if self.about else self.profile

    def note(self, origins: Mapping[str, Origin], person: str) -> None:
        """Remember where facts of ``person`` came from; facts no longer held are forgotten."""
        known = self.profile if person == self.about else self.of(person)
        kept = {**self.origins.get(person, {}), **origins}
        self.origins[person] = {name: origin for name, origin in kept.items() if name in known}

    def origin(self, name: str) -> Optional[Origin]:
        """Where the fact ``name`` of :attr:`profile` came from; None when it is not known."""
        if name not in self.profile:
            return None
        return self.origins.get(self.about, {}).get(name) or self.origins.get("", {}).get(name)

    def as_slot(self) -> Dict[str, Any]:
        """Plain JSON for the slot."""
        self.said = self.said[-MAX_SAID :]
        while len(self.choices) > MAX_CHOICES:
            self.choices.pop(next(iter(self.choices)))
        slot: Dict[str, Any] = msgspec.to_builtins(self)
        return slot

    def add_choice(self, choice: Choice) -> Dict[str, str]:
        """Register a button; returns ``{"id", "title"}`` for the citizen. Ids mean nothing outside this conversation."""
        key = f"c{self.turns}-{self._next_choice()}"
        self.choices[key] = choice
        return {"id": key, "title": choice.title}

    def _next_choice(self) -> int:
        prefix = f"c{self.turns}-"
        return 1 + sum(key.startswith(prefix) for key in self.choices)
