"""SentencePiece unigram tokenizer over the part of e5's vocabulary that Chinese and plain ASCII text can use."""
from __future__ import annotations

import re
from typing import Dict, List, Sequence

from bot.nlu.arrays import Floats

SPACE = "\u2581"
"""How SentencePiece writes a space."""
USABLE = re.compile(rf"[{SPACE}\u3400-\u9fff!-~，。？！、；：“”（）《》…—·]+")
MAX_ASCII = 3
"""Longer pieces of Latin letters are foreign words; short ones cover pinyin initials, codes and amounts."""
MAX_PIECE = 16
_SPACES = re.compile("  +")
_HAN = re.compile("[\u3400-\u9fff]")


def usable(piece: str) -> bool:
    """Whether ``piece`` may occur in the texts this product reads."""
    return bool(USABLE.fullmatch(piece)) and len(piece) <= (MAX_PIECE if _HAN.search(piece) else MAX_ASCII)


class Tokenizer:
    """``pieces`` with their scores; token number = row of the embedding table. Rows 0–2 are begin, end and unknown."""

    def __init__(self, pieces: Sequence[str], scores: Floats, replaced: Dict[str, str]):
        self.pieces = list(pieces)
        self.scores = scores
        self.replaced = replaced
        self._found = {piece: (number, float(score)) for number, (piece, score) in enumerate(zip(pieces, scores)) if number > 2}
        self._longest = max(map(len, self._found), default=1)
        self._unknown = float(scores.min()) - 10.0

    def __call__(self, text: str, limit: int) -> List[int]:
        """Token numbers of ``text``, most probable segmentation, between begin and end; at most ``limit`` in all."""
        written = _SPACES.sub(" ", "".join(self.replaced.get(c, c) for c in text))
        written = (written if written.startswith(" ") else " " + written).replace(" ", SPACE)
        size = len(written)
        best = [0.0] + [-1e30] * size
        token = [2] * (size + 1)
        start = [0] * (size + 1)
        for i in range(size):
            here = best[i]
            if here + self._unknown > best[i + 1]:
                best[i + 1], token[i + 1], start[i + 1] = here + self._unknown, 2, i
            for j in range(i + 1, min(size, i + self._longest) + 1):
                entry = self._found.get(written[i:j])
                if entry is not None and here + entry[1] > best[j]:
                    best[j], token[j], start[j] = here + entry[1], entry[0], i
        found: List[int] = []
        while size > 0:
            found.append(token[size])
            size = start[size]
        return [0, *found[::-1][: limit - 2], 1]
