"""Several networks read together what each would read alone."""
from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.network import Jury, Network, softmax

SIZES = (3, 2)


def test_a_jury_answers_with_the_mean_of_its_networks():
    rng = np.random.default_rng(0)
    networks = [Network(*(rng.normal(size=shape).astype(np.float32) for shape in ((6, 4), (4,), (4, 5), (5,)))) for _ in range(3)]
    features = rng.normal(size=(7, 6)).astype(np.float32)
    first, second = Jury(networks).predict(features, SIZES)
    scores = [np.maximum(features @ n.hidden + n.hidden_bias, 0) @ n.output + n.output_bias for n in networks]
    assert first == pytest.approx(np.mean([softmax(s[:, :3]) for s in scores], axis=0), abs=1e-6)
    assert second == pytest.approx(np.mean([softmax(s[:, 3:]) for s in scores], axis=0), abs=1e-6)
