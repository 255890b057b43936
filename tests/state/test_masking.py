"""What is masked and what is not: a number left open harms a citizen, an amount masked makes an answer wrong."""
from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies as st

from bot.state.masking import mask


def check_digit(first17: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(w * int(d) for w, d in zip(weights, first17)) % 11]


def identity(first17: str) -> str:
    return first17 + check_digit(first17)


def card(first18: str) -> str:
    """A 19-digit card number whose Luhn sum is right."""
    for last in "0123456789":
        doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(first18 + last))]
        if sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0:
            return first18 + last
    raise AssertionError(first18)


def spoken(number: str) -> str:
    return number.translate(str.maketrans("0123456789", "零一二三四五六七八九"))


# All made up.
CARD = card("622202190100123456")
WITH_DIGIT = identity("43310119851231002")
OLD_CARD = card("955880190100123456")
WITH_X = next(n for n in (identity(f"4331011990030712{i}") for i in range(10)) if n.endswith("X"))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        # 18-digit resident ID
        (f"我的身份证{WITH_DIGIT}", "我的身份证[证件号]"),
        (f"身份证号码是{WITH_X}能查吗", "身份证号码是[证件号]能查吗"),
        (WITH_X.lower(), "[证件号]"),
        (f"{WITH_DIGIT[:6]} {WITH_DIGIT[6:14]} {WITH_DIGIT[14:]}", "[证件号]"),
        (f"{WITH_DIGIT[:6]}-{WITH_DIGIT[6:14]}-{WITH_DIGIT[14:]}", "[证件号]"),
        ("".join(chr(ord(c) + 0xFEE0) for c in WITH_X), "[证件号]"),
        (f"{WITH_DIGIT}和{WITH_X}", "[证件号]和[证件号]"),
        (f"ID:{WITH_DIGIT},", "ID:[证件号],"),
        (f"{WITH_DIGIT[:6]}　{WITH_DIGIT[6:14]}　{WITH_DIGIT[14:]}", "[证件号]"),
        (f"{WITH_DIGIT[:6]}\u200b{WITH_DIGIT[6:]}", "[证件号]"),
        (f"{WITH_DIGIT[:6]}  {WITH_DIGIT[6:14]}  {WITH_DIGIT[14:]}", "[证件号]"),
        # old 15-digit ID
        ("433101850307123", "[证件号]"),
        ("身份证编号433101850307123", "身份证编号[证件号]"), ("护照编号：E12345678", "护照编号：[证件号]"),
        ("老身份证433101 850307 123", "老身份证[证件号]"),
        # mobile
        ("电话13812341234", "电话138****1234"),
        ("+8613812341234", "138****1234"),
        ("+86 138 1234 1234", "138****1234"),
        ("86-138-1234-1234", "138****1234"),
        ("0086 13812341234", "138****1234"),
        ("138 1234 1234打给我", "138****1234打给我"),
        ("１３８１２３４１２３４", "138****1234"),
        ("19912345678", "199****5678"),
        ("手机13812341234，微信同号", "手机138****1234，微信同号"),
        ("13812341234/13912341234", "138****1234/139****1234"),
        ("138\u200b12341234", "138****1234"),
        # bank card (Luhn)
        ("卡号4111111111111111", "卡号[卡号尾号1111]"),
        ("卡号4111 1111 1111 1111", "卡号[卡号尾号1111]"),
        ("4111-1111-1111-1111", "[卡号尾号1111]"),
        ("４１１１　１１１１　１１１１　１１１１", "[卡号尾号1111]"),
        (f"工行{CARD}", f"工行[卡号尾号{CARD[-4:]}]"),
        (f"{CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:16]} {CARD[16:]}", f"[卡号尾号{CARD[-4:]}]"),
        # e-mail
        ("发到zhang.san@example.com吧", "发到[邮箱]吧"),
        ("ZHANG_3+gjj@mail.example.cn", "[邮箱]"),
        ("13812341234@139.com", "[邮箱]"),
        ("ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", "[邮箱]"),
        ("138.1234.1234", "138****1234"),
        # Chinese numerals and digits of other scripts
        ("我电话一三八一二三四一二三四", "我电话138****1234"),
        ("幺三八 一二三四 一二三四", "138****1234"),
        ("壹叁捌壹贰叁肆壹贰叁肆", "138****1234"),
        ("13八12三41234", "138****1234"),
        ("١٣٨١٢٣٤١٢٣٤", "138****1234"),
        ("身份证" + spoken(WITH_DIGIT), "身份证[证件号]"),
        ("身份证" + spoken(WITH_X), "身份证[证件号]"),
        # residents of Hong Kong, Macau, Taiwan; foreigners
        (f"居住证{identity('81000019900307123')}", "居住证[证件号]"),
        (f"永居{identity('91152319900307123')}", "永居[证件号]"),
        # passports and permits
        ("护照E12345678", "护照[证件号]"), ("护照EA1234567过期了", "护照[证件号]过期了"), ("ｅ１２３４５６７８", "[证件号]"),
        ("G12345678", "[证件号]"), ("护照 PE1234567，", "护照 [证件号]，"), ("E-12345678", "[证件号]"),
        ("回乡证H12345678", "回乡证[证件号]"), ("H1234567890", "[证件号]"), ("M12345678", "[证件号]"),
        ("通行证C12345678", "通行证[证件号]"), ("CA1234567", "[证件号]"), ("T12345678", "[证件号]"),
        ("台胞证12345678", "台胞证[证件号]"), ("台胞证号：1234567890", "台胞证号：[证件号]"),
        ("香港身份证A123456(3)", "香港身份证[证件号]"), ("Ａ１２３４５６（３）", "[证件号]"),
        # old ICBC cards
        (f"工行{OLD_CARD}", f"工行[卡号尾号{OLD_CARD[-4:]}]"),
        # several kinds in one message
        (f"我叫张三，{WITH_X}，13812341234，a@b.cn", "我叫张三，[证件号]，138****1234，[邮箱]"),
    ],
)
def test_masked(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "12329", "打12329还是12345", "建金〔2018〕46号", "国务院令第710号", "2026-09-20", "2026年9月20日", "20260920",
        "2026-09-20至2027-09-19", "500000元", "贷50万，30年", "0743-1234567", "0743-8222222转1", "12.5%", "3.1%和2.6%",
        "账户余额123456.78元", "1990-03-07出生", "订单号20261122000123", "流水号202611220001234567", "工单GD20261122-0001",
        "公积金账号0431012345678", "单位账号202012345678", "统一社会信用代码91433101MA4L1234XY", "邮编416000", "门牌号1-2-301",
        "缴了120个月", "10000000000", "12345678901", "1234", "100000000000000", "房子128.5平", "2020 2021 2022 2023 2024",
        "每月1200 1300 1400", "1500 1600 800三笔", "2018-1-1 2020-12-31", "比例5%到12%", "三月13号8点12分", "", "我的手机号换了", "@12329", "a@b",
        # documents, contracts, cases
        "建金〔2015〕19号", "建金〔2015〕19号第三条", "湘建金〔2023〕5号", "国令第350号", "湘西州公积金〔2024〕12号", "财税〔2006〕10号",
        "合同号HT-2023-0001", f"借款合同号{CARD}", f"合同编号：{CARD}", "合同编号E20261234", "受理编号G20261122", "工单C12345678", "借据号433101850307123",
        f"公积金账号{CARD}", "流水号4111111111111111",
        # sums, terms, shares
        "贷500000元分360期", "1200000", "每月还3245.67元", "360个月", "30年期", "5.5倍", "基数12345.6", "12000 13000 14000 15000",
        "2.85%", "月缴1200，单位1200，个人1200", "首付300000，贷款500000，总价800000", "余额13800.50", "138.12平方米", "面积138.1234",
        # dates and spoken numbers
        "2015年10月8日起", "20151008", "2026/11/22 09:30:00", "1985.12.31", "二〇二六年十一月二十二日", "二零二六年", "一二三四五", "五十万", "三十年",
        "一百二十八点五平", "一二三四五六七八九十", "十二三二九", "一二三二九",
        # numbers everybody may know
        "打12329", "12345热线", "110 119 120", "95588", "955880", "0743-8222222", "400-812-3456", "G1234次高铁", "K9064次",
        "E栋1单元", "H5页面", "M1号楼", "T3航站楼", "COVID19", "W3C", "C08-Q2",
        "A123456(4)", "台胞证怎么办", "护照号多少位", "用户名A123456", "4111111111111112", WITH_DIGIT[:-1] + str((int(WITH_DIGIT[-1]) + 1) % 10),
    ],
)
def test_left_as_it_is(text):
    assert mask(text) == text


def test_a_wrong_check_digit_is_no_identity_number():
    wrong = WITH_X[:-1] + "1"
    assert mask(f"编号{wrong}") == f"编号{wrong}"


@given(st.text(max_size=60))
def test_text_without_digits_or_at_stays(text):
    if not any(character.isnumeric() or unicodedata.normalize("NFKC", character).isnumeric() or character in "@＠﹫" for character in text):
        assert mask(text) == text


@given(st.text(alphabet="公积金，。 abc元年", max_size=12), st.text(alphabet="公积金，。 元年", max_size=12))
def test_a_mobile_number_never_survives_in_chinese_text(before, after):
    assert "13812341234" not in mask(f"{before}13812341234{after}")


@given(st.integers(10**13, 10**14 - 1), st.sampled_from(["", " ", "-", "　", "－"]))
def test_a_bank_card_never_survives_however_it_is_grouped(middle, gap):
    number = card(f"6222{middle}")
    grouped = gap.join(number[i : i + 4] for i in range(0, 19, 4))
    assert mask(f"卡号{grouped}。") in (f"卡号[卡号尾号{number[-4:]}]。", "卡号[证件号]。")


@given(st.dates(), st.integers(0, 999), st.sampled_from(["", " ", "-"]))
def test_an_identity_number_never_survives_however_it_is_grouped(born, order, gap):
    if born.year < 1900 or born.year > 2100:
        return
    number = identity(f"433101{born:%Y%m%d}{order:03}")
    assert mask(f"我是{number[:6]}{gap}{number[6:14]}{gap}{number[14:]}的") == "我是[证件号]的"


@given(st.text(max_size=40))
def test_masking_twice_is_masking_once(text):
    assert mask(mask(text)) == mask(text)
