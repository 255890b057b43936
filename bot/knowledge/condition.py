"""The shape of ``when`` / ``unless``: a condition over what is known about citizen and conversation.

A condition is data, never an evaluated string. Keys inside one mapping must all hold (and); ``any`` gives or,
``not`` negates. Evaluation is three-valued: a fact nobody has mentioned makes a test *undecided* unless the test
lists ``unknown`` itself (see actions/attend/evaluate.py).
"""
from __future__ import annotations

from typing import Dict, Iterator, List, Optional, Tuple, Union

import msgspec


class Range(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Bounds of a number fact, both inclusive; units are those of the fact."""

    min: Optional[float] = None
    max: Optional[float] = None


FactTest = Union[Range, List[Union[bool, str]]]
"""Allowed values of a fact. ``unknown`` = nobody has said; ``known`` = any value; true/false mean yes/no."""


class Condition(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """One node; every given key must hold.

    ``service``/``aspect``/``topic``: what this turn's answer was about (any of the listed).
    ``fact``: profile facts. ``words``: regular expressions, one of which the citizen wrote in this turn;
    ``words_ever``: in the whole conversation. ``mood``: one of the listed moods was noticed in this turn or before.
    ``configured`` / ``unconfigured``: center.yml keys that are all set / of which at least one is unset.
    ``offered``: one of these rules was offered before. ``season``: one of the named periods of data/policy/terms.yml.
    ``undecidable``: True marks the most cautious reading of a rule that a machine cannot decide: never holds by itself.
    """

    all: Optional[List["Condition"]] = None
    any: Optional[List["Condition"]] = None
    not_: Optional["Condition"] = msgspec.field(default=None, name="not")
    service: Optional[List[str]] = None
    aspect: Optional[List[str]] = None
    topic: Optional[List[str]] = None
    fact: Optional[Dict[str, FactTest]] = None
    words: Optional[List[str]] = None
    words_ever: Optional[List[str]] = None
    mood: Optional[List[str]] = None
    configured: Optional[List[str]] = None
    unconfigured: Optional[List[str]] = None
    offered: Optional[List[str]] = None
    season: Optional[List[str]] = None
    undecidable: Optional[bool] = None

    def walk(self, path: str = "") -> Iterator[Tuple[str, "Condition"]]:
        """Yield ``(path, node)`` for this node and all nodes below it."""
        yield path, self
        for name in ("all", "any"):
            for i, child in enumerate(getattr(self, name) or ()):
                yield from child.walk(f"{path}.{name}[{i}]")
        if self.not_ is not None:
            yield from self.not_.walk(f"{path}.not")
