"""Content that steers dialogue: what is answered first (priority.yml) and computed dates (milestones.yml)."""
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
def milestones() -> List[Milestone]:
    return msgspec.yaml.decode((DATA / "dialogue" / "milestones.yml").read_bytes(), type=List[Milestone])
