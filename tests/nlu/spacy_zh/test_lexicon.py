"""The word lists are data: broken lines are named, the vocabulary is fixed and complete."""
from __future__ import annotations

import pytest

from bot.nlu.spacy_zh import stamp, vocabulary
from bot.nlu.spacy_zh.tokenizer import merge_dictionary


def test_lexicon_is_large_enough_and_names_the_essentials():
    words = vocabulary.read_lexicon()
    assert len(words) >= 400
    assert {"公积金", "住房公积金", "缴存基数", "商转公", "冲还贷", "异地贷款", "封存", "启封", "组合贷", "12329"} <= set(words)


@pytest.mark.parametrize(
    "content, expected",
    [
        ("公积金 5000", "第 1 行应为“词 词频 词性”"),
        ("公积金 5000 nz\n提取 x v", "第 2 行"),
        ("公积金 0 nz", "词频是正整数"),
        ("公积金 5 nz\n公积金 6 nz", "第 2 行的“公积金”重复了"),
    ],
)
def test_bad_line_is_named(tmp_path, content, expected):
    path = tmp_path / "lexicon.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(vocabulary.LexiconError) as error:
        vocabulary.read_lexicon(path)
    assert str(path) in str(error.value) and expected in str(error.value)


def test_bad_line_of_an_entity_list_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(vocabulary, "FOLDER", tmp_path)
    (tmp_path / "lexicons").mkdir()
    for name in vocabulary.ENTITY_LABELS.values():
        (tmp_path / "lexicons" / name).write_text("爱人 配偶\n老公 配偶 多余\n", encoding="utf-8")
    with pytest.raises(vocabulary.LexiconError, match="place.txt：第 2 行"):
        vocabulary.read_entity_words()


def test_vocabulary_has_no_duplicates_and_covers_gb2312():
    words = vocabulary.vector_words()
    assert len(words) == len(set(words))
    assert len(vocabulary.common_characters()) == 6763 + 10 + 26 + 1


def test_merged_word_beats_its_parts():
    merged = merge_dictionary([("商", 900), ("转", 900), ("公", 900)], {"商转公": 1})
    assert merged["商转公"] >= 1 and merged["商转"] == 0
    assert list(merged) == sorted(merged)


def test_digest_changes_with_a_word_list(monkeypatch, tmp_path):
    before = stamp.inputs_digest()
    assert before == stamp.inputs_digest()
    for folder in ("data/nlu", "bot/worker", "bot/nlu/spacy_zh"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "bot/nlu/spacy_zh/card.md").write_text("card")
    (tmp_path / "data/nlu/lexicon.txt").write_text("公积金 1 nz\n")
    (tmp_path / "bot/worker/requirements.txt").write_text("jieba==0.42.1 \\\n")
    monkeypatch.setattr(stamp, "ROOT", tmp_path)
    monkeypatch.setattr(stamp, "FOLDER", tmp_path / "bot/nlu/spacy_zh")
    assert stamp.inputs_digest() != before
