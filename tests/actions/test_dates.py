"""Durations and dates as people say them; today is Sunday 22 November 2026."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from actions.dates import Day, add_months, day, months, number

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("三个月", 3), ("3个月", 3), ("十二个月", 12), ("12个月", 12), ("两个月", 2), ("一个多月", 1), ("三个多月", 3), ("半个月", 0.5),
        ("一个半月", 1.5), ("半年", 6), ("一年", 12), ("1年", 12), ("两年", 24), ("两年半", 30), ("一年多", 12), ("两年零三个月", 27),
        ("二十年", 240), ("3.5年", 42),
        # names of months and years are no durations
        ("9月", None), ("九月", None), ("2025年", None), ("2025年9月", None), ("三天", None), ("好久", None), ("", None),
    ],
)
def test_durations_in_months(text, expected):
    assert months(text) == expected


@pytest.mark.parametrize(
    "text, expected", [("3", 3), ("3.5", 3.5), ("三", 3), ("两", 2), ("十二", 12), ("二十", 20), ("一百", 100), ("很多", None), ("", None)]
)
def test_numbers(text, expected):
    assert number(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("2026年9月3日", "2026-09-03"), ("2026年9月3号", "2026-09-03"), ("2026年9月", "2026-09"), ("2026年", "2026"), ("26年9月", "2026-09"),
        ("98年9月", "1998-09"), ("27年1月", "2027-01"), ("今年3月", "2026-03"), ("去年5月", "2025-05"), ("去年5月20号", "2025-05-20"),
        ("去年十二月", "2025-12"), ("前年", "2024"), ("明年1月", "2027-01"), ("9月", "2026-09"), ("9月份", "2026-09"), ("九月", "2026-09"),
        # a bare month is the latest one that is not in the future
        ("11月", "2026-11"), ("12月", "2025-12"), ("12月1日", "2025-12-01"),
        ("今天", "2026-11-22"), ("昨天", "2026-11-21"), ("前天", "2026-11-20"), ("上周", "2026-11"), ("上个月", "2026-10"), ("上上个月", "2026-09"),
        ("上个月我没上班", "2026-10"), ("这个月", "2026-11"), ("本月", "2026-11"),
        # impossible dates keep only what is possible
        ("2026年2月30日", "2026-02"), ("2026年13月", "2026"), ("13月", None), ("去年2月29号", "2025-02"), ("2024年2月29日", "2024-02-29"),
        ("31号", "2026-10-31"), ("20号", "2026-11-20"), ("25号", "2026-10-25"), ("上个月10号", "2026-10-10"), ("三天前", "2026-11-19"),
        ("上周五", "2026-11-13"), ("上个星期天", "2026-11-15"), ("大前天", "2026-11-19"), ("11月三号", "2026-11-03"), ("不记得了", None), ("", None),
    ],
)
def test_dates(text, expected):
    found = day(text, TODAY)
    assert (found.iso() if found else None) == expected


@pytest.mark.parametrize(
    "today, text, expected",
    [(date(2026, 1, 5), "上个月", "2025-12"), (date(2026, 1, 5), "12月", "2025-12"), (date(2026, 3, 1), "昨天", "2026-02-28"),
     (date(2026, 12, 3), "上周", "2026-11"), (date(2026, 1, 1), "去年", "2025")],
)
def test_dates_at_the_turn_of_month_and_year(today, text, expected):
    assert day(text, today).iso() == expected


@pytest.mark.parametrize(
    "start, count, expected",
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)), (date(2027, 8, 31), 6, date(2028, 2, 29)), (date(2026, 5, 31), 1, date(2026, 6, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)), (date(2026, 1, 15), -1, date(2025, 12, 15)), (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 11, 22), 0, date(2026, 11, 22)), (date(2026, 6, 3), 6, date(2026, 12, 3)), (date(2026, 1, 1), 24, date(2028, 1, 1)),
    ],
)
def test_months_later(start, count, expected):
    assert add_months(start, count) == expected


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(-240, 240))
def test_months_later_is_always_that_many_months_away(start, count):
    due = add_months(start, count)
    assert (due.year - start.year) * 12 + due.month - start.month == count
    assert due.day <= start.day


@pytest.mark.parametrize(
    "value, said, first", [("2026-09-03", "2026年9月3日", date(2026, 9, 3)), ("2026-09", "2026年9月", date(2026, 9, 1)), ("2026", "2026年", date(2026, 1, 1))]
)
def test_a_date_is_only_as_precise_as_it_was_said(value, said, first):
    found = Day.from_iso(value)
    assert (found.iso(), found.say(), found.first()) == (value, said, first)
