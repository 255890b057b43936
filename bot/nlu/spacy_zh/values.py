"""Normalised values of number entities, as ``ent.kb_id_``: what 三万五, 一年半, 去年9月 and 两成 say, in one form each.

MONEY in yuan (``35000``); PERCENT (``20%``); DURATION in ISO 8601 (``P1Y6M``; working days ``15工作日``); DATE in ISO 8601 as far
as it is said, otherwise against the day of speaking: ``Y-1-09`` (September last year), ``M+1``, ``D+1``, ``XXXX-09-03``,
``XXXX-WXX-6``, halves of a year ``H1``. Ranges are ``low/high``. What gives no number (几万, 好几个月) has the value "".
"""
# No postponed annotations here: spaCy's registry resolves the component's types when it is called.
import re
from typing import Callable, Dict, List, Optional

from spacy.language import Language
from spacy.tokens import Doc, Span

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}
_DIGITS.update({"〇": 0, "两": 2})
_UNITS = {"十": 10, "百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000, "亿": 100_000_000}
_TOKENS = re.compile(r"\d+(?:\.\d+)?|[零〇一二两三四五六七八九]|[十百千k万w亿]")
_RANGE = re.compile(r"(?<=[\d.万千百十])\s*[-~～至到]\s*(?=[\d¥￥])")
_PAIR = re.compile(r"([一二两三四五六七八])([二三四五六七八九])(?=[十百千万亿])")
_VAGUE = re.compile(r"几|数|好几|多年|多天|多月")
_YEARS = {"大前": -3, "前": -2, "去": -1, "今": 0, "本": 0, "明": 1, "后": 2}
_DAYS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_STEPS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日", 1)}
_WEEKDAYS.update({"天": 7, "末": 6})
_PARTS = {"底": "-12", "末": "-12", "初": "-01", "中": "-06"}
_ISO_UNITS = (("年", "Y"), ("季度", "Q"), ("星期", "W"), ("礼拜", "W"), ("周", "W"), ("月", "M"), ("小时", "H"), ("钟头", "H"), ("分钟", "m"), ("天", "D"), ("日", "D"))
_LENGTH = re.compile(r"(\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+|半)?(?:多|来)?个?(半)?(年|季度|星期|礼拜|周|月|小时|钟头|分钟|天|日)(半)?")


def number(text: str) -> Optional[float]:
    """The number that ``text`` says in digits, words or both (3.5万, 三万五, 一千零五, 120w); None when it says none."""
    total = section = 0.0
    pending: Optional[float] = None
    last = 0
    after_zero = arabic = False
    for token in _TOKENS.findall(text.lower().replace(",", "")):
        if token in _UNITS:
            unit = _UNITS[token]
            if unit >= 10_000:
                total += ((section + (pending or 0)) or 1) * unit
                section = 0
            else:
                section += (1 if pending is None else pending) * unit
            pending, last, after_zero = None, unit, False
        elif pending is not None and token in _DIGITS and not arabic:
            pending = pending * 10 + _DIGITS[token]  # 二〇二五
        else:
            arabic = token not in _DIGITS
            pending = float(token) if arabic else float(_DIGITS[token])
            after_zero = after_zero or pending == 0
            if pending == 0 and last:
                pending = None
    if pending is None:
        return total + section if last else None
    # 三万五 is 35,000, 一千零五 is 1,005
    return total + section + pending * (last / 10 if last and not after_zero and pending < 10 else 1)


def _show(value: float) -> str:
    return f"{value:.10g}"


def _ends(text: str) -> List[str]:
    """The two ends of a range (30-50万, 二三十万), else the text alone; a scale said once holds for both."""
    pair = _PAIR.search(text)
    if pair:
        return [text[: pair.start(2)] + text[pair.end(2) :], text[: pair.start(1)] + text[pair.end(1) :]]
    ends = _RANGE.split(text, 1)
    if len(ends) == 2 and not any(c.lower() in _UNITS for c in ends[0]):
        ends[0] += "".join(c for c in ends[1] if c.lower() in _UNITS)
    return ends


def money(text: str) -> str:
    values = [number(end) for end in _ends(text)]
    return "" if _VAGUE.search(text) or None in values else "/".join(_show(v) for v in values if v is not None)


def percent(text: str) -> str:
    if _VAGUE.search(text):
        return ""
    text = re.sub(r"个百分点$", "个点", text)
    spoken = re.match(r"百分之(.+)", text)
    whole, _, fraction = (spoken.group(1) if spoken else text).partition("点") if not text.endswith("点") else (text, "", "")
    value = number(whole)
    if value is None:
        return ""
    if spoken and fraction:
        value += float("0." + "".join(str(_DIGITS[c]) for c in fraction if c in _DIGITS))
    if "成" in text:
        tenths = number(text[: text.index("成")]) or 0
        value = 10 * tenths + (5 if text.endswith(("半", "五")) else 0)
    return f"{_show(value / 10 if '‰' in text else value)}%"


def duration(text: str) -> str:
    if _VAGUE.search(text):
        return ""
    if "工作日" in text:
        return "/".join(f"{_show(v)}工作日" for v in map(number, _ends(text)) if v is not None)
    ends = re.split(r"(?<=\d)\s*[-~～至到]\s*(?=\d)", text, maxsplit=1)
    if len(ends) == 2:
        ends[0] += re.sub(r"[\d.]", "", ends[1])
    return "/".join(filter(None, map(_iso_duration, ends)))


def _iso_duration(text: str) -> str:
    amounts: Dict[str, float] = {}
    for count, half_before, unit, half_after in _LENGTH.findall(text.replace("零", "").replace("又", "")):
        value = 0.5 if count == "半" else number(count) if count else (0.0 if half_before else None)
        if value is None:
            return ""
        value += 0.5 * bool(half_before) + 0.5 * bool(half_after)
        letter = dict(_ISO_UNITS)[unit]
        if letter == "Q":
            letter, value = "M", 3 * value
        if letter == "Y" and value % 1:
            amounts["M"] = amounts.get("M", 0) + 12 * (value % 1)
            value -= value % 1
        if value:
            amounts[letter] = amounts.get(letter, 0) + value
    dates = "".join(f"{_show(amounts[u])}{u}" for u in "YMWD" if u in amounts)
    times = "".join(f"{_show(amounts[u])}{u.upper()}" for u in "Hm" if u in amounts)
    return f"P{dates}{'T' + times if times else ''}" if amounts else ""


def _year(text: str) -> str:
    """Year at the start of ``text``: 2025, 一九九八, 19 (two figures), or relative."""
    found = re.match(r"((?:19|20)\d\d)(?=\s*年|[-/.])", text)
    if found:
        return found.group(1)
    found = re.match(r"(\d\d)\s*年", text)
    if found:
        return ("19" if found.group(1)[0] == "9" else "20") + found.group(1)
    found = re.match(r"([一二][零〇一二三四五六七八九]{3})年", text)
    if found:
        return "".join(str(_DIGITS[c]) for c in found.group(1))
    found = re.match(r"(大前|[前去今本明后])年", text)
    if found:
        return f"Y{_YEARS[found.group(1)]:+d}"
    return "Y-1" if text.startswith("上年度") else ""


def date(text: str) -> str:
    whole = re.match(r"((?:19|20)\d\d)[-/.](\d{1,2})(?:[-/.](\d{1,2}))?$", text)
    if whole:
        return "-".join([whole.group(1), *(f"{int(g):02d}" for g in whole.groups()[1:] if g)])
    day = re.match(r"(大前|大后|[昨今明后前])天", text)
    if day:
        return f"D{_DAYS[day.group(1)]:+d}"
    week = re.match(r"(上上|下下|[上下这本])?个?(?:周|星期|礼拜)([一二三四五六日天末])?$", text)
    if week:
        weekday = f"-{_WEEKDAYS[week.group(2)]}" if week.group(2) else ""
        return f"W{_STEPS[week.group(1)]:+d}{weekday}" if week.group(1) else f"XXXX-WXX{weekday}"
    step = re.match(r"(上上|下下|[上下这本])个?月", text)
    if step:
        return f"M{_STEPS[step.group(1)]:+d}{_day(text[step.end():])}"
    if re.match(r"月[底初末]", text):
        return "M+0"
    year = _year(text)
    half = re.search(r"([上下])半年", text)
    if half:
        return f"{year or 'Y+0'}-H{1 if half.group(1) == '上' else 2}"
    part = re.search(r"年?([底初末中])$", text)
    if part and "月" not in text and (year or text.startswith("年")):
        return f"{year or 'Y+0'}{_PARTS[part.group(1)]}"
    month = re.search(r"(1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九正腊])\s*月(.*)$", text)
    if month:
        figure = {"正": 1.0, "腊": 12.0}.get(month.group(1)) or number(month.group(1)) or 0
        return f"{year or 'XXXX'}-{int(figure):02d}{_day(month.group(2))}"
    if year:
        return year
    only = _day(text)
    return f"XXXX-XX{only}" if only else text if re.search("节|元旦", text) else ""


def _day(text: str) -> str:
    """``-20`` for 20号, 二十日; "" when no day is said."""
    found = re.match(r"份?\s*(\d{1,2}|[一二三四五六七八九十]+)(?:\s*[日号]|$)", text)
    value = number(found.group(1)) if found else None
    return f"-{int(value):02d}" if value else ""


VALUES: Dict[str, Callable[[str], str]] = {"MONEY": money, "PERCENT": percent, "DURATION": duration, "DATE": date}


def set_values(doc: Doc) -> Doc:
    """Give every number entity its value; words got theirs from the lists."""
    doc.set_ents([
        Span(doc, ent.start, ent.end, label=ent.label, kb_id=VALUES[ent.label_](ent.text.lower())) if ent.label_ in VALUES else ent
        for ent in doc.ents
    ])
    return doc


if not Language.has_factory("gjj_values"):  # this file and its copy in the package may meet in one process
    Language.component("gjj_values")(set_values)
