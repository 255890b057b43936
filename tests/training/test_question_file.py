"""Question files read without Rasa: the same questions as Rasa reads, or left to Rasa."""
from __future__ import annotations

import copy

import pytest
from rasa.shared.nlu.training_data.loading import load_data

from bot.settings import ROOT
from bot.training.importer import FileImporter
from bot.training.question_file import Question, read

QUESTIONS = """version: "3.1"
nlu:
  - intent: ask
    metadata: {home: wd_rent, aspect: overview}
    examples: |
      - 租房怎么提取
      -   房租能提吗？
  - intent: greet
    examples: |
      - 你好
"""


def told(questions):
    return [(m.get("text"), m.get("intent"), m.get("metadata")) for m in questions]


def test_text_intent_and_metadata(tmp_path):
    path = tmp_path / "nlu.yml"
    path.write_text(QUESTIONS, encoding="utf-8")
    rent = {"intent": {"home": "wd_rent", "aspect": "overview"}}
    assert told(read(path)) == [("租房怎么提取", "ask", rent), ("房租能提吗？", "ask", rent), ("你好", "greet", None)]


@pytest.mark.parametrize("name", ["data/nlu/dialogue/greet.yml", "data/nlu/asked/near_pairs.yml", "data/nlu/fragments/materials.yml"])
def test_the_same_as_rasa_reads(name):
    path = ROOT / name
    assert sorted(map(repr, told(read(path)))) == sorted(map(repr, told(load_data(str(path)).training_examples)))


@pytest.mark.parametrize(
    "other",
    [
        "nlu:\n  - synonym: 公积金\n    examples: |\n      - gjj\n",
        "nlu:\n  - intent: ask\n    examples: |\n      - 我在[吉首](place)\n",
        "nlu:\n  - intent: faq/one\n    examples: |\n      - 问\n",
        "nlu:\n  - intent: ask\n    examples: |\n      没有短横\n",
        "nlu:\n  - intent: ask\n    examples:\n      - text: 问\n",
        "nlu: [",
        "",
    ],
)
def test_anything_else_is_left_to_rasa(tmp_path, other):
    path = tmp_path / "nlu.yml"
    path.write_text(other, encoding="utf-8")
    assert read(path) is None


def test_files_of_both_kinds_come_together(tmp_path):
    (tmp_path / "a.yml").write_text(QUESTIONS, encoding="utf-8")
    (tmp_path / "b.yml").write_text('version: "3.1"\nnlu:\n  - intent: ask\n    examples: |\n      - 我在[吉首](place)\n', encoding="utf-8")
    data = FileImporter(training_data_paths=[str(tmp_path)]).get_nlu_data()
    assert [m.get("text") for m in data.training_examples] == ["租房怎么提取", "房租能提吗？", "你好", "我在吉首"]
    assert [e["value"] for m in data.training_examples for e in m.get("entities", [])] == ["吉首"]


def test_a_copy_is_equal_and_apart():
    one = Question.build("租房怎么提取", "ask", intent_metadata={"home": "wd_rent", "aspect": "overview"})
    other = copy.deepcopy(one)
    assert other == one and hash(other) == hash(one)
    other.set("text", "退休怎么提取")
    assert one.get("text") == "租房怎么提取" and other != one


def test_two_labels_are_two_questions():
    assert Question.build("好", "affirm") != Question.build("好", "thanks")
