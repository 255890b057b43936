"""Sentence vectors: computed once in their life; a foreign or damaged cache is never mixed in."""
from __future__ import annotations

import numpy as np
import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import sentence_featurizer, sentence_vectors
from bot.nlu.sentence_featurizer import ORIGIN, SentenceVectorFeaturizer
from bot.nlu.sentence_vectors import DIMENSION, VectorCache


@pytest.fixture
def computed(monkeypatch):
    """Texts that were embedded, in order; the vectors are made up."""
    seen = []

    def embed(texts):
        seen.extend(texts)
        return np.array([np.full(DIMENSION, len(t) / 16) for t in texts], dtype=np.float32).reshape(len(texts), DIMENSION)

    monkeypatch.setattr(sentence_vectors, "embed", embed)
    monkeypatch.setattr(sentence_featurizer, "embed", embed)
    return seen


def test_each_sentence_is_computed_once_in_its_life(computed, tmp_path):
    path = tmp_path / "deep" / "cache.npz"
    first = VectorCache(path).embed(["租房", "退休了", "租房"])
    second = VectorCache(path).embed(["退休了", "租房", "新的一句"])
    assert computed == ["租房", "退休了", "新的一句"]
    assert first.shape == (3, DIMENSION) and first[0, 0] == 2 / 16 and first[2, 0] == 2 / 16
    assert [row[0] for row in second] == [3 / 16, 2 / 16, 4 / 16]


def test_nothing_asked_nothing_written(computed, tmp_path):
    assert VectorCache(tmp_path / "cache.npz").embed([]).shape == (0, DIMENSION)
    assert list(tmp_path.iterdir()) == []


def test_the_cache_of_another_model_is_ignored(computed, tmp_path, monkeypatch):
    VectorCache(tmp_path / "cache.npz").embed(["租房"])
    monkeypatch.setattr(sentence_vectors, "MODEL", "another")
    VectorCache(tmp_path / "cache.npz").embed(["租房"])
    assert computed == ["租房", "租房"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file", b"not a cache"])
def test_a_damaged_cache_is_computed_again(computed, tmp_path, content):
    (tmp_path / "cache.npz").write_bytes(content)
    assert VectorCache(tmp_path / "cache.npz").embed(["租房"])[0, 0] == 2 / 16
    assert VectorCache(tmp_path / "cache.npz").embed(["租房"])[0, 0] == 2 / 16
    assert computed == ["租房"]


def test_a_write_that_fails_leaves_the_old_cache(computed, tmp_path, monkeypatch):
    path = tmp_path / "cache.npz"
    VectorCache(path).embed(["租房"])
    before = path.read_bytes()

    def full_disk(file, **arrays):
        file.write_bytes(b"half")
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", full_disk)
        with pytest.raises(OSError):
            VectorCache(path).embed(["退休"])
    assert path.read_bytes() == before
    VectorCache(path).embed(["租房"])
    assert computed == ["租房", "退休"]


def vector_of(message):
    (feature,) = message.get_dense_features(TEXT)[1:]
    return feature.features[0, 0]


def test_featurizer_adds_one_sentence_feature_and_remembers(computed):
    featurizer = SentenceVectorFeaturizer({"cache_size": 2})
    messages = featurizer.process([Message({TEXT: "租房"}), Message({TEXT: "退休了"}), Message({TEXT: "租房"}), Message({})])
    assert [vector_of(m) for m in messages[:3]] == [2 / 16, 3 / 16, 2 / 16]
    assert [f.origin for f in messages[0].features] == [ORIGIN] and messages[3].features == []
    featurizer.process([Message({TEXT: "租房"})])
    assert computed == ["租房", "退休了"]
    featurizer.process([Message({TEXT: "第三句话"})])  # pushes out the least recently used
    featurizer.process([Message({TEXT: "租房"}), Message({TEXT: "退休了"})])
    assert computed == ["租房", "退休了", "第三句话", "退休了"]


def test_more_messages_than_the_memory_holds(computed):
    texts = ["一", "二二", "三三三"]
    messages = SentenceVectorFeaturizer({"cache_size": 1}).process([Message({TEXT: t}) for t in texts])
    assert [vector_of(m) for m in messages] == [1 / 16, 2 / 16, 3 / 16]


def test_training_keeps_vectors_under_the_data_folder(computed, tmp_path, monkeypatch):
    monkeypatch.setenv("GJJ_VAR", str(tmp_path))
    data = TrainingData([Message.build("租房", "ask"), Message.build("退休了", "ask")])
    for _ in range(2):
        SentenceVectorFeaturizer({"cache_size": 2}).process_training_data(data)
    assert computed == ["租房", "退休了"] and (tmp_path / "cache" / "sentence-vectors.npz").exists()
