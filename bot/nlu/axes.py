"""Principal components of the training questions' sentence vectors."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Axes:
    """Mean and principal components of the training questions' sentence vectors."""

    center: np.ndarray  # (width,)
    components: np.ndarray  # (width, dimensions)

    @classmethod
    def fit(cls, vectors: np.ndarray, dimensions: int) -> "Axes":
        """At most ``dimensions`` components, those along which ``vectors`` differ most."""
        center = vectors.mean(axis=0)
        difference = vectors - center
        _, directions = np.linalg.eigh(difference.T @ difference)  # ascending
        return cls(center.astype(np.float32), directions[:, ::-1][:, :dimensions].astype(np.float32))

    def apply(self, vectors: np.ndarray) -> np.ndarray:
        """Coordinates of ``vectors``, float32, each row of length 1."""
        return unit((vectors - self.center) @ self.components).astype(np.float32)


def unit(matrix: np.ndarray) -> np.ndarray:
    """``matrix`` with rows of length 1; a row of zeros stays."""
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix / np.where(norms == 0, 1, norms)
