"""What the teacher adds to the base model."""
from __future__ import annotations

import numpy as np
import pytest

from bot.training.encoder.adapter import ADAPTER, Adapter


def test_an_adapter_of_another_model_is_refused():
    with pytest.raises(ValueError, match="layers"):
        Adapter.load(ADAPTER).merged([{}])


def test_the_adapter_adds_the_product_of_its_factors(tmp_path):
    a, b = np.ones((4, 2), np.float32), np.full((2, 3), 0.5, np.float32)
    weights = {"q.w": np.zeros((4, 3), np.float32), "q.b": np.zeros(3, np.float32)}
    merged = Adapter([{"q.w": (a, b)}]).merged([weights])
    assert (merged[0]["q.w"] == 1).all() and merged[0]["q.b"] is weights["q.b"]
