"""What an input method got wrong → the fund's word; what only looks like it stays."""
from __future__ import annotations

import pytest

from bot.nlu.mending import knowledge, mend
from bot.nlu.normalize import normalize


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("公机金怎么取", "公积金怎么取"),
        ("共集金能提吗", "公积金能提吗"),
        ("买房守付差6万", "买房首付差6万"),
        ("愈期了怎么办", "逾期了怎么办"),
        ("租访提公积金", "租房提公积金"),
        ("想搞商转攻", "想搞商转公"),
        ("户口本结昏证要带吗", "户口本结婚证要带吗"),
        ("劳动重裁有用吗", "劳动仲裁有用吗"),
        ("按接的房子", "按揭的房子"),
        ("楼令26年", "楼龄26年"),
    ],
)
def test_homophones(typed, meant):
    assert mend(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zufang能提吗", "租房能提吗"),
        ("tiqu公积金", "提取公积金"),
        ("gongjijin tiqu", "公积金提取"),
        ("gongjijindaikuan", "公积金贷款"),
        ("gjjdk能贷多少", "公积金贷款能贷多少"),
        ("要带什么cailiao", "要带什么材料"),
        ("zenme办", "怎么办"),
        ("zen么办", "怎么办"),
        ("jishou哪里办", "吉首哪里办"),
        ("ershoufang贷款", "二手房贷款"),
        ("jcjs怎么调", "缴存基数怎么调"),
        ("lilv多少", "利率多少"),
        ("wuxianyijin", "五险一金"),
    ],
)
def test_letters(typed, meant):
    assert normalize(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "工资条上实发3800,还带俩娃",
        "单位办还是自己办",
        "装修完多久提取",
        "公司不缴怎么办",
        "支付首付",
        "账上五万全拿去付首付",
        "拿复印件去提公积金",
        "一周内到账",
        "给父母家装电梯",
        "等补上了再说",
        "首富是谁",
        "技术工人",
        "老家有房",
        "房贷利息抵税",
        "打银饰的手艺人",
        "定金和订金",
        "i like you",
        "你们like我吗",
        "app上能办吗",
        "lpr降了",
        "loft能贷吗",
        "买etf和公积金哪个好",
        "yue是多少",
        "the game is over",
        "",
    ],
)
def test_left_alone(text):
    assert normalize(text) == text


def test_no_word_is_its_own_slip():
    """Every word of the lexicon, said alone, stays as it is."""
    assert [word for word in sorted(knowledge().fund) if mend(word) != word] == []


def test_mending_twice_changes_nothing_more():
    for text in ("二手的是先过护再放款还是先放款再过护", "gjjdk愈期", "公机金守付按接楼令"):
        assert normalize(normalize(text)) == normalize(text)
