"""A transformer small enough to compute by hand and to teach within a test."""
from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.encoder.base_model import MATRICES, VECTORS, BaseModel

WIDTH, HEADS, INNER, PIECES = 8, 4, 12, 30


@pytest.fixture(scope="module")
def base():
    rng = np.random.default_rng(3)
    shapes = {"fi.w": (WIDTH, INNER), "fo.w": (INNER, WIDTH)}
    layers = []
    for _ in range(2):
        layer = {name: rng.normal(size=shapes.get(name, (WIDTH, WIDTH))).astype(np.float32) for name in MATRICES}
        layer.update({name: rng.normal(size=INNER if name == "fi.b" else WIDTH).astype(np.float32) * np.float32(0.1) for name in VECTORS})
        layer.update({name: np.ones(WIDTH, np.float32) for name in ("aln.w", "oln.w")})
        layers.append(layer)
    words = rng.normal(size=(PIECES, WIDTH)).astype(np.float32)
    norm = (np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32))
    characters = ["<s>", "</s>", "<unk>", "▁", *"公积金提取贷款租房买的能吗多少钱什么材料怎办我要不"][:PIECES]
    return BaseModel(
        WIDTH, HEADS, layers, words, np.zeros((300, WIDTH), np.float32), norm, characters, np.full(len(characters), -3.0, np.float32), {}, 0, 1, 2)
