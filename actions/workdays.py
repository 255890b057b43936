"""Working days of mainland China. The official arrangement of a year is published late in the year before; until then
its days are Monday to Friday without the holidays of fixed date, and every result says that it is not certain."""
from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import chinese_calendar

_FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
"""Month and day of the holidays that do not follow the lunar calendar (全国年节及纪念日放假办法, as of 2025)."""


class Found(NamedTuple):
    """A date, and whether the official holiday arrangement of every day counted is known."""

    day: date
    certain: bool


def is_workday(day: date) -> bool:
    """Whether offices work on ``day``, as far as known: see :func:`arranged`."""
    if arranged(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED


def arranged(year: int) -> bool:
    """Whether the official holiday arrangement of ``year`` is known here."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def after(start: date, count: int) -> Found:
    """The ``count``-th working day after ``start``; the day of the event itself does not count."""
    day, certain = start, arranged(start.year)
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
        certain = certain and arranged(day.year)
    return Found(day, certain)


def on_or_after(start: date) -> Found:
    """``start``, or the next working day when offices are closed on it."""
    day = start
    while not is_workday(day):
        day += timedelta(days=1)
    return Found(day, arranged(start.year) and arranged(day.year))
