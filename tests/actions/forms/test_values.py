"""Figures as people write them → exact values."""
from __future__ import annotations

from decimal import Decimal

import pytest

from actions.forms import values


@pytest.mark.parametrize(
    "text, yuan",
    [
        ("30万", 300_000), ("三十万", 300_000), ("300000", 300_000), ("300,000元", 300_000), ("三十万五千", 305_000), ("三万五", 35_000), ("30万5", 305_000),
        ("30万5千", 305_000), ("30.5万", 305_000), ("三点五万", 35_000), ("35w", 350_000), ("1.5千", 1500), ("八千块钱", 8000), ("一百二十万", 1_200_000),
        ("三万零五百", 30_500), ("1500块", 1500), ("两千元", 2000), ("一亿元", 100_000_000), ("十万来块", 100_000),
    ],
)
def test_amounts(text, yuan):
    assert [s.value for s in values.find("amount", f"贷{text}行吗")] == [Decimal(yuan)]


@pytest.mark.parametrize("text", ["2026年", "20年", "240期", "打12329问", "12345热线", "30%", "三个月", "第二套", "28岁"])
def test_no_amount(text):
    assert values.find("amount", text) == []


@pytest.mark.parametrize(
    "text, months",
    [("20年", 240), ("二十年", 240), ("240期", 240), ("240个月", 240), ("两年半", 30), ("2年6个月", 30), ("三年零两个月", 38), ("半年", 6), ("十二个月", 12)],
)
def test_terms(text, months):
    assert [s.value for s in values.find("term", f"分{text}还")] == [Decimal(months)]


@pytest.mark.parametrize("text", ["2026年", "二零二六年", "9月", "今年"])
def test_no_term(text):
    assert values.find("term", text) == []


@pytest.mark.parametrize("text, percent", [("2.6%", "2.6"), ("百分之三点一", "3.1"), ("3.1个点", "3.1"), ("百分之3", "3"), ("2.85个百分点", "2.85")])
def test_rates(text, percent):
    assert [s.value for s in values.find("rate", f"利率{text}")] == [Decimal(percent)]


@pytest.mark.parametrize(
    "kind, text, value",
    [("loan", "30", 300_000), ("loan", "三十", 300_000), ("loan", "300000", 300_000), ("amount", "大概8000左右", 8000), ("term", "20", 240), ("term", "240", 240),
     ("rate", "3.1", "3.1"), ("term", "十五", 180), ("loan", "不好说", None), ("rate", "银行定的", None)],
)
def test_a_bare_number_as_a_reply(kind, text, value):
    assert values.bare(kind, text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize("text, value", [("二零二六", 2026), ("三万零五", 30_005), ("一千零一", 1001), ("十", 10), ("一百一", 110), ("点五", "0.5"), ("万点", None), ("", None)])
def test_numbers(text, value):
    assert values.number(text) == (None if value is None else Decimal(value))
