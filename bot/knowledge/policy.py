"""Facts with sources (data/policy/facts.yml), the center's own figures (center.yml), fuzzy terms (terms.yml)."""
from __future__ import annotations

from datetime import date
from typing import Any, Dict, List, Literal, Optional

import msgspec

from .card import Strict


class Source(Strict, frozen=True, kw_only=True):
    """Where a statement comes from; ``article`` may be empty."""

    title: str
    article: str = ""


class FactValue(Strict, frozen=True, kw_only=True):
    name: str
    value: Any
    unit: Optional[str] = None


class Fact(Strict, frozen=True, kw_only=True):
    """One sourced statement. Only ``status: current`` and never ``scope: hunan`` reaches a citizen."""

    id: str
    topic: str
    statement: str
    value: List[FactValue] = []
    scope: Literal["national", "common_practice", "xiangxi", "hunan"]
    effective_from: Optional[date] = None
    effective_to: Optional[date] = None
    sources: List[Source]
    basis: Literal["text_seen", "general_knowledge"]
    evidence: Optional[Literal["full_text", "secondary"]] = None
    confidence: Literal["high", "medium", "low"]
    status: Literal["current", "superseded", "needs_local_config"]
    note: Optional[str] = None

    def usable(self, day: date) -> bool:
        """Whether the fact may support an answer to a citizen on ``day``."""
        if self.status != "current" or self.scope == "hunan":
            return False
        if self.effective_from and day < self.effective_from:
            return False
        return not (self.effective_to and day > self.effective_to)


class Branch(Strict, frozen=True, kw_only=True):
    """One management office (管理部) of the center."""

    name: str
    address: str
    phone: str
    hours: str


class Setting(Strict, frozen=True, kw_only=True):
    """One local figure or rule of the center; unset while ``value`` is null.

    ``value`` is what is said after "本州规定：", a number or a sentence; for ``branches`` a list of offices.
    """

    name: str
    value: Any = None
    unit: Optional[str] = None
    applies_to: Optional[str] = None
    document: Optional[str] = None
    effective_from: Optional[date] = None
    effective_to: Optional[date] = None
    filled_by: Optional[str] = None
    checked_by: Optional[str] = None

    def is_set(self, day: date) -> bool:
        """Configured and in force on ``day``."""
        if self.value is None or self.value == "" or self.value == []:
            return False
        if self.effective_from and day < self.effective_from:
            return False
        return not (self.effective_to and day > self.effective_to)


class FactsFile(Strict, frozen=True, kw_only=True):
    title: str
    as_of: date
    facts: List[Fact]


class CenterFile(Strict, frozen=True, kw_only=True):
    keys: Dict[str, Setting]


class Season(Strict, frozen=True, kw_only=True):
    """A yearly period: month-day bounds (inclusive) or days around lunar new year."""

    name: str
    start: Optional[str] = None
    end: Optional[str] = None
    lunar_new_year_days: Optional[int] = None


class TermsFile(Strict, frozen=True, kw_only=True):
    """Values of the manual's fuzzy words; the center may change them."""

    numbers: Dict[str, float]
    seasons: Dict[str, Season]
    unset: str
    """Sentence used while a local figure is unset; {items} is replaced by the matters' names."""


def decode(data: bytes, kind: Any) -> Any:
    """Decode YAML bytes into ``kind``; raises msgspec.ValidationError with a path."""
    return msgspec.yaml.decode(data, type=kind)
