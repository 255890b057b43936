"""Vectors that all point the same way are told apart once what they share is gone."""
from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.axes import Axes, unit

SHARED = np.array([10.0, 0.0, 0.0], dtype=np.float32)
VECTORS = SHARED + np.array([[0, 1, 0], [0, -1, 0], [0, 1, 0.1], [0, -1, -0.1]], dtype=np.float32)


def test_what_all_share_is_taken_away():
    a, b, near_a, near_b = Axes.fit(VECTORS, 2).apply(VECTORS)
    assert unit(VECTORS)[0] @ unit(VECTORS)[1] > 0.97  # hardly different before
    assert a @ b == pytest.approx(-1, abs=1e-3) and a @ near_a > 0.99 and b @ near_b > 0.99


def test_the_components_along_which_they_differ_most_come_first():
    one = Axes.fit(VECTORS, 1)
    assert one.components.shape == (3, 1) and abs(one.components[1, 0]) > 0.99


def test_more_dimensions_than_there_are_and_a_vector_at_the_center():
    axes = Axes.fit(VECTORS, 99)
    assert axes.components.shape == (3, 3)
    assert axes.apply(SHARED[None]).tolist() == [[0, 0, 0]]
