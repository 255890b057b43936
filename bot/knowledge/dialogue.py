"""Content that steers dialogue: what goes first (priority.yml), life events, computed dates."""
from __future__ import annotations

from functools import lru_cache
from typing import Dict, List, Literal, Optional

import msgspec

from .base import DATA
from .card import Aspect, Strict
from .condition import Condition


class Priority(Strict, frozen=True, kw_only=True):
    """Whatever was asked, this is answered first when ``when`` holds for this message."""

    name: str
    when: Condition
    service: str
    aspect: Aspect = "overview"


class Event(Strict, frozen=True, kw_only=True):
    """A life event in the citizen's words and the one or two services that matter then.

    ``mild``: a common circumstance rather than a turn of life; a question that can be answered goes before it.
    ``anyone``: told of somebody else it is the citizen's matter all the same (a death in the family).
    """

    name: str
    words: List[str]
    unless: List[str] = []
    service: str
    aspect: Aspect = "overview"
    also: List[str] = []
    mild: bool = False
    anyone: bool = False


class Milestone(Strict, frozen=True, kw_only=True):
    """A date that follows from what the citizen said (``fact``) or comes every year (``yearly``, MM-DD), said with the
    answers of ``services``.

    Exactly one of ``months``, ``days``, ``workdays`` and ``configured`` (a center.yml key with a number and 年, 月 or 日)
    counts from ``fact``. ``aspects`` and ``words`` narrow down when it is said, a value listed in ``unless_fact`` (``known``: any) rules it out. ``unit``: how precisely it may be told.
    ``calendar`` titles an entry for the citizen's own calendar, ``note`` describes it; ``deadline``: something must be
    done before that date, so the calendar reminds some days earlier. ``rules`` become more urgent as the date comes near.
    """

    name: str
    services: List[str]
    aspects: List[Aspect] = []
    words: List[str] = []
    unless_fact: Dict[str, List[str]] = {}
    fact: Optional[str] = None
    yearly: Optional[str] = None
    months: Optional[int] = None
    days: Optional[int] = None
    workdays: Optional[int] = None
    configured: Optional[str] = None
    unit: Literal["month", "day"] = "day"
    text: str
    reached: Optional[str] = None
    calendar: Optional[str] = None
    note: str = ""
    deadline: bool = False
    rules: List[str] = []
    facts: List[str] = []


class Relevance(Strict, frozen=True, kw_only=True):
    """Factor by how well a rule fits: condition and aspect both, one of them, or neither for certain."""

    fits: float
    partly: float
    little: float


class Urgency(Strict, frozen=True, kw_only=True):
    """Factor by the days left: ``most`` today, half of the surplus ``half_days`` ahead, 1 without a date."""

    most: float
    half_days: float


class Acceptance(Strict, frozen=True, kw_only=True):
    """Beta prior: pseudo-counts of acceptance and of passing over; ``shared``: weight of all situations in each one."""

    accepted: float
    passed: float
    shared: float


class Fatigue(Strict, frozen=True, kw_only=True):
    """What is taken off for having been ignored or declined, for offers made and for long conversations."""

    ignored: float
    declined: float
    offer: float
    free_offers: int
    turn: float
    free_turns: int


class Attention(Strict, frozen=True, kw_only=True):
    """Weights of expected usefulness, by which rules of one level are ordered (docs/attentive.md)."""

    relevance: Relevance
    urgency: Urgency
    acceptance: Acceptance
    fatigue: Fatigue
    hold_below: float


class Term(Strict, frozen=True, kw_only=True):
    """A term of the trade and what it means in plain words (said after “…就是”)."""

    term: str
    says: str


@lru_cache(maxsize=1)
def glossary() -> List[Term]:
    return msgspec.yaml.decode((DATA / "dialogue" / "glossary.yml").read_bytes(), type=List[Term])


@lru_cache(maxsize=1)
def attention() -> Attention:
    return msgspec.yaml.decode((DATA / "dialogue" / "attention.yml").read_bytes(), type=Attention)


@lru_cache(maxsize=1)
def priorities() -> List[Priority]:
    return msgspec.yaml.decode((DATA / "dialogue" / "priority.yml").read_bytes(), type=List[Priority])


@lru_cache(maxsize=1)
def events() -> List[Event]:
    return msgspec.yaml.decode((DATA / "dialogue" / "events.yml").read_bytes(), type=List[Event])


@lru_cache(maxsize=1)
def milestones() -> List[Milestone]:
    return msgspec.yaml.decode((DATA / "dialogue" / "milestones.yml").read_bytes(), type=List[Milestone])
