"""Which characters follow which in the training questions: a trigram model with the dictionary's words behind it."""
from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Dict, Iterable, Tuple

import numpy as np

START, END = "^^", "$$"
ALPHABET = 6000
"""Characters that may turn up although no question has them."""
REMEMBERED = 50_000
"""Scores kept in memory; the same few thousand trigrams come up all day."""


class CharacterModel:
    """``pairs`` and ``triples`` hold how often two and three characters stood beside each other; Witten-Bell smoothed."""

    def __init__(self, pairs: Dict[str, int], triples: Dict[str, int]):
        self.pairs = pairs
        self.triples = triples
        self._single: Counter[str] = Counter()
        self._after_one = _followers(pairs)
        self._after_two = _followers(triples)
        for pair, count in pairs.items():
            self._single[pair[1]] += count
        self._size = sum(self._single.values()) + ALPHABET / 2
        self._scores: Dict[str, float] = {}

    @classmethod
    def fit(cls, texts: Iterable[str], words: Iterable[str]) -> "CharacterModel":
        """Count ``texts`` whole, and the inside of each of ``words`` once."""
        pairs: Counter[str] = Counter()
        triples: Counter[str] = Counter()
        for text in texts:
            padded = f"{START}{text}{END}"
            pairs.update(padded[i : i + 2] for i in range(1, len(padded) - 1))
            triples.update(padded[i : i + 3] for i in range(len(padded) - 2))
        for word in words:
            pairs.update(word[i : i + 2] for i in range(len(word) - 1))
            triples.update(word[i : i + 3] for i in range(len(word) - 2))
        return cls(dict(pairs), dict(triples))

    def score(self, a: str, b: str, c: str) -> float:
        """Natural logarithm of the probability of ``c`` behind ``a`` and ``b``."""
        triple = a + b + c
        known = self._scores.get(triple)
        if known is not None:
            return known
        probability = (self._single.get(c, 0) + 0.5) / self._size
        probability = _smoothed(self.pairs.get(b + c, 0), self._after_one.get(b), probability)
        probability = _smoothed(self.triples.get(triple, 0), self._after_two.get(a + b), probability)
        if len(self._scores) > REMEMBERED:
            self._scores.clear()
        self._scores[triple] = value = math.log(probability)
        return value

    def save(self, path: Path) -> None:
        np.savez_compressed(path, **{
            name: array for part, counts in (("pairs", self.pairs), ("triples", self.triples))
            for name, array in ((part, np.array(list(counts))), (f"{part}_counts", np.array(list(counts.values()), dtype=np.int32)))
        })

    @classmethod
    def load(cls, path: Path) -> "CharacterModel":
        """Read what :meth:`save` wrote; raises OSError, KeyError, ValueError or zipfile.BadZipFile."""
        with np.load(path) as stored:
            return cls(*(dict(zip(stored[part].tolist(), stored[f"{part}_counts"].tolist())) for part in ("pairs", "triples")))


def _followers(counts: Dict[str, int]) -> Dict[str, Tuple[int, int]]:
    """Per context (all but the last character): how often something followed, and how many different characters did."""
    found: Dict[str, Tuple[int, int]] = {}
    for gram, count in counts.items():
        total, kinds = found.get(gram[:-1], (0, 0))
        found[gram[:-1]] = (total + count, kinds + 1)
    return found


def _smoothed(count: int, followers: Tuple[int, int] | None, shorter: float) -> float:
    if followers is None:
        return shorter
    total, kinds = followers
    return (count + kinds * shorter) / (total + kinds)
