"""Every candidate of the understanding benchmark gets the same questions, labelled so that answers can be compared."""
from __future__ import annotations

import pytest
import yaml

from bench.nlu_candidates import candidates
from bench.nlu_process import _topics_by_label
from bench.nlu_split import Question, Split, topic_of_label, write_rasa_data
from bot.training.evaluate import Row

SPLIT = Split(
    [
        Question("租房怎么提", "ask", "wd_rent", "overview", "withdraw_rent"),
        Question("房租能提吗: [是]", "ask", "wd_rent", "overview", "withdraw_rent"),
        Question("要带什么", "ask", "focus", "materials", "dialogue_fragment"),
        Question("你好", "greet", "", "", "dialogue_greet"),
    ],
    {"own": [Row("租房", "withdraw_rent", {"withdraw_rent"})]},
)


def test_a_frozen_split_is_the_same_split(tmp_path):
    SPLIT.write(tmp_path / "split.json")
    assert Split.read(tmp_path / "split.json") == SPLIT
    assert Split.read(tmp_path / "split.json").train_digest == SPLIT.train_digest


@pytest.mark.parametrize(
    ("label", "topic"),
    [("withdraw_rent", "withdraw_rent"), ("dialogue_greet", "chitchat"), ("dialogue_fragment", "chitchat"),
     ("dialogue_human", "human_agent"), ("dialogue_out_of_scope", "out_of_scope")],
)
def test_labels_lead_to_topics(label, topic):
    assert topic_of_label(label) == topic


def test_stock_learns_topics_the_shipped_pipeline_homes(tmp_path):
    write_rasa_data(SPLIT, tmp_path / "topics.yml", by_topic=True)
    write_rasa_data(SPLIT, tmp_path / "homes.yml", by_topic=False)
    topics, homes = (yaml.safe_load((tmp_path / name).read_text())["nlu"] for name in ("topics.yml", "homes.yml"))
    assert [(e["intent"], len(e["examples"])) for e in topics] == [("withdraw_rent", 2), ("dialogue_fragment", 1), ("dialogue_greet", 1)]
    assert [(e["intent"], e.get("metadata")) for e in homes] == [
        ("ask", {"home": "wd_rent", "aspect": "overview"}), ("ask", {"home": "focus", "aspect": "materials"}), ("greet", None),
    ]


def test_what_stock_would_have_answered_counts():
    """Small talk of several intents is one topic; Rasa's fallback stands aside."""
    ranking = [("nlu_fallback", 0.3), ("withdraw_rent", 0.25), ("dialogue_greet", 0.2), ("dialogue_thanks", 0.15), ("dialogue_human", 0.1)]
    parsed = {"intent_ranking": [{"name": name, "confidence": share} for name, share in ranking]}
    assert _topics_by_label(parsed) == ["chitchat", "withdraw_rent", "human_agent"]


def test_ablations_take_out_what_they_say():
    names = {name: [part["name"].rsplit(".", 1)[-1] for part in candidate.pipeline()] for name, candidate in candidates(100).items()}
    assert "SentenceVectorFeaturizer" in names["shipped"] and "SentenceVectorFeaturizer" not in names["no-vectors"]
    assert any(name.startswith("Spacy") for name in names["shipped"]) and not any(name.startswith("Spacy") for name in names["no-words"])
    assert candidates(100)["no-ngrams"].pipeline()[-1]["hyper"] == {"ngram_weight": 0}
    assert candidates(7)["stock"].pipeline()[3]["epochs"] == 7
