"""The existing questions nearest to one that is being typed, by the letters they share.

Character unigrams and bigrams of the same key by which the product decides that two wordings are one, without the
particles of speech, weighted by how rare they are (cosine). No model is asked: the gateway has none, and an administrator needs the answer while typing.
"""
from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from operator import itemgetter
from typing import Dict, List, Set, Tuple

from bot.knowledge.faq import Faq
from bot.knowledge.faq_draft import key, wordings

ENOUGH = 0.4
"""Less alike is no help to the administrator."""
DOUBLE = 0.75
"""So alike that it is probably the same question."""


_PARTICLES = re.compile("请问|一下|您好|你好|[的呀啊吗呢是了吧么嘛]")
_LOOKED_AT = 300
"""Wordings that share most are compared closely."""


@dataclass(frozen=True)
class Near:
    """An FAQ with a wording like the one asked for; ``score`` 0–1."""

    faq: Faq
    wording: str
    score: float

    @property
    def double(self) -> bool:
        return self.score >= DOUBLE


@lru_cache(maxsize=1 << 16)
def _grams(text: str) -> Tuple[str, ...]:
    plain = key(text)
    plain = _PARTICLES.sub("", plain) or plain
    return tuple({*plain, *(plain[i:i + 2] for i in range(len(plain) - 1))})


class Nearest:
    """An index over the wordings of FAQs; :meth:`follow` takes in only what changed."""

    def __init__(self) -> None:
        self._faqs: Dict[str, Faq] = {}
        self._count = 0
        """Of wordings."""
        self._places: Dict[int, Tuple[str, str]] = {}
        """Number → (FAQ id, wording). Numbers, because thousands of them are added up at every few letters typed."""
        self._numbers: Dict[str, List[int]] = {}
        """FAQ id → its wordings."""
        self._next = 0
        self._holders: Dict[str, Set[int]] = {}
        """Gram → wordings."""
        self._lengths: Dict[str, float] = {}
        """Of wordings looked at since the index last changed."""

    def follow(self, faqs: Dict[str, Faq]) -> None:
        """Make the index that of ``faqs``."""
        if faqs == self._faqs:
            return
        self._lengths.clear()
        for ident, known in list(self._faqs.items()):
            if faqs.get(ident) is not known:
                self._remove(known)
        for ident, faq in faqs.items():
            if ident not in self._faqs:
                self._add(faq)

    def find(self, text: str, most: int = 5, but: str = "") -> List[Near]:
        """FAQs with a wording near ``text``, best first, each once; ``but``: the FAQ that is being edited."""
        wanted = _grams(text)
        if len(wanted) < 3:
            return []
        weights = {gram: self._weight(gram) for gram in wanted}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        shared: Dict[int, float] = defaultdict(float)
        for gram, weight in weights.items():
            square = weight * weight
            for number in self._holders.get(gram, ()):
                shared[number] += square
        best: Dict[str, Near] = {}
        for number, product in nlargest(_LOOKED_AT, shared.items(), key=itemgetter(1)):
            ident, wording = self._places[number]
            if ident == but:
                continue
            score = product / (length * self._length(wording))
            if score >= ENOUGH and (ident not in best or best[ident].score < score):
                best[ident] = Near(self._faqs[ident], wording, round(min(score, 1.0), 3))
        return sorted(best.values(), key=lambda near: -near.score)[:most]

    def _weight(self, gram: str) -> float:
        return math.sqrt(math.log(1 + self._count / (1 + len(self._holders.get(gram, ())))))

    def _length(self, wording: str) -> float:
        length = self._lengths.get(wording)
        if length is None:
            length = self._lengths[wording] = math.sqrt(sum(self._weight(gram) ** 2 for gram in _grams(wording)))
        return length

    def _add(self, faq: Faq) -> None:
        self._faqs[faq.id] = faq
        self._count += len(wordings(faq))
        numbers = self._numbers[faq.id] = []
        for wording in dict.fromkeys(wordings(faq)):
            self._places[self._next] = faq.id, wording
            numbers.append(self._next)
            for gram in _grams(wording):
                self._holders.setdefault(gram, set()).add(self._next)
            self._next += 1

    def _remove(self, faq: Faq) -> None:
        del self._faqs[faq.id]
        self._count -= len(wordings(faq))
        for number in self._numbers.pop(faq.id):
            _, wording = self._places.pop(number)
            for gram in _grams(wording):
                holders = self._holders[gram]
                holders.discard(number)
                if not holders:
                    del self._holders[gram]
