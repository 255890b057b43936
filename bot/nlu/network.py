"""A small neural network that answers several questions at once: trained and run with numpy alone."""
from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, List, Sequence

import numpy as np

from .arrays import Floats, Ints

if TYPE_CHECKING:
    from .topic_model import Hyper

LAYERS = ("hidden", "hidden_bias", "output", "output_bias")
UNKNOWN = -1
"""Class number of an example that a task says nothing about."""


@dataclass(frozen=True)
class Network:
    """One hidden layer of rectified units, shared by all tasks, and a softmax for each."""

    hidden: Floats  # (features, units)
    hidden_bias: Floats
    output: Floats  # (units, classes of all tasks)
    output_bias: Floats

    @classmethod
    def fit(cls, features: Floats, labels: Sequence[Ints], sizes: Sequence[int], hyper: Hyper, seed: int) -> "Network":
        """Train on ``labels``: per task the class number of each row of ``features``, or :data:`UNKNOWN`; ``sizes``: classes per task."""
        rng = np.random.default_rng(seed)
        count, width = features.shape
        network = cls(
            _start(rng, width, hyper.hidden, width + hyper.hidden), np.zeros(hyper.hidden, np.float32),
            _start(rng, hyper.hidden, sum(sizes), hyper.hidden + sum(sizes) // len(sizes)), np.zeros(sum(sizes), np.float32),
        )
        batch = min(hyper.batch, count)
        adam = _Adam(network, hyper, steps=hyper.epochs * -(-count // batch))
        for _ in range(hyper.epochs):
            order = rng.permutation(count)
            for start in range(0, count, batch):
                rows = order[start : start + batch]
                adam.step(network._gradients(features[rows], [task[rows] for task in labels], sizes, hyper))
        return network

    def _gradients(self, x: Floats, labels: Sequence[Ints], sizes: Sequence[int], hyper: Hyper) -> List[Floats]:
        units = np.maximum(x @ self.hidden + self.hidden_bias, 0)
        errors = units @ self.output + self.output_bias
        for part, label, size, weight in zip(_split(errors, sizes), labels, sizes, hyper.task_weights):
            known = label != UNKNOWN
            part[:] = softmax(part) - hyper.smoothing / size
            part[np.flatnonzero(known), label[known]] -= 1 - hyper.smoothing
            part[~known] = 0
            part *= weight / len(x)
        behind = (errors @ self.output.T) * (units > 0)
        decay = np.float32(hyper.penalty / len(x))
        return [x.T @ behind + decay * self.hidden, behind.sum(axis=0), units.T @ errors + decay * self.output, errors.sum(axis=0)]


class Jury:
    """Networks of one shape that read a sentence together, in two products of matrices; their answers are averaged."""

    def __init__(self, networks: Sequence[Network]):
        self._hidden = np.hstack([n.hidden for n in networks])
        self._hidden_bias = np.concatenate([n.hidden_bias for n in networks])
        self._output = np.stack([n.output for n in networks])
        self._output_bias = np.stack([n.output_bias for n in networks])[:, None]

    def predict(self, features: Floats, sizes: Sequence[int]) -> List[Floats]:
        """Class probabilities per task, one row per row of ``features``; ``sizes``: classes per task."""
        units = np.maximum(features @ self._hidden + self._hidden_bias, 0)
        units = units.reshape(len(features), len(self._output), -1).transpose(1, 0, 2)
        return [softmax(scores).mean(axis=0) for scores in _split(units @ self._output + self._output_bias, sizes)]


class _Adam:
    """Adam with a rate that falls to nothing along a cosine; changes the network's arrays in place."""

    def __init__(self, network: Network, hyper: Hyper, steps: int):
        self._arrays = [getattr(network, name) for name in LAYERS]
        self._mean = [np.zeros_like(a) for a in self._arrays]
        self._square = [np.zeros_like(a) for a in self._arrays]
        self._room = [np.empty_like(a) for a in self._arrays]  # making arrays anew in every step would take longer than the sums
        self._rate = hyper.rate
        self._steps = steps
        self._done = 0

    def step(self, gradients: Sequence[Floats]) -> None:
        self._done += 1
        rate = self._rate * (1 + np.cos(np.pi * self._done / self._steps)) / 2
        rate = np.float32(rate * np.sqrt(1 - 0.999**self._done) / (1 - 0.9**self._done))
        for array, mean, square, room, gradient in zip(self._arrays, self._mean, self._square, self._room, gradients):
            np.subtract(gradient, mean, out=room)
            room *= np.float32(0.1)
            mean += room
            np.multiply(gradient, gradient, out=room)
            room -= square
            room *= np.float32(0.001)
            square += room
            np.sqrt(square, out=room)
            room += np.float32(1e-8)
            np.divide(mean, room, out=room)
            room *= rate
            array -= room


def _start(rng: np.random.Generator, rows: int, columns: int, fan: int) -> Floats:
    bound = np.sqrt(6 / fan)
    return rng.uniform(-bound, bound, (rows, columns)).astype(np.float32)


def _split(matrix: Floats, sizes: Sequence[int]) -> List[Floats]:
    """Views of the columns (the last axis) of each task."""
    ends = list(accumulate(sizes))
    return [matrix[..., start:end] for start, end in zip([0, *ends], ends)]


def softmax(scores: Floats) -> Floats:
    """Probabilities, summing to 1 along the last axis."""
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = e / e.sum(axis=-1, keepdims=True)
    return shares
