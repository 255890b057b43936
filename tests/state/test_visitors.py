"""Dated reminders of a browser that agreed to be remembered, on a real Redis."""
from __future__ import annotations

from datetime import date

import pytest

from actions.memory import Dated
from bot.state.visitors import Visitors

TODAY = date(2026, 11, 22)
LEAVE = Dated("leave_half_year:2027-02-10", "可以申请离职提取", "2027-02-10", "wd_after_leave")
RENT = Dated("rent_three_months:2026-12-01", "可以来申请租房提取", "2027-01-04", "wd_rent")


@pytest.fixture
def visitors(client):
    return Visitors(client)


def test_a_reminder_is_given_once_when_its_day_has_come(visitors, run):
    assert run(visitors.remember("v1", [LEAVE, RENT], TODAY)) == 2
    assert run(visitors.take_due("v1", date(2027, 1, 3))) == []
    assert run(visitors.take_due("v1", date(2027, 1, 4))) == [RENT]
    assert run(visitors.take_due("v1", date(2027, 1, 4))) == []
    assert run(visitors.take_due("v1", date(2027, 3, 1))) == [LEAVE]


def test_told_twice_it_is_kept_once_and_two_visits_add_up(visitors, run):
    run(visitors.remember("v1", [LEAVE], TODAY))
    assert run(visitors.remember("v1", [LEAVE, RENT], TODAY)) == 2


def test_nothing_is_kept_of_dates_that_have_passed_or_ask_nothing(visitors, run, server):
    gone = Dated("a", "可以申请", "2026-11-22", "wd_rent")
    silent = Dated("b", "", "2027-01-01", "wd_rent")
    assert run(visitors.remember("v1", [gone, silent], TODAY)) == 0
    assert server.keys("*") == []


def test_one_visitor_knows_nothing_of_another(visitors, run):
    run(visitors.remember("v1", [RENT], TODAY))
    assert run(visitors.take_due("v2", date(2027, 3, 1))) == []


def test_forgotten_is_gone(visitors, run, server):
    run(visitors.remember("v1", [RENT], TODAY))
    run(visitors.forget("v1"))
    assert server.keys("*") == []


def test_the_key_itself_is_not_stored_and_everything_ends(visitors, run, server):
    run(visitors.remember("secret-key", [LEAVE], TODAY))
    (key,) = server.keys("*")
    assert "secret-key" not in key and key.startswith("gjj:visitor:")
    assert 139 * 86400 < server.ttl(key) <= 140 * 86400  # 80 days until February 10, and 60 more
