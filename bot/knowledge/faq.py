"""An FAQ record: data/faq/<topic>.yml holds a list of them. Owned by administrators."""
from __future__ import annotations

from datetime import date
from typing import List, Optional

from .card import Local, Strict


class Option(Strict, frozen=True, kw_only=True):
    """A button under an FAQ answer that leads to a card's aspect."""

    title: str
    service: str
    aspect: str = "overview"


class Faq(Strict, frozen=True, kw_only=True):
    """Question, similar questions and answer. Answers are read at run time; new questions need training.

    ``topic`` is a label of data/policy/topics.yml; ``local`` works as in a card's answer; ``related`` are card codes.
    """

    id: str
    question: str
    similar: List[str] = []
    answer: str
    topic: str
    facts: List[str] = []
    local: List[Local] = []
    related: List[str] = []
    options: List[Option] = []
    effective_from: Optional[date] = None
    effective_to: Optional[date] = None
    enabled: bool = True
    source: str = ""
    author: str = ""
    updated_at: Optional[date] = None

    def in_force(self, day: date) -> bool:
        if not self.enabled or (self.effective_from and day < self.effective_from):
            return False
        return not (self.effective_to and day > self.effective_to)
