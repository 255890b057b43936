"""What people type → the one form that training and run time share."""
from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from bot.nlu.normalize import ALIASES, KEEP, normalize


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        # full width, traditional characters, letters
        ("ＧＪＪ２０２６年", "公积金2026年"),
        ("公積金貸款利率係幾多？", "公积金贷款利率系几多?"),
        ("離職後怎麼提取", "离职后怎么提取"),
        ("I'm 在吉首", "i'm 在吉首"),
        ("（租房）：怎么提；", "(租房):怎么提;"),
        # spaces and punctuation
        ("  租 房\t提\n取  ", "租房提取"),
        ("公积金 50 万", "公积金50万"),
        ("贷款 loan 多久", "贷款 loan 多久"),
        ("怎么提？？？！！！", "怎么提?!"),
        ("。。。。", "。"),
        # emoji, addresses
        ("😀租房👨‍👩‍👧能提吗❤️", "租房能提吗"),
        ("看这里 https://www.gjj.gov.cn/a?b=1 怎么贷款", "看这里怎么贷款"),
        ("www.12329.cn是你们的吗", "是你们的吗"),
        ("http:://x", ""),
        ("😀😀", ""),
        ("", ""),
        # commands are text
        ("/restart", "restart"),
        ("／restart", "restart"),
        (" \\//／ /session_start", "session_start"),
        ('/ask{"memory": 1}', 'ask{"memory": 1}'),
        ("提取/贷款", "提取/贷款"),
        # invisible and broken characters
        ("租\u200b房\u202e提\u2066取\ufeff", "租房提取"),
        ("\x00租\x07房\x1b[31m", "租房[31m"),
        ("租\ud800房\udfff", "租房"),
        ("\u202e\u200f", ""),
    ],
)
def test_normalize(typed, expected):
    assert normalize(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("公鸡金怎么取", "公积金怎么取"),
        ("公金能取吗", "公积金能取吗"),
        ("从哪里进积金呀", "从哪里进公积金呀"),
        ("住房公积怎么用", "住房公积金怎么用"),
        ("公基金貸寬", "公积金贷款"),
        ("GJJ 贷款", "公积金贷款"),
        ("gongjijin tiqu", "公积金提取"),
        ("zufang 提曲", "租房提取"),
        ("公 鸡 金", "公积金"),
        ("利律降了", "利率降了"),
        ("离只以后风存了", "离职以后封存了"),
        ("交存比例", "缴存比例"),
        ("手付不够", "首付不够"),
        ("二手房代款", "二手房贷款"),
    ],
)
def test_typos_of_domain_words_are_mended(typed, expected):
    assert normalize(typed) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "要提交存折吗", "提交存款证明", "上交存量房合同", "工资不够房租", "公积金够房贷吗", "这取决于公积金问题取消没有",
        "台风存在隐患", "出租放心吗", "一手付清", "现代款式的房子", "基金能取吗", "强积金怎么领", "办公金额", "资本公积转增", "省会首府", "贷记卡", "离岗退养",
        "动力率先", "办公基金", "机构房产", "提取", "缴存", "利率", "租房", "封存", "首付", "购房", "离职", "贷款",
    ],
)
def test_what_is_no_typo_stays(sentence):
    assert normalize(sentence) == sentence


def test_every_alias_leads_to_its_word_and_no_right_word_is_changed():
    table = msgspec.yaml.decode(ALIASES.read_bytes())
    kept = table.pop(KEEP)
    assert [(w, normalize(w)) for right, wrongs in table.items() for w in wrongs if normalize(w) != right] == []
    assert [w for w in [*table, *kept] if normalize(w) != w] == []


_PIECES = st.sampled_from(
    ["公积金", "gjj", "tiqu", "公鸡金", "够房", "租", " ", "\u3000", "/", "／", "\\", "http:", "://", "www.", "。", "…", "??",
     "！", "😀", "\u200d", "\ud800", "\x00", "\u202e", "é", "\u0301", "貸", "乾", "后", "İ", "Σ", "㍿", "①", "1", "-", "."]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=4), max_size=10).map("".join))
def test_twice_is_the_same_as_once_and_never_a_command(text):
    once = normalize(text)
    assert normalize(once) == once
    assert not once.startswith(("/", "\\", " "))
    once.encode("utf-8")  # no lone surrogate survives
    assert not any(ord(character) < 32 for character in once)
