"""The sentence encoder as TensorFlow computes it for tuning: base weights fixed, one low-rank change per matrix learned."""
from __future__ import annotations

from typing import Dict, List, Sequence, Tuple

import numpy as np
import tensorflow as tf

from bot.nlu.encoder.adapter import Adapter
from bot.nlu.encoder.base_model import MATRICES, BaseModel

EPSILON = 1e-12


class TrainableEncoder(tf.Module):  # type: ignore[misc]  # TensorFlow has no types
    """``rank``: columns of each factor. The second factor starts at zero, so that tuning starts from the base model."""

    def __init__(self, base: BaseModel, kept: Sequence[int], rank: int, dropout: float, seed: int):
        super().__init__()
        self._heads = base.heads
        self._width = base.width
        self._dropout = dropout
        self._words = tf.constant(base.words[list(kept)])
        self._positions = tf.constant(base.positions)
        self._norm = tuple(map(tf.constant, base.norm))
        self._layers = [{name: tf.constant(values) for name, values in layer.items()} for layer in base.layers]
        self._factors: List[Dict[str, Tuple[tf.Variable, tf.Variable]]] = []
        for number, layer in enumerate(base.layers):
            change = {}
            for order, name in enumerate(MATRICES):
                inputs, outputs = layer[name].shape
                start = tf.random.stateless_normal((inputs, rank), (seed, 100 * number + order)) / np.sqrt(inputs)
                change[name] = (tf.Variable(start), tf.Variable(tf.zeros((rank, outputs))))
            self._factors.append(change)

    def adapter(self) -> Adapter:
        """What was learned so far."""
        return Adapter([{name: (a.numpy(), b.numpy()) for name, (a, b) in change.items()} for change in self._factors])

    def __call__(self, tokens: tf.Tensor, mask: tf.Tensor, training: bool) -> tf.Tensor:
        """Unit vectors (texts, width) of padded ``tokens`` (texts, longest); ``mask`` is 1 where there is a token."""
        x = tf.gather(self._words, tokens) + self._positions[: tf.shape(tokens)[1]]
        x = _normalised(x, *self._norm)
        hidden = (1.0 - mask)[:, None, None, :] * -1e9
        for number, layer in enumerate(self._layers):
            attended = self._linear(self._attention(x, hidden, number), number, "ao")
            x = _normalised(x + self._dropped(attended, training), layer["aln.w"], layer["aln.b"])
            inner = self._linear(tf.nn.gelu(self._linear(x, number, "fi")), number, "fo")
            x = _normalised(x + self._dropped(inner, training), layer["oln.w"], layer["oln.b"])
        weights = mask[:, :, None]
        return tf.math.l2_normalize(tf.reduce_sum(x * weights, 1) / tf.reduce_sum(weights, 1), -1)

    def _attention(self, x: tf.Tensor, hidden: tf.Tensor, number: int) -> tf.Tensor:
        texts, tokens = tf.shape(x)[0], tf.shape(x)[1]
        size = self._width // self._heads
        q, k, v = (
            tf.transpose(tf.reshape(self._linear(x, number, name), (texts, tokens, self._heads, size)), (0, 2, 1, 3)) for name in "qkv"
        )
        share = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) / np.sqrt(size).astype(np.float32) + hidden)
        return tf.reshape(tf.transpose(tf.matmul(share, v), (0, 2, 1, 3)), (texts, tokens, self._width))

    def _linear(self, x: tf.Tensor, number: int, name: str) -> tf.Tensor:
        layer = self._layers[number]
        a, b = self._factors[number][f"{name}.w"]
        return tf.matmul(x, layer[f"{name}.w"]) + layer[f"{name}.b"] + tf.matmul(tf.matmul(x, a), b)

    def _dropped(self, x: tf.Tensor, training: bool) -> tf.Tensor:
        return tf.nn.dropout(x, self._dropout) if training else x


def _normalised(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    mean, variance = tf.nn.moments(x, [-1], keepdims=True)
    return (x - mean) * tf.math.rsqrt(variance + EPSILON) * gain + bias
