"""The catalogue of profile facts, moods and signals: data/profile/*.yml.

What may be known about the citizen in one conversation, and the wording that reveals it. Never ID, card, balance or
medical detail.
"""
from __future__ import annotations

from typing import Dict, List, Literal, Optional

from .card import Strict


class FactValue(Strict, frozen=True, kw_only=True):
    """One value of a choice fact and the regular expressions that reveal it in normalised text."""

    title: str
    patterns: List[str] = []
    unless: List[str] = []
    """If one of these matches, the value is not taken from this message."""


class Bands(Strict, frozen=True, kw_only=True):
    """How long ago a date fact lies, as values of another fact: ``days`` gives each value's largest age in days."""

    fact: str
    days: Dict[str, int]


class ProfileFact(Strict, frozen=True, kw_only=True):
    """A fact that rules may test.

    ``choice``: one of ``values`` (``yes``/``no`` for yes-no facts), first listed value that matches wins.
    ``months`` / ``years`` / ``number`` / ``money`` (yuan) / ``date``: read by ``patterns`` whose group ``n`` (months: a duration such as
    三个月 or 半年; date: 2026年9月3日 or 去年5月) is converted.
    """

    meaning: str
    type: Literal["choice", "months", "years", "number", "money", "date"]
    about: Literal["person", "household", "matter"] = "matter"
    """Whom it describes when somebody is named: that person alone, the person's household (what is said of a spouse
    holds for the citizen too), or nobody in particular."""
    steady: bool = False
    """Does not change within one conversation: two different statements contradict each other and are asked about."""
    values: Dict[str, FactValue] = {}
    patterns: List[str] = []
    bands: Optional[Bands] = None
    implies: Dict[str, Dict[str, str]] = {}
    """value → other facts that follow from it, e.g. married: {spouse: yes}."""


class Mood(Strict, frozen=True, kw_only=True):
    """A feeling or manner noticed in the words. ``strong`` moods get a human sentence first and at most one rule."""

    title: str
    strong: bool = False
    patterns: List[str]
    unless: List[str] = []
    opening: List[str] = []
    """Variants of the human sentence said first."""


class ProfileFile(Strict, frozen=True, kw_only=True):
    facts: Dict[str, ProfileFact] = {}
    moods: Dict[str, Mood] = {}
