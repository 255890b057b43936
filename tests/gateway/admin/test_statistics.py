"""Counts of days → what a director reads."""
from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pytest
import pytest_asyncio

from bot.clock import today
from bot.content.statistics import Period, Statistics, direct, satisfaction, settled
from bot.gateway import keys
from bot.gateway.admin import charts
from bot.knowledge.base import load
from bot.state import day_counts
from tests.gateway.admin import seeded

LAST = date(2026, 11, 22)


@pytest.fixture(scope="module")
def base():
    return load()


@pytest.mark.parametrize("share, counts, expected", [
    (satisfaction, {"stars:5": 6, "stars:4": 2, "stars:3": 1, "stars:1": 1}, 0.8), (satisfaction, {}, None), (satisfaction, {"stars:1": 2}, 0.0),
    (settled, {"outcome:self": 9, "outcome:person": 1}, 0.9), (settled, {"outcome:none": 5}, None), (direct, {"hit:direct": 3, "hit:clarified": 1, "hit:chat": 9}, 0.75),
])
def test_shares_say_what_they_are_of(share, counts, expected):
    assert share(Counter(counts)) == expected


@pytest.mark.parametrize("query, expected", [
    ({}, (date(2026, 10, 24), LAST, "day")), ({"from": "2026-11-01", "to": "2026-11-07"}, (date(2026, 11, 1), date(2026, 11, 7), "day")),
    ({"from": "2026-11-07", "to": "2026-11-01"}, (date(2026, 11, 1), date(2026, 11, 7), "day")), ({"from": "2026-01-01"}, (date(2026, 1, 1), LAST, "week")),
    ({"from": "2025-01-01", "by": "month"}, (date(2025, 1, 1), LAST, "month")), ({"from": "x", "to": "=1+1", "by": "hour"}, (date(2026, 10, 24), LAST, "day")),
    ({"from": "1900-01-01"}, (LAST - timedelta(days=3 * 366 - 1), LAST, "month")),
])
def test_the_period_asked_for(query, expected):
    period = Period.read(query, LAST)
    assert (period.first, period.last, period.by) == expected


@pytest.mark.parametrize("text, first, last", [("2026-02", date(2026, 2, 1), date(2026, 2, 28)), ("", date(2026, 10, 1), date(2026, 10, 31)), ("2026-13", date(2026, 10, 1), date(2026, 10, 31))])
def test_a_month_is_whole_and_by_default_the_last_one(text, first, last):
    assert (Period.month(text, LAST).first, Period.month(text, LAST).last) == (first, last)


def test_missing_days_are_zero_and_weeks_and_months_add_up(base):
    days = {date(2026, 11, 2): {"conversations": 3}, date(2026, 11, 8): {"conversations": 4}, date(2026, 11, 9): {"conversations": 5}}
    for by, expected in (("day", [0, 3, 0, 0, 0, 0, 0, 4, 5, 0]), ("week", [0, 7, 5]), ("month", [12])):
        assert Statistics(base, Period(date(2026, 11, 1), date(2026, 11, 10), by), days, {}).series("conversations") == expected


def test_what_is_asked_most_and_what_rises(base):
    now = {LAST: {"asked:wd_rent.materials": 20, "asked:wd_elevator.overview": 9, "asked:wd_retire.overview": 4, "asked:gone.overview": 5}}
    before = {LAST - timedelta(days=1): {"asked:wd_rent.materials": 21, "asked:wd_elevator.overview": 2}}
    found = Statistics(base, Period(LAST, LAST), now, before)
    assert [(one.title, one.times) for one in found.asked(2)] == [("租房提取：要带什么", 20), (f"{base.cards['wd_elevator'].short}：怎么办", 9)]
    assert [(one.title, one.before) for one in found.rising()] == [("（已删除）gone", 0), (f"{base.cards['wd_elevator'].short}：怎么办", 2)]


def test_rules_with_what_became_of_them(base):
    found = Statistics(base, Period(LAST, LAST), {LAST: {"offered:C08-Q1": 4, "accepted:C08-Q1": 1, "passed:C08-Q1": 1, "offered:X-1": 9}}, {})
    assert [(use.rule, use.kind, use.offered, use.share) for use in found.rules()] == [("X-1", "已删除", 9, None), ("C08-Q1", "追问", 4, 0.5)]


@pytest.mark.parametrize("drawn", [
    charts.stacked("空", [], []), charts.stacked("零", ["1日"], [charts.Series("来话", [0], 1)]), charts.ranks("空", []),
    charts.lines("空", ["1日", "2日"], [charts.Series("满意率", [None, None], 1)]), charts.lines("一点", ["1日"], [charts.Series("满意率", [0.5], 1)]),
])
def test_plots_of_nothing_are_plots(drawn):
    assert drawn.startswith("<svg") and "nan" not in drawn and "inf" not in drawn


def test_text_in_plots_is_escaped():
    assert "<script" not in charts.ranks("<script>", [("<script>alert(1)</script>", 3)]) and "<b" not in charts.stacked("<b>", ["<b>"], [charts.Series("<b>", [1], 1)])


@pytest_asyncio.fixture
async def director(admin):
    browser = await admin("viewer")
    redis = browser.app[keys.REDIS]
    for key in [key async for key in redis.scan_iter("gjj:service:*")]:
        await redis.delete(key)
    await seeded.seed(redis, today())
    return browser


async def test_the_page_has_a_plot_and_a_table_for_each_thing(director):
    page = await director.text("/admin/statistics")
    for title in ("对话是怎么结束的", "满意率、助手办结率和直接答上率", "问题答得怎么样", "服务到了哪一层", "问得最多的事", "一天里哪个钟点问得多", "等人工等了多久"):
        assert f'aria-label="{title}，数字见下表"' in page, title
    assert page.count("<table>") >= 10 and "style=" not in page and "租房提取：要带什么" in page and "C08-Q1" in page
    rising = page.split("问得越来越多的事</h2>")[1].split("</section>")[0]
    assert "电梯" in rising


async def test_export_cannot_run_as_a_formula(director):
    await day_counts.add(director.app[keys.REDIS], {today().isoformat(): {"asked:=cmd|calc.overview": 3, "offered:=1+1": 2}})
    async with director.client.get("/admin/statistics/export.csv?what=rules") as response:
        text = await response.text()
        assert response.status == 200 and response.headers["Content-Disposition"].startswith("attachment") and text.startswith("\ufeff编号")
    assert "\n'=1+1," in text.replace("\r\n", "\n")
    async with director.client.get("/admin/statistics/export.csv") as response:
        lines = (await response.text()).splitlines()
    assert len(lines) == 31 and lines[-1].startswith(today().isoformat())
    assert [entry["action"] for entry in await director.audit()] == ["statistics.export"] * 2


async def test_the_monthly_report_covers_the_month(director):
    month = (today().replace(day=1) - timedelta(days=1))
    page = await director.text(f"/admin/statistics/report?month={month:%Y-%m}")
    assert f"{month.year}年{month.month}月服务情况" in page and f"{month.replace(day=1)} 到 {month}" in page and "data-print" in page


async def test_the_api_says_the_same(director):
    status, body = await director.api("GET", f"/admin/api/v1/statistics?from={today() - timedelta(days=6)}")
    assert status == 200 and len(body["steps"]) == 7 and body["total"]["conversations"] == sum(step["counts"]["conversations"] for step in body["steps"])
    assert 0.5 < body["shares"]["satisfied"] <= 1 and body["asked"][0]["times"] > 0


async def test_nothing_counted_yet(admin):
    browser = await admin("viewer")
    page = await browser.text("/admin/statistics?from=2024-01-01&to=2024-01-31")
    assert "这一段还没有说过" in page and re.search(r'tile-value">0<', page)
