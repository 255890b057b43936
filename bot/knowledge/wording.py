"""Standing sentences of the assistant (greeting, thanks, decline, hand-off …): data/dialogue/wording.yml."""
from __future__ import annotations

from functools import lru_cache
from typing import Dict, List

import msgspec

from .base import DATA


@lru_cache(maxsize=1)
def wording() -> Dict[str, List[str]]:
    """Variants by name."""
    return msgspec.yaml.decode((DATA / "dialogue" / "wording.yml").read_bytes(), type=Dict[str, List[str]])


def say(name: str, turn: int, /, **values: str) -> str:
    """The variant of ``name`` for this turn number: varied, yet the same for the same conversation."""
    variants = wording()[name]
    return variants[turn % len(variants)].format(**values)
