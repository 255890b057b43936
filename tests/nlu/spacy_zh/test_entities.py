"""Sentence in, exact entities out."""
from __future__ import annotations

import pytest

MONEY = [
    ("能提8万吗", "8万"),
    ("每月五千块", "五千块"),
    ("余额120W", "120W"),
    ("首付3.5万元", "3.5万元"),
    ("三万五够不够", "三万五"),
    ("贷了三十五万", "三十五万"),
    ("大概二三十万", "二三十万"),
    ("每月两百来块", "两百来块"),
    ("30-50万能贷多少年", "30-50万"),
    ("¥800的房租", "¥800"),
    ("交了2,000.50元", "2,000.50元"),
    ("八千五的工资", "八千五"),
]
DURATION = [
    ("离职半年了", "半年"),
    ("封存三个月", "三个月"),
    ("满6个月才行", "6个月"),
    ("缴了两年多", "两年多"),
    ("还了3年6个月", "3年6个月"),
    ("要一个半月吗", "一个半月"),
    ("15个工作日", "15个工作日"),
    ("5日内到账", "5日"),
    ("等了十几年", "十几年"),
    ("20年的贷款", "20年"),
    ("三天能办好不", "三天"),
    ("断了好几个月", "好几个月"),
]
DATE = [
    ("2026年9月3日买的", "2026年9月3日"),
    ("去年结的婚", "去年"),
    ("上个月交的", "上个月"),
    ("今年3月断缴", "今年3月"),
    ("9月3号还款", "9月3号"),
    ("2026-09-03签的", "2026-09-03"),
    ("19年买的房", "19年"),
    ("2025年底退休", "2025年底"),
    ("每月20号扣", "20号"),
    ("十二月份办", "十二月份"),
    ("星期六上班吗", "星期六"),
    ("明天上午去", "明天上午"),
]
PERCENT = [
    ("比例12%", "12%"),
    ("百分之五行不行", "百分之五"),
    ("首付两成", "两成"),
    ("三成首付", "三成"),
    ("降了两个点", "两个点"),
    ("0.25个百分点", "0.25个百分点"),
]
PLACE = [
    ("吉首怎么办", "吉首"),
    ("花垣县哪里办", "花垣县"),
    ("湘西土家族苗族自治州中心", "湘西土家族苗族自治州"),
    ("在广东打工", "广东"),
    ("转到长沙市", "长沙市"),
]
FAMILY = [
    ("用我爱人的", "爱人"),
    ("我妈的公积金", "妈"),
    ("给儿子买", "儿子"),
    ("岳父岳母能用吗", "岳父岳母"),
    ("我爸妈退休", "爸妈"),
    ("媳妇没有公积金", "媳妇"),
]
HOUSE = [
    ("买二手房", "二手房"),
    ("农村自建房能提吗", "农村自建房"),
    ("公租房租金", "公租房"),
    ("保租房行不行", "保租房"),
    ("法拍房可以贷吗", "法拍房"),
    ("商铺能用公积金吗", "商铺"),
    ("老家自建房", "自建房"),
]


@pytest.mark.parametrize(
    "sentence, text, label",
    [
        (sentence, text, label)
        for label, cases in [
            ("MONEY", MONEY), ("DURATION", DURATION), ("DATE", DATE), ("PERCENT", PERCENT),
            ("PLACE", PLACE), ("FAMILY", FAMILY), ("HOUSE", HOUSE),
        ]
        for sentence, text in cases
    ],
)
def test_single_entity(sources, sentence, text, label):
    assert [(entity.text, entity.label_) for entity in sources(sentence).ents] == [(text, label)]


@pytest.mark.parametrize(
    "sentence",
    [
        "千万别信中介",
        "万一被骗呢",
        "我们一块去办",
        "一百二十平的房子",
        "3栋1单元",
        "5号楼3号窗口",
        "打12329",
        "满18周岁",
        "可爱人士",
        "办成了没有",
        "第三个窗口",
        "多元化办理",
        "成功了吗",
        "一年级",
        "",
    ],
)
def test_no_entity(sources, sentence):
    assert list(sources(sentence).ents) == []


def test_several_entities_in_order(sources):
    doc = sources("我老公去年9月在长沙买的二手房，首付三成，贷了30万，还了两年多")
    assert [(entity.text, entity.label_) for entity in doc.ents] == [
        ("老公", "FAMILY"),
        ("去年9月", "DATE"),
        ("长沙", "PLACE"),
        ("二手房", "HOUSE"),
        ("三成", "PERCENT"),
        ("30万", "MONEY"),
        ("两年多", "DURATION"),
    ]


def test_entity_borders_are_token_borders(sources):
    """万元 is one dictionary word; 8万元钱 and the like still give exact spans and an unchanged text."""
    for sentence in ("借8万元人民币", "我在一百二十万以内", "去年底办的", "每月两千一个月"):
        doc = sources(sentence)
        assert doc.text == sentence
        for entity in doc.ents:
            assert sentence[entity.start_char : entity.end_char] == entity.text
