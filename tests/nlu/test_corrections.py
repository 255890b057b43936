"""What a citizen mends, and what only looks like it."""
import pytest

from bot.nlu.clauses import clauses
from bot.nlu.corrections import correction
from bot.nlu.normalize import normalize


@pytest.mark.parametrize(
    "message, meant, denied",
    [
        ("不是买房，是租房", "租房", "买房"), ("我问的是还贷提取不是贷款", "还贷提取", "贷款"), ("说错了，是二套", "二套", ""),
        ("不对，我是商业贷款", "商业贷款", ""), ("不，是按揭买的", "按揭买的", ""), ("不是八百，是一千二", "一千二", "八百"),
        ("我说错了，不是辞职，是退休", "退休", "辞职"), ("我是租房不是买房", "租房", "买房"), ("不是新房，二手房", "二手房", "新房"),
        ("搞错了，我爱人去年退休的", "我爱人去年退休的", ""), ("不，我问的是提取", "提取", ""),
    ],
)
def test_corrections(message, meant, denied):
    found = correction(normalize(message))
    assert (found.meant, found.denied) == (meant, denied)
    assert clauses(normalize(message)) == [meant]


@pytest.mark.parametrize("message", ["是不是要本人去", "不是说租房不用合同吗", "公积金是不是取出来就没了", "不用了", "租房能提吗", "我不是湘西人能提吗", ""])
def test_no_corrections(message):
    assert correction(normalize(message)) is None


def test_the_own_words_are_kept_for_facts():
    assert correction(normalize("不对，我是商业贷款")).told == "我是商业贷款"
