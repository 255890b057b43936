"""Sentence in, exact words out; offsets always lead back to the sentence."""
from __future__ import annotations

from pathlib import Path

import jieba
import pytest

from bot.nlu.spacy_zh.card import PERFORMANCE, SENTENCES

SEGMENTED = [line.split() for line in Path(__file__).with_name("segmented.txt").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    "sentence, words",
    [
        ("住房公积金缴存基数怎么调", "住房公积金 缴存基数 怎么 调"),
        ("商转公和冲还贷能一起办吗", "商转公 和 冲还贷 能 一起 办 吗"),
        ("异地贷款要带什么", "异地贷款 要 带 什么"),
        ("账户封存了怎么启封", "账户 封存 了 怎么 启封"),
        ("组合贷额度多少", "组合贷 额度 多少"),
        ("打12329没人接", "打 12329 没人接"),
        ("租房怎么提取公积金", "租房 怎么 提取 公积金"),
        ("花垣县和保靖县哪里办", "花垣县 和 保靖县 哪里 办"),
        ("余额120W", "余额 120 W"),
        ("利率2.6%", "利率 2.6 %"),
        ("交了2,000.50元", "交 了 2,000.50 元"),
        ("lpr是多少", "lpr 是 多少"),
        ("我妈的公积金", "我 妈 的 公积金"),
        ("按揭房能提吗", "按揭 房 能 提 吗"),
    ],
)
def test_words(sources, sentence, words):
    assert [token.text for token in sources(sentence)] == words.split()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "公积金",
        " 公积金  能提\t吗 \n",
        "前面　全角空格",
        "a b  c",
        "😀公积金😀👨‍👩‍👧",
        "龘齾靐",
        "1.2.3 4..5 ,,, 1,2",
        "2026-09-03\r\n贷8万",
        "湘西\u0000州",
    ],
)
def test_text_is_kept_exactly(sources, text):
    doc = sources(text)
    assert doc.text == text
    assert "".join(token.text_with_ws for token in doc) == text
    assert all(text[token.idx : token.idx + len(token)] == token.text for token in doc)


def test_global_jieba_is_left_alone(sources):
    """A second user of jieba in the process must not see our words, nor we theirs."""
    assert not jieba.dt.initialized or "商转公" not in jieba.dt.FREQ
    jieba.add_word("公积金能提吗")
    try:
        assert [token.text for token in sources("公积金能提吗")] == ["公积金", "能", "提", "吗"]
    finally:
        jieba.del_word("公积金能提吗")


def _borders(words):
    places = [0]
    for word in words:
        places.append(places[-1] + len(word))
    return set(zip(places, places[1:]))


def _scores(cut):
    """F1 of words and the share of sentences that are cut right from end to end."""
    wanted = [_borders(words) for words in SEGMENTED]
    found = [_borders(cut("".join(words))) for words in SEGMENTED]
    right = sum(len(a & b) for a, b in zip(wanted, found))
    return 2 * right / sum(len(a) + len(b) for a, b in zip(wanted, found)), sum(a == b for a, b in zip(wanted, found)) / len(wanted)


def test_the_card_states_what_is_measured(sources):
    assert len(SEGMENTED) == SENTENCES
    f, whole = _scores(lambda text: [token.text for token in sources.tokenizer(text)])
    assert (f, whole) == pytest.approx((PERFORMANCE["token_f"], PERFORMANCE["token_whole"]), abs=5e-4)
    stock = jieba.Tokenizer()
    f, whole = _scores(lambda text: list(stock.cut(text)))
    assert (f, whole) == pytest.approx((PERFORMANCE["jieba_token_f"], PERFORMANCE["jieba_token_whole"]), abs=5e-4)
