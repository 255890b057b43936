"""Ways of sorting the training questions that the encoder learns from: topics, homes, aspects."""
from __future__ import annotations

from typing import Sequence

import numpy as np

from bot.nlu.arrays import Floats, Ints


class Task:
    """One way of sorting the questions: class numbers, −1 where a question has no class. ``weight``: what a miss counts."""

    def __init__(self, names: Sequence[str], weight: float):
        classes = {name: number for number, name in enumerate(sorted({name for name in names if name}))}
        self.labels = np.array([classes.get(name, -1) for name in names], dtype=np.int32)
        self.size = len(classes)
        self.weight = weight

    def means(self, vectors: Floats) -> Floats:
        """Mean direction of each class, float32 (size, width)."""
        sums = np.zeros((self.size, vectors.shape[1]), dtype=np.float32)
        known = self.labels >= 0
        np.add.at(sums, self.labels[known], vectors[known])
        means: Floats = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        return means


def labelled(tasks: Sequence[Task], rows: Ints) -> Ints:
    """Class numbers of ``rows``, one column per task."""
    return np.stack([task.labels[rows] for task in tasks], axis=1)
