"""TensorFlow computes the same vectors as the ONNX graph that is run, and padding does not matter."""
from __future__ import annotations

import numpy as np
import onnx
import pytest

from bot.nlu.encoder.graph import _graph
from tests.training.encoder.conftest import HEADS, PIECES, WIDTH

TEXTS = [[0, 5, 6, 7, 1], [0, 9, 1], [0, 12, 13, 14, 15, 16, 1]]


def by_graph(base, layers, tokens):
    import onnxruntime

    session = onnxruntime.InferenceSession(onnx.ModelProto.SerializeToString(_graph(layers, HEADS, WIDTH)), providers=["CPUExecutionProvider"])
    x = base.words[np.array([tokens])] + base.positions[: len(tokens)]
    x = x - x.mean(axis=-1, keepdims=True)
    x = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + 1e-12) * base.norm[0] + base.norm[1]
    vector = session.run(None, {"x": x.astype(np.float32)})[0][0]
    return vector / np.linalg.norm(vector)


def test_padded_texts_get_the_vectors_of_the_graph(base):
    from bot.training.encoder.transformer import Transformer

    padded, mask = np.zeros((3, 7), np.int32), np.zeros((3, 7), np.float32)
    for row, tokens in enumerate(TEXTS):
        padded[row, : len(tokens)], mask[row, : len(tokens)] = tokens, 1
    vectors = Transformer(base, range(PIECES), base.layers)(padded, mask, training=False).numpy()
    for vector, tokens in zip(vectors, TEXTS):
        assert vector == pytest.approx(by_graph(base, base.layers, tokens), abs=1e-5)


def test_an_adapter_that_has_learned_nothing_changes_nothing(base):
    from bot.training.encoder.transformer import AdaptedEncoder, Transformer

    tokens, mask = np.array([TEXTS[0]], np.int32), np.ones((1, 5), np.float32)
    plain = Transformer(base, range(PIECES), base.layers)(tokens, mask, training=False).numpy()
    adapted = AdaptedEncoder(base, range(PIECES), 2, 0.0, 0)
    assert adapted(tokens, mask, training=True).numpy() == pytest.approx(plain, abs=1e-6)
    assert len(adapted.trainable_variables) == 2 * 6 * 2


def test_every_weight_of_a_student_is_learned_and_comes_out_again(base):
    from bot.training.encoder.transformer import StudentEncoder

    student = StudentEncoder(base, range(PIECES), base.layers)
    assert len(student.trainable_variables) == 2 * 16
    for learned, layer in zip(student.layers(), base.layers):
        assert learned.keys() == layer.keys() and all((learned[name] == layer[name]).all() for name in layer)
