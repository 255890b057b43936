"""The classifier's arithmetic on a tiny made-up data set."""
from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.topic_model import PART, Hyper, TopicModel, _high
from tests.nlu.made import examples, vectors

ASKED = ["租房能取吗", "退休了怎么取", "你好", "完全无关的abc", ""]


@pytest.fixture(scope="module")
def model():
    data = examples()
    dense = vectors([e.text for e in data])
    return TopicModel.fit(data, dense, dense, Hyper(epochs=60, hidden=16))


def readings(model):
    dense = vectors(ASKED)
    return model.predict(ASKED, dense, dense)


def test_best_topic_home_and_aspect(model):
    best = [model.rank(r, 1)[0] for r in readings(model)[:3]]
    assert [home for home, _, _ in best] == ["wd_rent", "wd_retire", "intent:greet"]
    assert [aspect for _, aspect, _ in best][2] == ""


def test_probabilities_sum_to_one(model):
    for reading in readings(model):
        for shares in (reading.topics, reading.homes, reading.aspects):
            assert sum(shares.values()) == pytest.approx(1, abs=1e-4)
            assert min(shares.values()) >= 0


def test_rank_is_sorted_limited_and_keeps_places_seen_in_training(model):
    for reading in readings(model):
        ranked = model.rank(reading, 2)
        assert len(ranked) == 2 and ranked[0][2] >= ranked[1][2]
        assert {(home, aspect) for home, aspect, _ in ranked} <= {(e.home, e.aspect) for e in examples()}


def test_training_twice_gives_the_same_model(model):
    data = examples()
    dense = vectors([e.text for e in data])
    again = TopicModel.fit(data, dense, dense, Hyper(epochs=60, hidden=16))
    assert readings(again) == readings(model)


def test_save_and_load_predict_the_same(model, tmp_path):
    model.save(tmp_path / "model")
    loaded = TopicModel.load(tmp_path / "model")
    assert readings(loaded) == readings(model)
    assert [loaded.rank(r, 3) for r in readings(loaded)] == [model.rank(r, 3) for r in readings(model)]


@pytest.mark.parametrize("name", ["topic-model.npz", "topic-model.json"])
@pytest.mark.parametrize("kept", [0.0, 0.4, 0.95])
def test_a_truncated_file_is_never_loaded(model, tmp_path, name, kept):
    model.save(tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(len(content) * kept)])
    with pytest.raises((OSError, ValueError, KeyError)):
        TopicModel.load(tmp_path)


@pytest.mark.parametrize("name", ["topic-model.npz", "topic-model.json"])
def test_a_missing_file_is_never_loaded(model, tmp_path, name):
    model.save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(OSError):
        TopicModel.load(tmp_path)


@pytest.mark.parametrize("size", [40, PART, 9 * PART])
def test_the_highest_are_among_those_that_are_looked_at(size):
    values = np.random.default_rng(1).normal(size=size).astype(np.float32)
    found = _high(values, 256)
    assert set(np.argsort(values)[-16:]) <= set(found)
    assert min(size, 256) / 2 < len(found) < 512
