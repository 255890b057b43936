"""Vectors of the installed package make sense, and of no Chinese text are they zero."""
from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.spacy_zh.embed import embed_cached, reduce


def cosine(a, b):
    return float(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize(
    "word, near, far",
    [
        ("公积金", "住房公积金", "苹果"),
        ("贷款", "按揭", "天气"),
        ("租房", "房租", "退休"),
        ("离职", "辞职", "利率"),
        ("装修", "家装", "征信"),
        ("取公积金", "提取公积金", "今天天气"),
        ("老公", "丈夫", "利率"),
        ("怎么", "如何", "账户"),
    ],
)
def test_neighbours(installed, word, near, far):
    vectors = [installed(text).vector for text in (word, near, far)]
    assert cosine(vectors[0], vectors[1]) > cosine(vectors[0], vectors[2]) + 0.2


@pytest.mark.parametrize("text", ["公积金", "湘西", "泸溪浦市", "龘齾", "商转公办结", "ABC", "12329", "呷"])
def test_never_all_zero(installed, text):
    doc = installed(text)
    assert doc.vector.shape == (128,) and doc.vector.dtype == np.float32
    assert doc.vector.any() and doc.has_vector
    assert all(token.vector.any() for token in doc)


def test_unknown_word_is_the_mean_of_its_characters(sources):
    table = {character: sources.vocab.get_vector(character) for character in "湘西"}
    doc = sources("湘西")
    assert [token.text for token in doc] == ["湘西"]
    assert doc[0].vector == pytest.approx((table["湘"] + table["西"]) / 2)


def test_typed_words_do_not_grow_the_table(installed):
    before = len(installed.vocab.vectors)
    assert installed("从未见过的鼪齾词组").vector.any()
    assert len(installed.vocab.vectors) == before


def test_reduce_is_deterministic_and_normalised():
    data = np.random.default_rng(7).normal(size=(300, 384)).astype(np.float32)
    first, second = reduce(data), reduce(data.copy())
    assert first.tobytes() == second.tobytes()
    assert first.shape == (300, 128)
    assert np.linalg.norm(first, axis=1) == pytest.approx(np.ones(300), abs=1e-3)


def test_second_build_computes_new_words_only(tmp_path):
    asked = []

    class Model:
        def query(self, words):
            asked.append(words)
            return np.array([[len(word), ord(word[0])] for word in words], dtype=np.float32)

    first = embed_cached(["公积金", "贷款"], Model, tmp_path / "cache.npz", "1")
    again = embed_cached(["贷款", "提取", "公积金"], Model, tmp_path / "cache.npz", "1")
    assert asked == [["公积金", "贷款"], ["提取"]]
    assert again[[2, 0]].tobytes() == first.tobytes()
    embed_cached(["贷款"], Model, tmp_path / "cache.npz", "2")
    assert asked[-1] == ["贷款"]


def test_cache_cut_short_is_ignored(tmp_path):
    (tmp_path / "cache.npz").write_bytes(b"PK\x03\x04 half")

    class Model:
        def query(self, words):
            return np.ones((len(words), 3), dtype=np.float32)

    assert embed_cached(["公积金"], Model, tmp_path / "cache.npz", "1").shape == (1, 3)
