"""The sentence encoder as TensorFlow computes it: what runs, what of it is learned."""
from __future__ import annotations

from typing import Dict, List, Sequence, Tuple

import numpy as np
import tensorflow as tf

from bot.nlu.arrays import Floats
from bot.nlu.encoder.base_model import MATRICES, BaseModel, Layer

from .adapter import Adapter

EPSILON = 1e-12


class Transformer(tf.Module):  # type: ignore[misc]  # TensorFlow has no types
    """Embeddings of ``base`` (rows ``kept`` of its vocabulary) and ``layers``; nothing of it is learned here.

    A layer has as many heads as its matrices have room for.
    """

    def __init__(self, base: BaseModel, kept: Sequence[int], layers: Sequence[Layer], dropout: float = 0.0):
        super().__init__()
        self.width = base.width
        self._head = base.width // base.heads
        self._dropout = dropout
        self._words = tf.constant(base.words[list(kept)])
        self._positions = tf.constant(base.positions)
        self._norm = tuple(map(tf.constant, base.norm))
        self._layers = [{name: self._weights(values) for name, values in layer.items()} for layer in layers]

    def _weights(self, values: Floats) -> tf.Tensor:
        return tf.constant(values)

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
        room = self._layers[number]["q.w"].shape[1]
        q, k, v = (
            tf.transpose(tf.reshape(self._linear(x, number, name), (texts, tokens, room // self._head, self._head)), (0, 2, 1, 3))
            for name in "qkv"
        )
        share = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) / np.sqrt(self._head).astype(np.float32) + hidden)
        return tf.reshape(tf.transpose(tf.matmul(share, v), (0, 2, 1, 3)), (texts, tokens, room))

    def _linear(self, x: tf.Tensor, number: int, name: str) -> tf.Tensor:
        layer = self._layers[number]
        rows = tf.reshape(x, (-1, x.shape[-1]))  # one product of matrices instead of one for each text
        y = tf.matmul(rows, layer[f"{name}.w"]) + layer[f"{name}.b"]
        return tf.reshape(y, tf.concat([tf.shape(x)[:-1], tf.shape(y)[-1:]], 0))

    def _dropped(self, x: tf.Tensor, training: bool) -> tf.Tensor:
        return tf.nn.dropout(x, self._dropout) if training and self._dropout else x


class AdaptedEncoder(Transformer):
    """The base model with one low-rank change per matrix, which alone is learned.

    ``rank``: columns of each factor. The second factor starts at zero, so that tuning starts from the base model.
    """

    def __init__(self, base: BaseModel, kept: Sequence[int], rank: int, dropout: float, seed: int):
        super().__init__(base, kept, base.layers, dropout)
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

    def _linear(self, x: tf.Tensor, number: int, name: str) -> tf.Tensor:
        a, b = self._factors[number][f"{name}.w"]
        return super()._linear(x, number, name) + tf.matmul(tf.matmul(x, a), b)


class StudentEncoder(Transformer):
    """Every weight of the layers is learned; the embeddings stay."""

    def _weights(self, values: Floats) -> tf.Variable:
        return tf.Variable(values)

    def layers(self) -> List[Layer]:
        """What was learned so far."""
        return [{name: weights.numpy() for name, weights in layer.items()} for layer in self._layers]


def _normalised(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    mean, variance = tf.nn.moments(x, [-1], keepdims=True)
    return (x - mean) * tf.math.rsqrt(variance + EPSILON) * gain + bias
