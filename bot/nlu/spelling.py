"""Slips that no word list foresees (步能贷吗, 按揭多少捻): mended where the training questions leave little doubt.

A slip is what no training question and no dictionary word has in that place; what is written instead sounds alike, or is
what nearly always stands there. How sure that must be depends on how alike the two sound. Numbers are never written or
mended, endings (吗, 了) never mended.
"""
from __future__ import annotations

import re
from typing import Dict, FrozenSet, Iterable, List, NamedTuple, Set

from .character_model import END, START, CharacterModel
from .sounds import soft_sound, sound

NUMBERS = frozenset("一二三四五六七八九十百千万亿两零")
UNTOUCHED = NUMBERS | frozenset("几的了吗呢啊吧呀嘛哦哈嘞咯啦他她它我你您")
LEAST_GAIN = 6.0
"""A mended text must be e⁶ times as likely, after the following have been taken off (natural logarithms)."""
SAME_SOUND = 3.0
SIMILAR_SOUND = 4.0
SAME_WORD_SOUND = 5.0
LEFT_OUT = 5.0
ANYTHING = 9.0
REAL_WORD = 3.0
"""Taken off for each dictionary word of two characters that the slip would be part of."""
SPAN = 10
"""At most one place is mended in so many characters begun."""
FREQUENT = 8
"""A character that stands so often in a place is a candidate there, however it sounds."""

_HAN = re.compile("[\u4e00-\u9fff]")


class _Change(NamedTuple):
    """``text[start:end]`` is replaced by ``written``."""

    gain: float
    start: int
    end: int
    written: str


class Spelling:
    """``words``: the dictionary's words of two to four characters."""

    def __init__(self, model: CharacterModel, words: Iterable[str]):
        self._model = model
        self._words: FrozenSet[str] = frozenset(words)
        self._by_sound: Dict[str, List[str]] = {}
        self._by_soft_sound: Dict[str, List[str]] = {}
        self._between: Dict[str, List[str]] = {}
        self._before: Dict[str, List[str]] = {}
        self._behind: Dict[str, List[str]] = {}
        self._words_by_sound: Dict[str, List[str]] = {}
        seen: Dict[str, int] = {}
        for triple, count in model.triples.items():
            a, b, c = tuple(triple)
            if count >= 2 and _HAN.match(b):
                self._between.setdefault(a + c, []).append(b)
            if count >= FREQUENT and _HAN.match(a):
                self._before.setdefault(b + c, []).append(a)
            if count >= FREQUENT and _HAN.match(c):
                self._behind.setdefault(a + b, []).append(c)
        for pair, count in model.pairs.items():
            seen[pair[1]] = seen.get(pair[1], 0) + count
            if count >= 4 and pair in self._words:
                self._words_by_sound.setdefault(f"{sound(pair[0])} {sound(pair[1])}", []).append(pair)
        for character, count in seen.items():
            if count >= 2 and _HAN.match(character) and character not in NUMBERS:
                self._by_sound.setdefault(sound(character), []).append(character)
                self._by_soft_sound.setdefault(soft_sound(character), []).append(character)

    def __call__(self, text: str) -> str:
        """``text`` (normalised) mended; unchanged where nothing is wrong or nothing certain."""
        settled: Set[int] = set()
        for _ in range(1 + len(text) // SPAN):
            change = self._best(text, settled)
            if change is None:
                break
            text = text[: change.start] + change.written + text[change.end :]
            if change.start == change.end:
                settled = {at + 1 if at >= change.start else at for at in settled}
            settled.update(range(change.start, change.start + len(change.written)))
        return text

    def _best(self, text: str, settled: Set[int]) -> _Change | None:
        best: _Change | None = None
        padded = f"{START}{text}{END}"
        pairs, triples = self._model.pairs, self._model.triples
        for at in range(len(text)):
            before, left, typed, right, behind = tuple(padded[at : at + 5])
            if at in settled or not _HAN.match(typed):
                continue
            known_left, known_right = pairs.get(left + typed, 0), pairs.get(typed + right, 0)
            least = best.gain if best else LEAST_GAIN
            changes: List[_Change] = []
            if not known_left and at and at - 1 not in settled:
                changes += self._left_out(padded, at, least)
            if at + 1 not in settled and (known_left < 2 or known_right < 3 or pairs.get(right + behind, 0) < 2):
                changes += self._wrong_word(padded, at, least)
            usual = known_left >= 2 and known_right >= 2 and (before + left + typed in triples or typed + right + behind in triples)
            if typed not in UNTOUCHED and not usual and triples.get(left + typed + right, 0) < 2:
                changes += self._wrong_character(padded, at, known_left, known_right, least)
            best = max([*([best] if best else []), *changes], default=None)
        return best

    def _score(self, text: str) -> float:
        """Score of all characters of ``text`` but the first two."""
        score = self._model.score
        total = 0.0
        for i in range(2, len(text)):
            total += score(text[i - 2], text[i - 1], text[i])
        return total

    def _wrong_character(self, padded: str, at: int, known_left: int, known_right: int, least: float) -> Iterable[_Change]:
        before, left, typed, right, behind = tuple(padded[at : at + 5])
        now = self._score(padded[at : at + 5]) + REAL_WORD * ((left + typed in self._words) + (typed + right in self._words))
        if -now < SAME_SOUND + least or self._inside_word(padded, at + 2, at + 3):
            return
        candidates: Dict[str, float] = {}
        if not known_left and not known_right:
            candidates.update(dict.fromkeys(self._between.get(left + right, ()), ANYTHING))
        if not known_right:
            candidates.update(dict.fromkeys(self._before.get(right + behind, ()), ANYTHING))
        if not known_left:
            candidates.update(dict.fromkeys(self._behind.get(before + left, ()), ANYTHING))
        candidates.update(dict.fromkeys(self._by_soft_sound.get(soft_sound(typed), ()), SIMILAR_SOUND))
        candidates.update(dict.fromkeys(self._by_sound.get(sound(typed), ()), SAME_SOUND))
        triples = self._model.triples
        for written, cost in candidates.items():
            if written == typed or written in NUMBERS:
                continue
            if before + left + written in triples or left + written + right in triples or written + right + behind in triples:
                gain = self._score(before + left + written + right + behind) - now - cost
                if gain > least:
                    yield _Change(gain, at, at + 1, written)

    def _wrong_word(self, padded: str, at: int, least: float) -> Iterable[_Change]:
        """Two characters at once: an input method offers whole words (工资 → 公子)."""
        before, left, first, second, right = tuple(padded[at : at + 5])
        if not _HAN.match(second) or first in NUMBERS or second in NUMBERS:
            return
        words = self._words_by_sound.get(f"{sound(first)} {sound(second)}", ())
        if not words or self._inside_word(padded, at + 2, at + 4):
            return
        behind = padded[at + 5]
        now = self._score(padded[at : at + 6])
        for word in words:
            if word[0] != first and word[1] != second:
                gain = self._score(before + left + word + right + behind) - now - SAME_WORD_SOUND
                if gain > least:
                    yield _Change(gain, at, at + 2, word)

    def _left_out(self, padded: str, at: int, least: float) -> Iterable[_Change]:
        """Something missing in front of the character at ``at``."""
        before, left, typed, right = tuple(padded[at : at + 4])
        now = self._score(padded[at : at + 4])
        if -now < LEFT_OUT + least:
            return
        for written in {*self._between.get(left + typed, ()), *self._before.get(typed + right, ()), *self._behind.get(before + left, ())} - NUMBERS:
            gain = self._score(before + left + written + typed + right) - now - LEFT_OUT
            if gain > least:
                yield _Change(gain, at, at, written)

    def _inside_word(self, padded: str, start: int, end: int) -> bool:
        """Whether a dictionary word of three or four characters covers ``padded[start:end]``."""
        return any(padded[a : a + size] in self._words for size in (3, 4) for a in range(end - size, start + 1))
