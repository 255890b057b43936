"""Topic labels shared by cards, FAQs, dialogue intents and evaluation: data/policy/topics.yml."""
from __future__ import annotations

from typing import Dict

from .card import Strict


class Topic(Strict, frozen=True, kw_only=True):
    """``group`` is the coarse class used by the evaluation; ``meaning`` explains the label to administrators."""

    group: str
    meaning: str


class TopicsFile(Strict, frozen=True, kw_only=True):
    topics: Dict[str, Topic]
