"""Working days: the official arrangement where it is published, Monday to Friday – and said so – where it is not."""
from __future__ import annotations

from datetime import date

import pytest

from actions import workdays


@pytest.mark.parametrize(
    "day, expected",
    [
        (date(2026, 11, 20), True), (date(2026, 11, 22), False),
        (date(2026, 10, 1), False),   # 国庆
        (date(2026, 10, 10), True),   # a Saturday worked for it
        (date(2026, 2, 17), False),   # 春节
        (date(2031, 3, 3), True), (date(2031, 3, 1), False),  # not arranged yet: Monday, Saturday
    ],
)
def test_offices_work(day, expected):
    assert workdays.is_workday(day) is expected


@pytest.mark.parametrize(
    "start, count, expected, certain",
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23), True),    # Friday → Monday
        (date(2026, 11, 20), 15, date(2026, 12, 11), True),
        (date(2026, 9, 30), 3, date(2026, 10, 10), True),     # seven days off, then Thursday, Friday and a worked Saturday
        (date(2031, 3, 3), 5, date(2031, 3, 10), False),
        (date(2026, 11, 22), 0, date(2026, 11, 22), True),
    ],
)
def test_counting_starts_the_day_after(start, count, expected, certain):
    assert workdays.after(start, count) == (expected, certain)


def test_a_count_that_runs_into_a_year_without_arrangement_is_not_certain():
    last = max(year for year in range(2026, 2060) if workdays.arranged(year))
    assert workdays.after(date(last, 12, 29), 10).certain is False


@pytest.mark.parametrize("start, expected", [(date(2026, 11, 22), date(2026, 11, 23)), (date(2026, 11, 23), date(2026, 11, 23)), (date(2026, 10, 3), date(2026, 10, 8))])
def test_first_working_day(start, expected):
    assert workdays.on_or_after(start) == (expected, True)
