"""Principal components of the training questions' sentence vectors."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Floats


@dataclass(frozen=True)
class Axes:
    """Mean and principal components of the training questions' sentence vectors."""

    center: Floats  # (width,)
    components: Floats  # (width, dimensions)

    @classmethod
    def fit(cls, vectors: Floats, dimensions: int) -> "Axes":
        """At most ``dimensions`` components, those along which ``vectors`` differ most."""
        center = vectors.mean(axis=0)
        difference = vectors - center
        _, directions = np.linalg.eigh(difference.T @ difference)  # ascending
        return cls(center.astype(np.float32), directions[:, ::-1][:, :dimensions].astype(np.float32))

    def apply(self, vectors: Floats) -> Floats:
        """Coordinates of ``vectors``, float32, each row of length 1."""
        return unit((vectors - self.center) @ self.components).astype(np.float32)


def unit(matrix: Floats) -> Floats:
    """``matrix`` with rows of length 1; a row of zeros stays."""
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    units: Floats = matrix / np.where(norms == 0, 1, norms)
    return units
