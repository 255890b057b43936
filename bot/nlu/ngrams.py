"""Character 1–3-grams of a sentence as a sparse TF-IDF vector."""
from __future__ import annotations

from typing import Dict, List, Sequence

import numpy as np
from scipy import sparse

from .arrays import Floats


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
        data: List[float] = []
        columns: List[int] = []
        rows = [0]
        for text in texts:
            found: Dict[int, int] = {}
            for gram in _grams(text):
                i = self.vocabulary.get(gram)
                if i is not None:
                    found[i] = found.get(i, 0) + 1
            index = list(found)
            values = (1 + np.log(np.array([found[i] for i in index], dtype=np.float32))) * self.idf[index] if index else np.zeros(0)
            norm = float(np.linalg.norm(values)) or 1.0
            columns.extend(index)
            data.extend((values / norm).tolist())
            rows.append(len(columns))
        return sparse.csr_matrix((data, columns, rows), shape=(len(texts), len(self.vocabulary)), dtype=np.float32)


def _grams(text: str) -> List[str]:
    padded = f"^{text}$"
    return [padded[i : i + n] for n in (1, 2, 3) for i in range(len(padded) - n + 1)]
