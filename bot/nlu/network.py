"""A small neural network: trained with scikit-learn, four numpy arrays at run time."""
from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, List

import numpy as np

if TYPE_CHECKING:
    from .topic_model import Hyper

LAYERS = ("hidden", "hidden_bias", "output", "output_bias")


@dataclass(frozen=True)
class Network:
    """One hidden layer of rectified units and a softmax: four arrays, nothing else is needed to predict."""

    hidden: np.ndarray  # (features, units)
    hidden_bias: np.ndarray
    output: np.ndarray  # (units, classes)
    output_bias: np.ndarray

    @classmethod
    def fit(cls, features: np.ndarray, labels: np.ndarray, hyper: Hyper, votes: int, seed: int) -> List["Network"]:
        """Train ``votes`` networks on class numbers 0…n-1 (at least three classes)."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPClassifier

        networks = []
        for number in range(votes):
            model = MLPClassifier(
                (hyper.hidden,), alpha=hyper.penalty, batch_size=min(hyper.batch, len(labels)), max_iter=hyper.epochs,
                learning_rate_init=hyper.rate, random_state=seed + number,
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early is the regularisation
                model.fit(features, labels)
            networks.append(cls(*(a.astype(np.float32) for a in (
                model.coefs_[0], model.intercepts_[0], model.coefs_[1], model.intercepts_[1]
            ))))
        return networks

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Class probabilities, one row per row of ``features``."""
        units = np.maximum(features @ self.hidden + self.hidden_bias, 0)
        return _softmax(units @ self.output + self.output_bias)


def _softmax(scores: np.ndarray) -> np.ndarray:
    scores = scores - scores.max(axis=1, keepdims=True)
    e = np.exp(scores)
    return e / e.sum(axis=1, keepdims=True)
