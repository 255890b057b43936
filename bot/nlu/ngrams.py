"""Character 1–3-grams of a sentence as a sparse TF-IDF vector."""
from __future__ import annotations

from typing import Dict, List, Sequence, Tuple

import numpy as np
from scipy import sparse

from .arrays import Floats, Ints


class NGrams:
    """Character 1–3-gram TF-IDF, sublinear, L2-normalised; vocabulary limited to grams seen in two sentences."""

    def __init__(self, vocabulary: Dict[str, int], idf: Floats):
        self.vocabulary = vocabulary
        self.idf = idf

    @classmethod
    def fit(cls, texts: Sequence[str]) -> "NGrams":
        counts: Dict[str, int] = {}
        for text in texts:
            for gram in set(_grams(text)):
                counts[gram] = counts.get(gram, 0) + 1
        grams = sorted(g for g, n in counts.items() if n >= 2)
        idf = np.array([np.log((1 + len(texts)) / (1 + counts[g])) + 1 for g in grams], dtype=np.float32)
        return cls({g: i for i, g in enumerate(grams)}, idf)

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """One row per text."""
        found = [self._weights(text) for text in texts]
        rows = np.cumsum([0, *(len(index) for index, _ in found)])
        columns, data = (np.concatenate(parts) for parts in zip(*found)) if found else ([], [])
        return sparse.csr_matrix((data, columns, rows), shape=(len(texts), len(self.vocabulary)), dtype=np.float32)

    def reduced(self, texts: Sequence[str], projection: Floats) -> Floats:
        """``transform(texts) @ projection``, for a few texts: only the rows of ``projection`` that they need are read."""
        found = [self._weights(text) for text in texts]
        return np.array([values @ projection[index] for index, values in found], dtype=np.float32).reshape(len(texts), projection.shape[1])

    def _weights(self, text: str) -> Tuple[Ints, Floats]:
        """Columns of the grams of ``text`` that are known, and their weights."""
        found: Dict[int, int] = {}
        known = self.vocabulary.get
        for gram in _grams(text):
            i = known(gram)
            if i is not None:
                found[i] = found.get(i, 0) + 1
        index = np.fromiter(found, dtype=np.int64, count=len(found))
        values = (1 + np.log(np.fromiter(found.values(), dtype=np.float32, count=len(found)))) * self.idf[index]
        return index, values / (np.sqrt(values @ values) or np.float32(1))


def _grams(text: str) -> List[str]:
    padded = f"^{text}$"
    return [padded[i : i + n] for n in (1, 2, 3) for i in range(len(padded) - n + 1)]
