"""Amounts, terms and rates as people write them: 30万, 三十万五千, 300000元, 20年, 240期, 两年半, 2.6%, 百分之三点一."""
from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import List, Optional

_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HAN = "[零〇一二两三四五六七八九十百千万亿点]+"
_UNITS = {"亿": Decimal(10) ** 8, "千万": Decimal(10) ** 7, "百万": Decimal(10) ** 6, "万": Decimal(10000), "w": Decimal(10000), "千": Decimal(1000), "k": Decimal(1000), "": Decimal(1)}
_NUMBERS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9)))
_PLACES = {"十": 10, "百": 100, "千": 1000}
_CALENDAR_YEAR = 100
_PLAIN_AMOUNT = 1000
"""A number without a unit counts as an amount of money from here on."""

AMOUNT = (
    rf"(?:(?:{_DIGITS})(?:亿|千万|百万|万|w|千|k)(?:[零〇]?[\d一二两三四五六七八九]千|\d(?!\d))?(?:多|来)?(?:块钱?|元)?(?!年|个?月|期|%|岁)"
    rf"|(?:{_DIGITS})(?:块钱?|元)"
    rf"|[零〇一二两三四五六七八九十百千点]*[万千][零〇一二两三四五六七八九十百千]*(?:多|来)?(?:块钱?|元)?|{_HAN}(?:块钱?|元)"
    r"|(?<![\d.])(?!(?:12329|12345)(?!\d))(?:\d{1,3}(?:,\d{3})+|\d{4,9})(?:\.\d{1,2})?(?![\d.%年月期岁号]|个月))"
)
TERM = rf"(?:(?:\d+|{_HAN})年(?:半|零?(?:\d+|{_HAN})个月)?|(?:\d+|{_HAN})(?:个月|期)|半年)"
RATE = rf"(?:(?:\d+(?:\.\d+)?)(?:%|个点|个百分点)|百分之(?:\d+(?:\.\d+)?|{_HAN}))"
PATTERNS = {"amount": AMOUNT, "term": TERM, "rate": RATE}


@dataclass(frozen=True)
class Said:
    """A value found in a text: ``value`` in yuan, months or per cent; ``start``/``end`` where."""

    value: Decimal
    start: int
    end: int


def find(kind: str, text: str) -> List[Said]:
    """Every amount, term or rate in ``text``, in order."""
    read = {"amount": amount, "term": term, "rate": rate}[kind]
    found = []
    for match in re.finditer(PATTERNS[kind], text):
        value = read(match.group())
        if value is not None:
            found.append(Said(value, match.start(), match.end()))
    return found


def number(text: str) -> Optional[Decimal]:
    """An Arabic or Chinese number; None when ``text`` is neither."""
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return _han(text) if text and re.fullmatch(_HAN, text) else None


def amount(text: str) -> Optional[Decimal]:
    """An amount in yuan; a number without any unit counts as yuan."""
    text = re.sub(r"(?:块钱?|元|多|来)+$", "", text.strip())
    match = re.fullmatch(rf"({_DIGITS})(亿|千万|百万|万|w|千|k)?([零〇]?([\d一二两三四五六七八九])(千)?)?", text)
    if match is None:
        return number(text)
    unit = _UNITS[match[2] or ""]
    value = Decimal(match[1].replace(",", "")) * unit
    if match[4]:
        value += number(match[4]) * (1000 if match[5] else unit / 10)  # type: ignore[operator] # 3万5 is 35000
    return value


def term(text: str) -> Optional[Decimal]:
    """A duration in months; 2026年 is none."""
    if text == "半年":
        return Decimal(6)
    match = re.fullmatch(rf"(?:(\d+|{_HAN})年)?(半)?(?:零?(\d+|{_HAN})(?:个月|期))?", text)
    if match is None or not (match[1] or match[3]):
        return None
    years = number(match[1]) if match[1] else Decimal(0)
    months = number(match[3]) if match[3] else Decimal(0)
    if years is None or months is None or years >= _CALENDAR_YEAR:
        return None
    return years * 12 + (6 if match[2] else 0) + months


def rate(text: str) -> Optional[Decimal]:
    """Per cent a year."""
    return number(re.sub(r"%|个百分点|个点|百分之", "", text))


def bare(kind: str, text: str) -> Optional[Decimal]:
    """A number without a unit as the reply to a question: 30 is 30万元 of a loan, 20 years, 240 instalments, 2.6 per cent."""
    match = re.fullmatch(rf"(?:大概|大约|差不多|就|是|约|左右)*({_DIGITS}|{_HAN})(?:左右|吧|啊|的样子|上下)*[。.!]*", text.strip())
    value = number(match[1]) if match else None
    if value is None:
        return None
    if kind == "loan" and value < _PLAIN_AMOUNT:
        return value * 10000
    if kind == "term":
        return value * 12 if value <= 30 else value
    return value


def _han(text: str) -> Optional[Decimal]:
    """A Chinese number: 三十五, 三万五 (35000), 二零二六, 三点一, 三点五万."""
    if "点" in text:
        whole, _, rest = text.partition("点")
        digits = re.match(r"[零〇一二两三四五六七八九]+", rest)
        unit = rest[digits.end() :] if digits else rest
        if not digits or unit not in _UNITS or whole and _han(whole) is None:
            return None
        fraction = Decimal("0." + "".join(str(_NUMBERS[c]) for c in digits.group()))
        return ((_han(whole) if whole else Decimal(0)) + fraction) * _UNITS[unit]  # type: ignore[operator]
    if len(text) > 1 and all(c in _NUMBERS for c in text):
        return Decimal("".join(str(_NUMBERS[c]) for c in text))
    total = section = digit = 0
    place = 1
    for character in text:
        if character in _NUMBERS:
            digit = _NUMBERS[character]
            if not digit:
                place = 1  # 三万零五 is 30005
        elif character in _PLACES:
            place = _PLACES[character]
            section += (digit or 1) * place
            digit = 0
        else:
            place = {"万": 10**4, "亿": 10**8}[character]
            total += (section + digit or 1) * place
            section = digit = 0
    return Decimal(total + section + digit * max(1, place // 10))
