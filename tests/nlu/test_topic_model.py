"""The classifier's arithmetic on a tiny made-up data set."""
from __future__ import annotations

import pytest

from bot.nlu.topic_model import Example, Hyper, TopicModel
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
    assert [ranked.home for ranked in best] == ["wd_rent", "wd_retire", "intent:greet"]
    assert best[2].aspect == ""


def test_probabilities_sum_to_one(model):
    for reading in readings(model):
        for shares in (reading.topics, reading.homes, reading.aspects):
            assert sum(shares.values()) == pytest.approx(1, abs=1e-4)
            assert min(shares.values()) >= 0


def test_rank_is_sorted_limited_and_keeps_places_seen_in_training(model):
    for reading in readings(model):
        ranked = model.rank(reading, 2)
        assert len(ranked) == 2 and ranked[0].probability >= ranked[1].probability
        assert {(one.home, one.aspect) for one in ranked} <= {(e.home, e.aspect) for e in examples()}


def test_one_faq_may_answer_questions_of_several_topics():
    data = [Example(f"断缴了{n}个月有什么影响", "faq_break_effect", "", "policy_general") for n in range(8)]
    data += [Example(f"断缴了{n}个月还能贷款吗", "faq_break_effect", "", "loan_eligibility") for n in range(8)]
    data += [Example(f"租房能提多少钱{n}", "wd_rent", "amount", "withdraw_rent") for n in range(8)]
    dense = vectors([e.text for e in data])
    model = TopicModel.fit(data, dense, dense, Hyper(epochs=60, hidden=16))
    asked = ["断缴了三个月有什么影响", "断缴了三个月还能贷款吗"]
    best = [model.rank(reading, 1)[0] for reading in model.predict(asked, vectors(asked), vectors(asked))]
    assert [(one.home, one.topic) for one in best] == [("faq_break_effect", "policy_general"), ("faq_break_effect", "loan_eligibility")]
    assert model.shared == {("faq_break_effect", "")}


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
