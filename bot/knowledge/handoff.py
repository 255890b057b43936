"""Wording of the handoff to a person and of work orders: data/handoff/wording.yml; what staff say often: phrases.yml."""
from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Dict, List

import msgspec

from .base import DATA
from .card import Strict

BLANKS = {
    "misses": set(), "anger": set(), "complaint": set(), "phone": set(), "branches": {"branches", "document"}, "hours_unset": set(),
    "order": {"number"}, "again": {"number", "state"}, "no_order": set(), "state": {"number", "day", "state"}, "note": {"note"},
    "state_unknown": {"number"}, "later": set(),
}
"""Sentences the program says, and the blanks it fills in them."""
REASONS = ("wish", "misses", "anger", "complaint")
STATES = ("open", "taken", "done")


class HandoffWording(Strict, frozen=True, kw_only=True):
    """``say``: sentences; ``reasons``/``states``: words on the order; ``asks``: patterns of asking for its state."""

    say: Dict[str, str]
    offer: str
    reasons: Dict[str, str]
    states: Dict[str, str]
    asks: List[str]


@lru_cache(maxsize=1)
def handoff_wording() -> HandoffWording:
    return msgspec.yaml.decode((DATA / "handoff" / "wording.yml").read_bytes(), type=HandoffWording)


class Phrase(Strict, frozen=True, kw_only=True):
    """Something staff say often; ``title`` is on the button."""

    title: str
    text: str


def phrases(data: Path = DATA) -> List[Phrase]:
    """As they are now. Raises OSError, msgspec.DecodeError."""
    return msgspec.yaml.decode((data / "handoff" / "phrases.yml").read_bytes(), type=List[Phrase])
