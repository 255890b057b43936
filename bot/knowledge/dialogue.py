"""Content that steers dialogue: what goes first (priority.yml), life events, computed dates."""
from __future__ import annotations

from functools import lru_cache
from typing import List, Literal

import msgspec

from .base import DATA
from .card import Aspect, Strict
from .condition import Condition


class Priority(Strict, kw_only=True):
    """Whatever was asked, this is answered first when ``when`` holds for this message."""

    name: str
    when: Condition
    service: str
    aspect: Aspect = "overview"


class Event(Strict, kw_only=True):
    """A life event in the citizen's words and the one or two services that matter then."""

    name: str
    words: List[str]
    unless: List[str] = []
    service: str
    aspect: Aspect = "overview"
    also: List[str] = []


class Milestone(Strict, kw_only=True):
    """A date that follows ``months`` after a date the citizen gave, said with the answer of ``service``."""

    service: str
    fact: str
    months: int
    unit: Literal["month", "day"]
    text: str
    reached: str
    facts: List[str] = []


@lru_cache(maxsize=1)
def priorities() -> List[Priority]:
    return msgspec.yaml.decode((DATA / "dialogue" / "priority.yml").read_bytes(), type=List[Priority])


@lru_cache(maxsize=1)
def events() -> List[Event]:
    return msgspec.yaml.decode((DATA / "dialogue" / "events.yml").read_bytes(), type=List[Event])


@lru_cache(maxsize=1)
def milestones() -> List[Milestone]:
    return msgspec.yaml.decode((DATA / "dialogue" / "milestones.yml").read_bytes(), type=List[Milestone])
