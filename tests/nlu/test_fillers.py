"""Pauses and politeness go, the question stays; a message that is nothing else stays whole."""
from __future__ import annotations

import pytest

from bot.nlu.fillers import strip_fillers
from bot.nlu.normalize import normalize


@pytest.mark.parametrize(
    ("typed", "bare"),
    [
        ("那个，租房能提吗？", "租房能提吗?"),
        ("嗯，就是说，公积金怎么取", "公积金怎么取"),
        ("嗯嗯公积金怎么取", "公积金怎么取"),
        ("不好意思打扰一下，公积金怎么取啊", "公积金怎么取啊"),
        ("请问一下，两笔贷款能一块儿贷吗", "两笔贷款能一块儿贷吗"),
        ("公积金嗯怎么取", "公积金怎么取"),
        ("公积金就是说怎么取", "公积金怎么取"),
        ("公司每月代扣，额属于什么行为", "公司每月代扣,属于什么行为"),
        ("租房能提吗，谢谢哈", "租房能提吗"),
        ("租房能提吗，嗯？", "租房能提吗?"),
        ("租房要带什么，麻烦了", "租房要带什么"),
    ],
)
def test_fillers_go(typed, bare):
    assert normalize(typed) == bare


@pytest.mark.parametrize(
    "text",
    [
        "嗯",
        "嗯嗯",
        "谢谢",
        "好的,谢谢",
        "你帮我省了一趟路,谢谢",
        "那个怎么办",
        "就是租房的那种",
        "这个要多久",
        "刚刚那个,要带什么",
        "额度能贷多少",
        "可贷额多少",
        "买房,额外还能提吗",
        "请问租房能提吗",
        "不好意思",
        "",
    ],
)
def test_meaning_stays(text):
    assert strip_fillers(text) == text
