"""Dates worked out from what was said; today is Sunday 22 November 2026."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from actions.milestones import compute, days_left, told_with
from bot.knowledge.dialogue import milestones
from tests.actions.talk import TODAY, Talk

BY_NAME = {m.name: m for m in milestones()}


def sentence(base, name, said, today=TODAY):
    milestone = BY_NAME[name]
    computed = compute(base, milestone, {milestone.fact: said} if milestone.fact else {}, today)
    return computed and computed.sentence()


@pytest.mark.parametrize(
    "name, said, expected",
    [
        ("leave_half_year", "2026-08-10", "满半年是2027年2月10日，"),
        ("leave_half_year", "2026-06-05", "满半年是2026年12月5日，那之后没有在外地接着缴的，就可以申请。（那天不是工作日，到窗口办的话，下一个工作日是2026年12月7日。）"),
        ("leave_half_year", "2026-08", "满半年是2027年2月，"),
        ("leave_half_year", "2026-05-22", "现在已经满了"),
        ("leave_seal_due", "2026-11-10", "也就是2026年12月10日之前把账户转走或封存"),
        ("leave_seal_due", "2026-09-10", "现在已经过了"),
        ("rent_three_months", "2026-10", "2026年12月那笔缴上就连续满3个月"),
        ("loan_six_months", "2026-09", "2027年2月那笔缴上就连续满6个月"),
        ("withdraw_decided", "2026-11-20", "也就是2026年11月23日之前"),
        ("withdraw_decided", "2026-11-10", "现在还没消息，请打12329报回执上的编号问一声"),
        ("loan_decided", "2026-11-18", "也就是2026年11月28日之前"),
        ("service_complaint_feedback", "2026-11-16", "15个工作日内反馈，最晚是2026年12月7日。"),
        ("reconsideration", "2026-11-05", "也就是2027年1月4日之前，过了就不受理了。"),
        ("reconsideration", "2026-09-01", "申请行政复议的60日到2026年10月31日已经过了"),
        ("litigation", "2026-11-05", "也就是2027年5月5日之前"),
        ("unit_register_due", "2026-11-10", "也就是2026年12月10日之前"),
        ("hire_due", "2026-11-01", "也就是2026年12月1日之前"),
        ("defer_ends", "2026-03-15", "2027年3月15日前后到期"),
        ("interest_day", None, "是2027年6月30日，利息并进本金"),
        ("base_adjustment", None, "多数地方从2027年7月1日起执行新基数"),
    ],
)
def test_dates(shipped, name, said, expected):
    assert expected in sentence(shipped, name, said)


@pytest.mark.parametrize("name, said", [("leave_half_year", "2026"), ("hire_due", "2026-11"), ("service_complaint_feedback", "2026-11"), ("unit_register_due", "2026-01-01"), ("litigation", "2025-11-05"), ("purchase_window", "2026-11-01")])
def test_nothing_is_said_where_too_little_is_known_or_nothing_is_left_to_do(shipped, name, said):
    assert sentence(shipped, name, said) is None


def test_working_days_in_a_year_without_official_arrangement_are_said_to_be_open(shipped):
    said = sentence(shipped, "service_complaint_feedback", "2031-03-03", date(2031, 3, 4))
    assert said.endswith("最晚是2031年3月24日。（2031年的放假安排还没公布，公布后可能差几天。）")


def test_a_period_the_center_has_configured_counts(shipped):
    setting = msgspec.structs.replace(shipped.center["purchase_window"], value=12, unit="个月", effective_from=date(2026, 1, 1))
    base = replace(shipped, center={**shipped.center, "purchase_window": setting})
    assert sentence(base, "purchase_window", "2026-10-08") == "帮您算了一下：本州规定购房提取要在12个月内申请，从2026年10月8日算起，到2027年10月8日为止，别拖过了。"


@pytest.mark.parametrize("name, said, expected", [
    ("leave_half_year", "2026-06-05", date(2026, 12, 7)),     # what opens on a Saturday is entered on Monday
    ("rent_three_months", "2026-10", date(2027, 1, 4)),       # December's deposit → first working day of January, as far as known
    ("reconsideration", "2026-11-05", date(2027, 1, 4)),      # a deadline stays where it is
    ("leave_half_year", "2026-05-01", None), ("withdraw_decided", "2026-11-21", None),
])
def test_entry_for_the_calendar(shipped, name, said, expected):
    milestone = BY_NAME[name]
    assert compute(shipped, milestone, {milestone.fact: said}, TODAY).entry() == expected


def test_only_what_belongs_to_the_answer_is_told(shipped):
    profile = {"sealed_since": "2026-08-10", "first_deposit": "2026-10"}
    told = [c.milestone.name for c in told_with(shipped, "wd_after_leave", "overview", "", profile, TODAY)]
    assert told == ["leave_half_year"]
    assert [c.milestone.name for c in told_with(shipped, "query_certificate", "rate", "利息怎么算", {}, TODAY)] == ["interest_day"]
    assert told_with(shipped, "query_certificate", "rate", "怎么查", {}, TODAY) == []


@pytest.mark.parametrize("profile, expected", [({}, ["leave_seal_due"]), ({"sealed": "no"}, ["leave_seal_due"]), ({"sealed": "yes"}, []), ({"sealed_since": "2026"}, [])])
def test_who_knows_of_the_sealing_is_not_told_to_ask_for_it(shipped, profile, expected):
    told = told_with(shipped, "wd_after_leave", "overview", "", {"left_since": "2026-11-10", **profile}, TODAY)
    assert [c.milestone.name for c in told] == expected


@pytest.mark.parametrize("rule, profile, today, expected", [
    ("C12-R2", {"left_since": "2026-11-10"}, TODAY, 18), ("C12-R2", {}, TODAY, None), ("C12-R2", {"left_since": "2026-01-10"}, TODAY, None),
    ("C08-R2", {}, date(2026, 12, 20), 11), ("C08-R2", {}, TODAY, None),
])
def test_days_left_for_a_rule(shipped, rule, profile, today, expected):
    assert days_left(shipped, profile, shipped.rules[rule], today) == expected


def test_a_date_said_turns_ago_is_still_worked_out_once_with_its_calendar_entry(shipped):
    talk = Talk(shipped)
    talk.say("我8月10号封存的,余额怎么查", ("query_certificate/overview", 0.9))
    first = talk.say("离职提取什么时候能办", ("wd_after_leave/time", 0.9))[0]
    assert "满半年是2027年2月10日" in first.text
    assert [a["title"] for a in first.attachments] == ["2027年2月10日 公积金封存满半年，可以申请离职提取"]
    assert [(d.due, d.service) for d in talk.memory.dates] == [("2027-02-10", "wd_after_leave")]
    again = talk.say("离职提取要带什么", ("wd_after_leave/materials", 0.9))[0]
    assert "2027年2月10日" not in again.text and not again.attachments
