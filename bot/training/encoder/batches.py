"""Tokenized texts in batches, as the encoder learns from them."""
from __future__ import annotations

import random
from typing import Iterator, List, Sequence, Tuple

import numpy as np

from bot.nlu.arrays import Floats, Ints


def batches(tokens: Sequence[List[int]], size: int, rng: random.Random) -> Iterator[Tuple[Ints, Ints, Floats]]:
    """``tokens`` in random order, texts of like length together: rows, padded tokens, mask."""
    order = list(range(len(tokens)))
    rng.shuffle(order)
    stretch = size * 20
    for start in range(0, len(order), stretch):
        rows = sorted(order[start : start + stretch], key=lambda row: len(tokens[row]))
        groups = [rows[i : i + size] for i in range(0, len(rows), size)]
        rng.shuffle(groups)
        for group in groups:
            longest = max(len(tokens[row]) for row in group)
            padded = np.zeros((len(group), longest), dtype=np.int32)
            mask = np.zeros((len(group), longest), dtype=np.float32)
            for place, row in enumerate(group):
                padded[place, : len(tokens[row])] = tokens[row]
                mask[place, : len(tokens[row])] = 1
            yield np.array(group), padded, mask
