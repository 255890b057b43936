"""Regular expressions for amounts, times and shares in spoken Chinese, stored in the model when it is built.

Text is what the normaliser leaves: half-width digits, simplified characters. Places, family members and house types are
word lists (``lexicons/``), not patterns.
"""
from __future__ import annotations

from typing import List, Tuple

_DIGIT = "零〇一二两三四五六七八九"
_ARABIC = r"(?<![\d.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_SPOKEN = rf"(?<![{_DIGIT}十百千万亿第])(?:好几|[一二两三四五六七八九十几数])[{_DIGIT}十百千万亿几]*"
_NOT_MONEY = "人|户|名|家|个|平|米|套|次|字|年|天|月|岁|步|公里|斤|里|栋|位|分之"
_YUAN = "(?:元|块钱|块(?!地|砖|头)|圆|人民币)"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_SPOKEN_MONTH = "(?:十[一二]?|[一二三四五六七八九]|正|腊)"
_DAY_SUFFIX = "[日号](?!楼|线|院|店|窗|机|码|柜|厅|球|子|内|以内|之内|文)"
_PART = "(?:底|初|末|上旬|中旬|下旬|中)"
_RANGE = r"(?:\s*[-~～至到]\s*)"


def _money() -> List[str]:
    arabic_scale = r"\s*(?:多|来|几)?(?:百万|千万|[百千万亿]|[wk](?![a-z]))(?:\d+(?:\.\d+)?[百千万]?)?(?:多|来|余|几千|几百)?"
    return [
        rf"(?:[¥￥]\s*)?(?:{_ARABIC}{_RANGE})?{_ARABIC}{arabic_scale}{_YUAN}?(?!\d|{_NOT_MONEY})",
        rf"(?:{_ARABIC}{_RANGE})?{_ARABIC}(?:多|来)?{_YUAN}",
        rf"[¥￥]\s*{_ARABIC}",
        rf"{_SPOKEN}(?:多|来|把)?[百千万亿]?(?:多|余)?{_YUAN}(?<!一块)",
        rf"{_SPOKEN}一块钱",
        r"(?<![第])一块钱",
        # 三十万, 一万二, 几千, 十来万: a scale is needed when no unit is spoken; 一百二十平 is no money.
        rf"(?<![{_DIGIT}十百千万亿第])(?:好几|[一二两三四五六七八九十几数])[{_DIGIT}十几]*(?:多|来)?[百千万亿]"
        rf"(?:[{_DIGIT}十百千万亿几]*[{_DIGIT}十百千万亿几])?(?:多|余)?(?![{_DIGIT}十百千万亿](?!个)|{_NOT_MONEY}|多|来)",
    ]


def _percent() -> List[str]:
    return [
        r"(?<![\d.])\d+(?:\.\d+)?\s*(?:%|％|‰|个?百分点|个点)",
        rf"百分之[{_DIGIT}十百几]+(?:点[{_DIGIT}]+)?",
        r"百分之\d+(?:\.\d+)?",
        rf"(?<![{_DIGIT}十百千万亿第\d])[一二两三四五六七八九几\d]成(?:半|五)?(?!功|本|立|员|年|为|交|家|果|都|人|了|绩|长|熟|就|因|分|型|婚|品|套|不|天|心|倍)",
        r"[一二两三四五六七八九几]个(?:百分)?点(?!钟|心)",
    ]


def _duration() -> List[str]:
    number = rf"(?:{_ARABIC}|{_SPOKEN})"
    units = "(?:工作日|自然日|月(?!份)|季度|星期|礼拜|小时|钟头)"
    year = rf"(?:(?<![\d.第])\d{{1,3}}(?:\.\d+)?|{_SPOKEN})(?:多|来)?年(?:半|多)?(?!级|代|度|份|底|初|末)"
    months = rf"{number}(?:多|来)?个(?:半|多)?{units}(?:半|多)?"
    return [
        rf"(?<!第){year}(?:零|又)?{months}",
        rf"(?<!第){year}",
        rf"(?<!第)(?:{number}{_RANGE})?{months}",
        rf"(?<!第)(?:{number}{_RANGE})?{number}(?:多|来)?(?:天|周(?!岁|年|[一二三四五六日末])|工作日|小时|分钟)(?:半|多)?",
        rf"(?<!第){_ARABIC}日(?=内|以内|之内)",
        r"(?<!上|下)[大小]?半年多?|半个多?月|半月|半天|半个(?:小时|钟头)|多年",
    ]


def _date() -> List[str]:
    month_day = rf"{_MONTH}\s*月份?(?:\s*{_DAY}\s*{_DAY_SUFFIX}|{_PART}|\s*{_DAY}(?![\d\s]*[月年个万千%天]))?"
    spoken_month_day = rf"{_SPOKEN_MONTH}月份?(?:[{_DIGIT}十]{{1,3}}{_DAY_SUFFIX}|{_PART})?(?!供)"
    anyday = rf"(?:{month_day}|{spoken_month_day})"
    half = "(?:上半年|下半年|年?(?:底|初|末|中(?!心)))"
    return [
        rf"(?<!\d)(?:(?:19|20)\d\d|[0-2]\d|9\d)\s*年(?:的)?\s*{anyday}",
        rf"(?<!\d)(?:19|20)\d\d\s*年(?:{half}|度)?",
        rf"[一二][{_DIGIT}]{{3}}年(?:{anyday}|{half})?",
        r"(?<!\d)(?:9\d|[012]\d)年(?:底|初|末|(?=的?(?:买|购|办|开始|入职|结婚|参加工作)))",
        rf"(?<!\d)(?:19|20)\d\d[-/.]{_MONTH}(?:[-/.]{_DAY})?(?![\d.])",
        rf"(?:大前|[今去前明后])年(?:的)?(?:{anyday}|{half}|春节|国庆)?",
        r"(?:上|本|今|去)年度",
        rf"(?:上上|下下|[上下这本])个?月(?:份)?(?:\s*{_DAY}\s*{_DAY_SUFFIX}|{_PART})?(?!供)",
        r"(?:上上|下下|[上下这本])个?(?:周|星期|礼拜)(?:[一二三四五六日天]|末)?",
        r"(?:大前|大后|[今昨明后前])天(?:上午|下午|早上|晚上|中午)?",
        r"(?:周|星期|礼拜)[一二三四五六日天]",
        rf"(?<![\d.]){month_day}",
        rf"(?<![{_DIGIT}十百千个]){spoken_month_day}",
        rf"(?<![\d.第]){_DAY}\s*{_DAY_SUFFIX}",
        r"(?<![\d一二三四五六七八九十两几])(?:年底|年初|年末|月底|月初|月末|上半年|下半年|春节|国庆节?|元旦|中秋节?|端午节?)",
    ]


def all_patterns() -> List[Tuple[str, str]]:
    """(label, regular expression), most trusted first."""
    labelled = [("PERCENT", _percent()), ("DATE", _date()), ("DURATION", _duration()), ("MONEY", _money())]
    return [(label, source) for label, sources in labelled for source in sources]
