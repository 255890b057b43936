"""Messages of the learning inbox → groups that mean the same, by their words and by what the model took them for.

Plain Python on short texts: the gateway has neither the model nor numpy. What the model guessed (its best topics, even when it
was not sure enough to answer) carries the meaning; characters and pairs of characters tell apart what has the same guess.
``./gjj bench inbox`` measures how often groups are right (docs/admin.md).
"""
from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Dict, List, Sequence, Tuple

Vector = Dict[str, float]

MEANING = 0.5
"""Share of the guesses in the likeness of two messages; the rest is their words. Measured."""
ALIKE = 0.4
"""Likeness to the middle of a group from which a message belongs to it. Measured."""


@dataclass(frozen=True)
class Said:
    """A message and what it may mean: ``(home, aspect, topic, probability)``, best first."""

    ident: str
    text: str
    guesses: Sequence[Tuple[str, str, str, float]] = ()


def groups(messages: Sequence[Said], alike: float = ALIKE, meaning: float = MEANING) -> List[List[Said]]:
    """Every message in exactly one group; the largest group first, and in it the most typical message first."""
    vectors = features(messages, meaning)
    order = sorted(range(len(messages)), key=lambda i: (-_surest(messages[i]), messages[i].ident))
    found = [[messages[i] for i in rows] for rows in gathered(vectors, order, alike)]
    return sorted(found, key=lambda group: (-len(group), group[0].ident))


def gathered(vectors: Sequence[Vector], order: Sequence[int], alike: float) -> List[List[int]]:
    """Rows of ``vectors`` (each of length 1) in groups: in ``order``, each joins the group whose middle it is most like."""
    sums: List[Vector] = []
    lengths: List[float] = []
    members: List[List[int]] = []
    holders: Dict[str, Dict[int, float]] = defaultdict(dict)  # feature → group → its weight in the sum
    for i in order:
        shared: Dict[int, float] = defaultdict(float)
        for name, value in vectors[i].items():
            for group, weight in holders[name].items():
                shared[group] += value * weight
        best, likeness = max(((group, product / lengths[group]) for group, product in shared.items()), key=lambda pair: pair[1], default=(-1, 0.0))
        if likeness <= alike:
            best = len(sums)
            sums.append({})
            lengths.append(0.0)
            members.append([])
        members[best].append(i)
        for name, value in vectors[i].items():
            sums[best][name] = holders[name][best] = sums[best].get(name, 0.0) + value
        lengths[best] = _length(sums[best])
    return [sorted(rows, key=lambda i: -_product(vectors[i], sums[group])) for group, rows in enumerate(members)]


def plain(text: str) -> str:
    """Half width, lower case, letters and digits only: two messages with the same are the same."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def grams(text: str) -> "Counter[str]":
    """Characters and pairs of characters of a plain text."""
    return Counter([*text, *(text[i:i + 2] for i in range(len(text) - 1))])


def features(messages: Sequence[Said], meaning: float) -> List[Vector]:
    """A vector of length 1 for each message."""
    counted = [grams(plain(message.text)) for message in messages]
    seen = Counter(gram for one in counted for gram in one)
    rarity = {gram: math.log((1 + len(messages)) / (1 + n)) + 0.1 for gram, n in seen.items()}
    found = []
    for message, one in zip(messages, counted):
        words = _unit({gram: (1 + math.log(n)) * rarity[gram] for gram, n in one.items()})
        told: Vector = defaultdict(float)
        known = 0.0
        for home, aspect, topic, score in message.guesses:
            if home.startswith("intent:"):
                continue  # 题外话 says what it is not; only its words say what it is
            known += score
            told[f"\0topic {topic}"] += score
            told[f"\0home {home}.{aspect}"] += score
        share = meaning * known / (sum(score for *_, score in message.guesses) or 1.0)
        vector = {name: value * math.sqrt(1 - share) for name, value in words.items()}
        vector.update({name: value * math.sqrt(share) for name, value in _unit(told).items()})
        found.append({name: value for name, value in vector.items() if value})
    return found


def _surest(message: Said) -> float:
    """Sure messages come first: they found the groups, unsure ones join them."""
    return max((score for *_, score in message.guesses), default=0.0)


def _unit(vector: Vector) -> Vector:
    length = _length(vector) or 1.0
    return {name: value / length for name, value in vector.items()}


def _length(vector: Vector) -> float:
    return math.sqrt(sum(value * value for value in vector.values()))


def _product(one: Vector, other: Vector) -> float:
    return sum(value * other.get(name, 0.0) for name, value in one.items())
