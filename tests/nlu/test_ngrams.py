"""A sentence in, its weighted character grams out."""
from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.ngrams import NGrams


def test_ngrams_are_normalised_and_ignore_the_unknown():
    grams = NGrams.fit(["租房", "租房提取", "提取"])
    matrix = grams.transform(["租房", "丙丁", "租房租房"])
    assert np.linalg.norm(matrix[0].toarray()) == pytest.approx(1)
    assert np.linalg.norm(matrix[2].toarray()) == pytest.approx(1)
    assert "^租" in grams.vocabulary and "房提" not in grams.vocabulary  # seen in one sentence only
    assert NGrams.fit(["甲乙", "甲乙"]).transform(["丙"]).toarray()[0, :].any()  # only ^ and $ are known


def test_reducing_a_few_texts_is_the_product_with_the_projection():
    grams = NGrams.fit(["租房", "租房提取", "提取"])
    projection = np.random.default_rng(0).normal(size=(len(grams.vocabulary), 5)).astype(np.float32)
    texts = ["租房租房", "提取", "🀄", "租房提取"]
    assert grams.reduced(texts, projection) == pytest.approx(grams.transform(texts) @ projection, abs=1e-6)
    assert grams.reduced([], projection).shape == (0, 5)
