"""A question and a seed in, the exact misspelling out; what no kind may change stays."""
from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings, strategies as st

from bot.training.noise import KINDS, noisy, seen

QUESTION = "租房提取要带什么材料？"
LONG = "我2019年在吉首买的二手房，贷了30.5万，现在离职了还能提取公积金吗？"


@pytest.mark.parametrize(
    ("kind", "seed", "expected"),
    [
        ("typos", 0, "租反提取要带什么材料？"),
        ("typos", 1, "租房提取要带什么材鸟？"),
        ("homophones", 0, "租房提取要代什么材料？"),
        ("homophones", 1, "租房体取要带什么材料？"),
        ("traditional", 0, "租房提取要帶什麼材料？"),
        ("pinyin", 0, "zufang提取要带什么材料？"),
        ("pinyin", 1, "租房提取要带什么cailiao？"),
        ("dropped", 0, "租房取要带什么材料？"),
        ("doubled", 0, "租房提取取要带什么材料？"),
        ("unpunctuated", 0, "租房提取要带什么材料"),
        ("fillers", 0, "就是说，租房提取要嗯带什么材料哟？"),
    ],
)
def test_spoiled(kind, seed, expected):
    assert noisy(QUESTION, kind, seed) == expected


def test_initials_of_longer_words():
    assert {noisy("公积金怎么取", "pinyin", seed) for seed in range(30)} == {"gjj怎么取", "gongjijin怎么取", "公积金zenme取"}


def test_usual_slips_of_the_fund_are_among_the_homophones():
    assert "公鸡金能提吗" in {noisy("公积金能提吗", "homophones", seed) for seed in range(60)}


def test_punctuation_inside_numbers_stays():
    assert noisy("利率3.5%，2026-09 开始吗？", "unpunctuated") == "利率3.5%2026-09 开始吗"


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_text(kind):
    assert KINDS[kind](LONG, random.Random(5)) == KINDS[kind](LONG, random.Random(5))
    assert noisy(LONG, kind, 3) == noisy(LONG, kind, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_is_spoiled(kind):
    assert noisy(LONG, kind) != LONG


@pytest.mark.parametrize(("kind", "change"), [("typos", 0), ("homophones", 0), ("traditional", 0), ("dropped", -2), ("doubled", 2)])
def test_length_changes_by_the_slips_made(kind, change):
    """35 characters: two slips."""
    assert len(noisy(LONG, kind)) == len(LONG) + change


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["", "？", "12329", "ok", "😀😀", "嗯"])
def test_little_to_spoil_is_no_error(kind, text):
    assert re.findall(r"\d", noisy(text, kind)) == re.findall(r"\d", text)


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="租房公积金提取贷款怎么2019年30万3.5%，。？ gjj", max_size=60), st.sampled_from(sorted(KINDS)), st.integers(0, 9))
def test_digits_are_never_touched(text, kind, seed):
    assert re.findall(r"\d", noisy(text, kind, seed)) == re.findall(r"\d", text)


def test_learning_sees_a_share_of_the_questions_spoiled_and_normalised():
    rng = random.Random(0)
    versions = [seen("租房提取要带什么材料", 0.5, rng) for _ in range(60)]
    plain = versions.count("租房提取要带什么材料")
    assert 20 <= plain <= 50 and all(re.fullmatch(r"[^？]+", version) for version in versions)
    assert seen("租房提取要带什么材料", 0.0, rng) == "租房提取要带什么材料"
