"""A trained topic model learns a few wordings of a new FAQ: it finds them, and everything else stays as it was."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.nlu.extension import CannotExtend, Texts, extend
from bot.nlu.topic_model import Example, Hyper, TopicModel

TOPICS = {"rent": "租房提取房租", "loan": "贷款额度利率", "office": "大厅地址上班"}


def vector(text):
    """Texts with the same letters lie near each other."""
    found = np.zeros(64, np.float32)
    for letter in text:
        found[ord(letter) % 61] += 1
    return found / np.linalg.norm(found)


def texts(*rows):
    vectors = np.array([vector(text) for text, *_ in rows], np.float32).reshape(len(rows), 64)
    return Texts([Example(text, home, "", topic) for text, home, topic in rows], vectors, vectors)


@pytest.fixture(scope="module")
def trained():
    rows = [(f"{a}{b}{end}", f"faq_{topic}_{i % 3}", topic) for topic, letters in TOPICS.items() for i, a in enumerate(letters) for b in letters
            for end in ("吗", "呢", "怎么办", "")]
    data = texts(*rows)
    data = Texts([replace(e, aspect="ABC"[i % 3]) for i, e in enumerate(data.examples)], data.sentence, data.words)
    return TopicModel.fit(data.examples, data.sentence, data.words, Hyper(sentence_dimensions=16, lsa_dimensions=8, hidden=24, epochs=30)), data


def best(model, *asked):
    data = texts(*((text, "", "") for text in asked))
    return [model.rank(reading, 1)[0][0] for reading in model.predict(list(asked), data.sentence, data.words)]


NEW = texts(("象棋比赛哪天", "faq_chess", "office"), ("下象棋几号比赛", "faq_chess", "office"))


def test_new_wordings_lead_to_the_new_faq_and_old_ones_where_they_led(trained):
    model, data = trained
    asked = [example.text for example in data.examples]
    before = best(model, *asked)
    after = extend(model, NEW, data, texts())
    assert best(after, "象棋比赛哪天", "下象棋几号比赛", "象棋比赛哪天呢") == ["faq_chess"] * 3
    assert np.mean([a == b for a, b in zip(before, best(after, *asked))]) > 0.98


def test_the_model_itself_is_left_as_it_was(trained):
    model, data = trained
    homes, shape = list(model.homes), model.neighbours.shape
    extend(model, NEW, data, texts())
    assert model.homes == homes and model.neighbours.shape == shape


def test_it_survives_the_file(trained, tmp_path):
    model, data = trained
    after = extend(model, NEW, data, texts())
    after.save(tmp_path)
    assert best(TopicModel.load(tmp_path), "象棋比赛哪天") == ["faq_chess"]


def test_a_wording_that_moves_to_another_faq_no_longer_votes_for_the_first(trained):
    model, data = trained
    learned = extend(model, NEW, data, texts())
    moved = extend(learned, texts(("象棋比赛哪天", "faq_other", "office")), data, texts(("象棋比赛哪天", "faq_chess", "office")))
    assert len(moved.neighbours) == len(learned.neighbours)
    assert best(moved, "象棋比赛哪天") == ["faq_other"] and best(moved, "下象棋几号比赛") == ["faq_chess"]


def test_a_topic_it_does_not_know_needs_a_training(trained):
    model, data = trained
    with pytest.raises(CannotExtend, match="sports"):
        extend(model, texts(("象棋", "faq_chess", "sports")), data, texts())


def test_twice_the_same_is_the_same(trained):
    model, data = trained
    one, two = (extend(model, NEW, data, texts()) for _ in range(2))
    assert np.array_equal(one.networks[0].output, two.networks[0].output)
