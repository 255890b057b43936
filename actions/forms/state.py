"""Where one form stands; kept in the memory of the conversation."""
from __future__ import annotations

from typing import Dict, List

import msgspec


class FormState(msgspec.Struct, omit_defaults=True):
    """``values``: field → canonical text (yuan, months, per cent, choice, ISO month); ``asking``: field asked last."""

    form: str
    values: Dict[str, str] = {}
    order: List[str] = []
    """Fields in the order in which they were filled, for going back."""
    asking: str = ""
    done: bool = False
    """The result was given; a short “那30年呢” still changes it."""
    paused: bool = False
    """Left for another question; “继续算” comes back."""
    tries: int = 0
    """Replies in a row to the same question that could not be used."""
    turn: int = 0
    """The last turn that belonged to the form."""

    def put(self, field: str, value: str) -> None:
        """Fill ``field``; it counts as the latest for going back."""
        self.values[field] = value
        self.order = [f for f in self.order if f != field] + [field]

    def drop(self, field: str) -> None:
        self.values.pop(field, None)
        self.order = [f for f in self.order if f != field]
