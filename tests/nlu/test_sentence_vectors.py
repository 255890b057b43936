"""Sentence vectors: computed once in their life; a foreign or damaged cache is never mixed in."""
from __future__ import annotations

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.sentence_featurizer import ORIGIN, SentenceVectorFeaturizer
from bot.nlu.sentence_vectors import VectorCache

WIDTH = 4


class Encoder:
    """Stands for the sentence encoder: the vector says how long the text is; ``seen`` are the texts in order."""

    width = WIDTH

    def __init__(self, ident="e5"):
        self.ident = ident
        self.seen = []

    def embed(self, texts):
        self.seen.extend(texts)
        return np.array([np.full(WIDTH, len(t) / 16) for t in texts], dtype=np.float32).reshape(len(texts), WIDTH)


@pytest.fixture
def encoder():
    return Encoder()


@pytest.fixture
def featurizer(encoder, tmp_path):
    def make(cache_size):
        storage = LocalModelStorage.create(tmp_path / "model")
        return SentenceVectorFeaturizer({"cache_size": cache_size}, storage, Resource("vectors"), encoder)

    (tmp_path / "model").mkdir()
    return make


def test_each_sentence_is_computed_once_in_its_life(encoder, tmp_path):
    path = tmp_path / "deep" / "cache.npz"
    first = VectorCache(path, encoder).embed(["租房", "退休了", "租房"])
    second = VectorCache(path, encoder).embed(["退休了", "租房", "新的一句"])
    assert encoder.seen == ["租房", "退休了", "新的一句"]
    assert first.shape == (3, WIDTH) and first[0, 0] == 2 / 16 and first[2, 0] == 2 / 16
    assert [row[0] for row in second] == [3 / 16, 2 / 16, 4 / 16]


def test_nothing_asked_nothing_written(encoder, tmp_path):
    assert VectorCache(tmp_path / "cache.npz", encoder).embed([]).shape == (0, WIDTH)
    assert list(tmp_path.iterdir()) == []


def test_the_cache_of_another_encoder_is_ignored(encoder, tmp_path):
    VectorCache(tmp_path / "cache.npz", encoder).embed(["租房"])
    other = Encoder("another")
    VectorCache(tmp_path / "cache.npz", other).embed(["租房"])
    assert encoder.seen == other.seen == ["租房"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file", b"not a cache"])
def test_a_damaged_cache_is_computed_again(encoder, tmp_path, content):
    (tmp_path / "cache.npz").write_bytes(content)
    assert VectorCache(tmp_path / "cache.npz", encoder).embed(["租房"])[0, 0] == 2 / 16
    assert VectorCache(tmp_path / "cache.npz", encoder).embed(["租房"])[0, 0] == 2 / 16
    assert encoder.seen == ["租房"]


def test_a_write_that_fails_leaves_the_old_cache(encoder, tmp_path, monkeypatch):
    path = tmp_path / "cache.npz"
    VectorCache(path, encoder).embed(["租房"])
    before = path.read_bytes()

    def full_disk(file, **arrays):
        file.write_bytes(b"half")
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", full_disk)
        with pytest.raises(OSError):
            VectorCache(path, encoder).embed(["退休"])
    assert path.read_bytes() == before
    VectorCache(path, encoder).embed(["租房"])
    assert encoder.seen == ["租房", "退休"]


def vector_of(message):
    (feature,) = message.get_dense_features(TEXT)[1:]
    return feature.features[0, 0]


def test_featurizer_adds_one_sentence_feature_and_remembers(featurizer, encoder):
    component = featurizer(2)
    messages = component.process([Message({TEXT: "租房"}), Message({TEXT: "退休了"}), Message({TEXT: "租房"}), Message({})])
    assert [vector_of(m) for m in messages[:3]] == [2 / 16, 3 / 16, 2 / 16]
    assert [f.origin for f in messages[0].features] == [ORIGIN] and messages[3].features == []
    component.process([Message({TEXT: "租房"})])
    assert encoder.seen == ["租房", "退休了"]
    component.process([Message({TEXT: "第三句话"})])  # pushes out the least recently used
    component.process([Message({TEXT: "租房"}), Message({TEXT: "退休了"})])
    assert encoder.seen == ["租房", "退休了", "第三句话", "退休了"]


def test_more_messages_than_the_memory_holds(featurizer, encoder):
    texts = ["一", "二二", "三三三"]
    messages = featurizer(1).process([Message({TEXT: t}) for t in texts])
    assert [vector_of(m) for m in messages] == [1 / 16, 2 / 16, 3 / 16]


def test_training_keeps_vectors_under_the_data_folder(featurizer, encoder, tmp_path, monkeypatch):
    monkeypatch.setenv("GJJ_VAR", str(tmp_path))
    data = TrainingData([Message.build("租房", "ask"), Message.build("退休了", "ask")])
    for _ in range(2):
        featurizer(2).process_training_data(data)
    assert encoder.seen == ["租房", "退休了"] and (tmp_path / "cache" / "sentence-vectors.npz").exists()


def test_an_untrained_featurizer_says_so(tmp_path):
    component = SentenceVectorFeaturizer({"cache_size": 2}, LocalModelStorage.create(tmp_path), Resource("vectors"))
    with pytest.raises(RuntimeError, match="neither trained nor loaded"):
        component.process([Message({TEXT: "租房"})])
