"""Dates and durations as people say them: 三个月, 半年, 2026年9月3日, 去年5月, 上个月."""
from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Optional

import cn2an

_MONTHS = re.compile(r"(?P<half>半)个?月|(?P<months>[\d.一二两三四五六七八九十]+)(?:个(?P<monthhalf>半)?多?|多)月")
_YEARS = re.compile(r"(?P<half>半)年|(?P<years>[\d.一二两三四五六七八九十]+)年(?:多)?(?P<yearhalf>半)?")
_DATE = re.compile(r"(?:(?P<year>\d{4}|\d{2})年|(?P<relative>今年|去年|前年|明年))?(?:(?P<month>\d{1,2}|[一二三四五六七八九十]{1,3})月)?(?:份)?(?:(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3})[日号])?")
_CALENDAR_YEAR = 100
"""From here on a number before 年 names a year."""
_RELATIVE_YEARS = {"今年": 0, "去年": -1, "前年": -2, "明年": 1}
_RELATIVE_DAYS = {"今天": 0, "昨天": -1, "大前天": -3, "前天": -2}
_DAYS_AGO = re.compile(r"(?P<n>[\d一二两三四五六七八九十]+)天(?:之|以)?前")
_LAST_WEEK = re.compile(r"上个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])?")
_WEEKDAYS = "一二三四五六日"
_DAY_OF_MONTH = re.compile(r"(?<![\d.])(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3})[日号]")


@dataclass(frozen=True)
class Day:
    """A calendar date as precise as it was said: ``day`` (and ``month``) may be unknown."""

    year: int
    month: Optional[int] = None
    day: Optional[int] = None

    def first(self) -> date:
        """Earliest date it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def last(self) -> date:
        """Latest date it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def iso(self) -> str:
        """``2026-09-03``, ``2026-09`` or ``2026``."""
        parts = [f"{self.year:04d}"]
        if self.month:
            parts.append(f"{self.month:02d}")
            if self.day:
                parts.append(f"{self.day:02d}")
        return "-".join(parts)

    @classmethod
    def from_iso(cls, text: str) -> "Day":
        return cls(*(int(p) for p in text.split("-")))

    def say(self) -> str:
        """2026年9月3日, 2026年9月 or 2026年."""
        text = f"{self.year}年"
        if self.month:
            text += f"{self.month}月"
            if self.day:
                text += f"{self.day}日"
        return text


def number(text: str) -> Optional[float]:
    """A Chinese or Arabic number; None when ``text`` is neither."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return float(cn2an.cn2an(text.replace("两", "二"), "smart"))
    except ValueError:
        return None


def months(text: str) -> Optional[float]:
    """A duration in months: 三个月 → 3, 半年 → 6, 两年半 → 30, 1年 → 12; None when there is none.

    9月 and 2025年 are names of a month and a year, not durations.
    """
    match = _YEARS.search(text)
    if match:
        if match["half"]:
            return 6.0
        years = number(match["years"])
        if years is not None and years < _CALENDAR_YEAR:
            rest = _MONTHS.search(text[match.end() :])
            extra = months(rest.group()) if rest else 0
            return years * 12 + (6 if match["yearhalf"] else 0) + (extra or 0)
    match = _MONTHS.search(text)
    if match:
        if match["half"]:
            return 0.5
        value = number(match["months"])
        if value is not None:
            return value + (0.5 if match["monthhalf"] else 0)
    return None


def day(text: str, today: date) -> Optional[Day]:
    """A date as said, relative to ``today``; a bare month is the latest such month that is not in the future."""
    for word, shift in _RELATIVE_DAYS.items():
        if word in text:
            found = today + timedelta(days=shift)
            return Day(found.year, found.month, found.day)
    ago = _DAYS_AGO.search(text)
    if ago and number(ago["n"]) is not None:
        found = today - timedelta(days=int(number(ago["n"]) or 0))
        return Day(found.year, found.month, found.day)
    last_week = _LAST_WEEK.search(text)
    if last_week:
        weekday = last_week["weekday"]
        if weekday is None:
            found = today - timedelta(days=7)
            return Day(found.year, found.month)  # which day of that week was not said
        found = today - timedelta(days=today.weekday() + 7 - _WEEKDAYS.index(weekday.replace("天", "日")))
        return Day(found.year, found.month, found.day)
    back = re.search(r"(上+)个?月", text)
    if back:
        return _in_month(add_months(date(today.year, today.month, 1), -len(back[1])), text)
    if re.search(r"(?:这|本)个?月", text):
        return _in_month(today, text)
    for match in _DATE.finditer(text):
        if not match.group():
            continue
        month = number(match["month"]) if match["month"] else None
        month_number = int(month) if month and 1 <= month <= 12 else None
        if match["year"]:
            year = int(match["year"])
            if year < 100:
                year += 2000 if year <= today.year % 100 + 1 else 1900  # 98年 is past, 27年 may be ahead
        elif match["relative"]:
            year = today.year + _RELATIVE_YEARS[match["relative"]]
        elif month_number:
            year = today.year if month_number <= today.month else today.year - 1
        else:
            continue
        said = number(match["day"]) if match["day"] and month_number else None
        return Day(year, month_number, _valid(year, month_number or 1, said))
    if _DAY_OF_MONTH.search(text):
        latest = _in_month(today, text)
        if latest.day is None or latest.day > today.day:
            latest = _in_month(add_months(today.replace(day=1), -1), text)  # the latest such day that has been
        return latest if latest.day is not None else None
    return None


def _in_month(month: date, text: str) -> Day:
    """The day of ``month`` that ``text`` names (20号), or the month when it names none."""
    match = _DAY_OF_MONTH.search(text)
    return Day(month.year, month.month, _valid(month.year, month.month, number(match["day"])) if match else None)


def _valid(year: int, month: int, day_number: Optional[float]) -> Optional[int]:
    """``day_number`` where that month has such a day."""
    if day_number is None or not 1 <= day_number <= calendar.monthrange(year, month)[1]:
        return None
    return int(day_number)


def add_months(start: date, count: int) -> date:
    """The same day ``count`` months later (earlier when negative), or the month's last day when it has no such day."""
    index = start.year * 12 + start.month - 1 + count
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
