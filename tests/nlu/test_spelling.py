"""Slips mended by what the training questions make likely; what is right, or only rare, stays."""
from __future__ import annotations

import pytest

from bot.nlu.character_model import CharacterModel
from bot.nlu.spelling import Spelling

QUESTIONS = [
    "公积金怎么提取", "公积金能贷款吗", "租房能不能提公积金", "公积金贷款利率是多少", "工资低能贷多少", "按工资算还是按余额算",
    "离职以后能不能提取公积金", "贷款能贷多少年", "公积金能不能贷款买房", "能不能用公积金还贷款", "我想把公积金转过来", "工资流水要几个月",
]
WORDS = ["公积金", "贷款", "提取", "工资", "公子", "租房", "离职", "利率", "不能", "能不能", "流水", "绵阳", "克服"]


@pytest.fixture(scope="module")
def mended():
    return Spelling(CharacterModel.fit(QUESTIONS * 30, WORDS), WORDS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("租房能步能提公积金", "租房能不能提公积金"),  # the same sound
        ("我想把公积金撞过来", "我想把公积金转过来"),  # z and zh, an and ang are one to many speakers
        ("公识金能贷款吗", "公积金能贷款吗"),  # looks alike, sounds different: nothing else stands there
        ("公子流水要几个月", "工资流水要几个月"),  # an input method's whole word
        ("离职以后能不能提取公金", "离职以后能不能提取公积金"),  # left out
        ("能步能用公积金还袋款", "能不能用公积金还贷款"),  # two slips, twenty characters not begun twice
    ],
)
def test_a_slip_is_mended(mended, typed, meant):
    assert mended(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        *QUESTIONS,
        "",
        "？",
        "abc def",
        "我在绵阳上班",  # a word of its own that no question has
        "贷款能贷三年",  # a number is never written instead of another
        "公积金怎么提取呢",
        "狗咬了打针去哪",
    ],
)
def test_what_is_right_or_only_rare_stays(mended, text):
    assert mended(text) == text


def test_numbers_are_not_written_for_what_sounds_like_them():
    spelling = Spelling(CharacterModel.fit(["能贷二十年吗"] * 50, []), [])
    assert spelling("能贷二时年吗") == "能贷二时年吗"


def test_a_saved_model_mends_the_same(tmp_path):
    model = CharacterModel.fit(QUESTIONS * 30, WORDS)
    model.save(tmp_path / "characters.npz")
    loaded = CharacterModel.load(tmp_path / "characters.npz")
    assert (loaded.pairs, loaded.triples) == (model.pairs, model.triples)
    assert Spelling(loaded, WORDS)("公识金能贷款吗") == "公积金能贷款吗"


def test_what_follows_often_is_more_likely_and_all_adds_up():
    model = CharacterModel.fit(["公积金"] * 9 + ["公积累"], ["积木"])
    assert model.score("公", "积", "金") > model.score("公", "积", "累") > model.score("公", "积", "木") > model.score("公", "积", "龘")
