"""A message → its questions. Messages are normalised first, as in the pipeline."""
from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from bot.nlu.clauses import MAX_CLAUSES, MAX_STORY, asks, clauses
from bot.nlu.normalize import normalize


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("租房提取要带什么？多久到账？", ["租房提取要带什么", "多久到账"]),
        ("租房提取要带什么材料，还有贷款利率多少", ["租房提取要带什么材料", "贷款利率多少"]),
        ("我离职了，公积金怎么取？贷款怎么还？", ["我离职了,公积金怎么取", "贷款怎么还"]),
        ("你好，请问租房怎么提，另外装修能不能提", ["租房怎么提", "装修能不能提"]),
        ("1、租房怎么提 2、多久到账", ["租房怎么提", "多久到账"]),
        ("1.租房怎么提？2.多久到账？", ["租房怎么提", "多久到账"]),
        ("（1）租房怎么提（2）多久到账", ["租房怎么提", "多久到账"]),
        ("利率3.5%怎么算，7、8月没交怎么补", ["利率3.5%怎么算", "7、8月没交怎么补"]),
        ("一是怎么提取；二是多久到账", ["怎么提取", "多久到账"]),
        ("我买了新房，首付付了三十万，公积金能提多少", ["公积金能提多少"]),
        ("租房提取要带什么", []),
        ("租房提取要带什么？", []),
        ("我要租房提取", []),
        ("谢谢", []),
        ("租房可以提吗，行吗", ["租房可以提吗"]),
        ("", []),
        ("？？？", []),
        ("怎么提取。怎么贷款。怎么转移。怎么封存。怎么补缴", []),
    ],
)
def test_clauses(message, questions):
    assert clauses(normalize(message)) == questions


def test_a_story_too_long_is_left_out_of_the_question():
    story = "我" * (MAX_STORY + 1)
    assert clauses(f"{story},怎么提取?多久到账呢") == ["怎么提取", "多久到账呢"]


@pytest.mark.parametrize(
    ("text", "question"), [("租房能提吗", True), ("多少", True), ("行不", True), ("我租房了", False), ("谢谢", False), ("", False),
        ("老伴前几天过世了", False), ("这几年一直在缴", False), ("提前几天存钱", True), ("能贷几年", True),
    ]
)
def test_asks(text, question):
    assert asks(text) is question


@given(st.lists(st.sampled_from(["怎么提取", "我租房", ",", "?", "。", "另外", "多久", "你好", " ", "1", "、", ":"]), max_size=25).map("".join))
def test_questions_are_never_empty_and_never_many(text):
    found = clauses(text)
    assert len(found) <= MAX_CLAUSES
    assert all(found)
