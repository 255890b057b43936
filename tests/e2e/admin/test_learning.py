"""The stories in which the center learns from citizens, in a real browser: the desk, the inbox, statistics, conversations, cases.

With ``GJJ_SHOTS=<folder>`` every page is also kept as a picture.
"""
from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.clock import now, today
from bot.state import service_counts
from bot.state.cases import Cases
from bot.state.inbox import Entry, Guess
from bot.state.talks import Note, Talks
from tests.axe import violations
from tests.gateway.admin import seeded
from tests.gateway.admin.test_inbox import MESSAGES

MORE = [("d1", "unanswered", "新房交了定金，公积金能不能先拿出来一部分用", [Guess("wd_downpayment", "overview", "withdraw_buy_house", 0.34), Guess("wd_new_home", "overview", "withdraw_buy_house", 0.2)]),
        ("d2", "clarified", "定金交了，公积金能先取一部分出来不", [Guess("wd_downpayment", "overview", "withdraw_buy_house", 0.36)]),
        ("d3", "down", "在长沙上班能在吉首贷款吗", [Guess("loan_in_from_elsewhere", "conditions", "loan_offsite", 0.55)])]
PAGES = ["/admin/inbox", "/admin/inbox/c1.m1", "/admin/statistics", "/admin/statistics/report", "/admin/conversations", "/admin/cases", "/admin/cases/print", "/admin/desk"]


def shot(page, name):
    if os.environ.get("GJJ_SHOTS"):
        page.screenshot(path=Path(os.environ["GJJ_SHOTS"]) / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def center(console):
    """A center that has been at work: six weeks of counts, messages in the inbox, a case."""
    async def fill(redis):
        for pattern in ("gjj:{insight}*", "gjj:service:*", "gjj:cases*"):
            for key in [key async for key in redis.scan_iter(pattern)]:
                await redis.delete(key)
        await seeded.seed(redis, today())
        at = int(now().timestamp())
        await Talks(redis, 10**6).note([Note(c, at, turns=2, facets=[f"hit:{kind}"], first={"said": text}, entry=Entry(c, "m1", at, kind, text, guesses).stored(1))
                                        for c, kind, text, guesses in [*MESSAGES, *MORE]], at)
        told = [{"from": "citizen", "text": "我2026年6月15日离的职，什么时候能取"}, {"from": "assistant", "text": "满半年是2026年12月15日，那天之后来办就不会白跑。", "reply": {"kind": "reminder"}},
                {"from": "citizen", "text": "多亏你提醒，我差点明天就请假去了"}]
        await Cases(redis).mark(told, "moved", "替他算准了日子，省了一趟路")
    console.run(fill)
    return console


@pytest.fixture
def citizen(open_page, console):
    """The citizen's own window on the same gateway: ``citizen()`` → page; ``say(page, text)``."""
    page = open_page(console.base + "/", width=900, height=700)
    page.wait_for_selector("html[data-ready]")
    return page


def say(page, text):
    page.fill("#input", text)
    page.press("#input", "Enter")


def test_a_citizen_asks_for_a_person_and_gets_one(citizen, enter, center):
    desk = enter("editor", "/admin/desk", name="田晓")
    assert "现在没有市民在等" in desk.text_content("#live")
    say(citizen, "租房能提公积金吗")
    citizen.get_by_text("租房可以提取公积金").first.wait_for()
    say(citizen, "我要人工")
    desk.get_by_role("heading", name="等人接手（1）").wait_for()  # the list was not reloaded by hand
    shot(desk, "desk-list")
    assert violations(desk) == []
    desk.locator(".order a.button").first.click()
    desk.get_by_role("button", name="接手，我来答").click()
    desk.get_by_label("对市民说").wait_for()
    say(citizen, "我在吉首租的房")
    desk.get_by_role("log").get_by_text("我在吉首租的房").wait_for()  # live
    desk.get_by_role("button", name="您好").click()
    assert desk.get_by_label("对市民说").input_value().startswith("您好，我是中心的工作人员")
    desk.keyboard.press("Control+Enter")
    citizen.get_by_text("您好，我是中心的工作人员").wait_for()  # live in the citizen's window
    desk.get_by_role("log").get_by_text("您好，我是中心的工作人员").wait_for()
    assert desk.get_by_label("对市民说").input_value() == "" and desk.get_by_label("对市民说").evaluate("e => e === document.activeElement")
    shot(desk, "desk-order")
    shot(citizen, "desk-citizen")
    assert violations(desk) == []
    colleague = enter("editor", desk.url[len(center.base):], name="彭勇")
    assert "田晓 正在和他说话" in colleague.text_content("main") and colleague.get_by_label("对市民说").count() == 0
    desk.get_by_role("button", name="交还助手").click()
    desk.get_by_text("已交还，助手接着答。").wait_for()
    say(citizen, "你好")
    citizen.get_by_text("您好，我是湘西公积金柜台助手").first.wait_for()
    desk.get_by_label("给市民留的话").fill("已经在网上说清楚了")
    desk.get_by_role("button", name="办结").click()
    desk.get_by_text("已办结。").wait_for()
    assert "等人接手（0）" in desk.text_content("#live")


def test_the_inbox_groups_and_puts_aside(enter, center):
    page = enter("editor", "/admin/inbox")
    shot(page, "inbox")
    group = page.locator(".learn", has_text="租屋取公积金")
    assert "3 人问过" in group.text_content() and group.get_by_role("button", name="租房提取：要带什么").is_visible()
    group.get_by_role("link", name="找别的条目").click()
    page.get_by_label("常见问题或事项").fill("离职")
    page.get_by_role("button", name="找", exact=True).click()
    page.get_by_role("button", name="加到这里").first.wait_for()
    shot(page, "inbox-group")
    assert violations(page) == []
    page.goto(center.base + "/admin/inbox")
    page.locator(".learn", has_text="在长沙上班").get_by_role("button", name="忽略").click()
    page.get_by_text("已忽略 1 句").wait_for()
    assert page.locator(".learn", has_text="在长沙上班").count() == 0
    page.get_by_role("link", name="已忽略").click()
    page.get_by_role("button", name="放回待处理").click()
    page.get_by_text("已把 1 句放回待处理").wait_for()


def test_with_the_keyboard_a_group_is_dealt_with(enter, center):
    page = enter("editor", "/admin/inbox")
    page.locator(".learn input[type=checkbox]").first.focus()
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim()"))
        if seen[-1] == "忽略":
            break
    assert seen[-1] == "忽略" and "新建常见问题" in seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_statistics_are_drawn_and_every_plot_has_its_figures(enter, center, scheme):
    page = enter("viewer", "/admin/statistics", color_scheme=scheme, width=1440, height=900)
    assert page.locator("svg.plot").count() == 7 and "NaN" not in page.content()
    shot(page, f"statistics-{scheme}")
    page.locator("summary", has_text="看数字").first.click()
    assert page.locator("details[open] table").first.is_visible()
    assert violations(page) == []


def test_the_month_on_paper(enter, center):
    page = enter("viewer", "/admin/statistics/report")
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="打印").is_visible() and page.get_by_role("region", name="每天的数").is_visible()
    shot(page, "report")
    if os.environ.get("GJJ_SHOTS"):
        page.pdf(path=Path(os.environ["GJJ_SHOTS"]) / "report.pdf", format="A4")


def test_a_conversation_is_read_with_reasons_and_becomes_a_case(citizen, enter, center):
    say(citizen, "租房能提公积金吗")
    citizen.get_by_text("租房可以提取公积金").first.wait_for()
    page = enter("publisher", "/admin/conversations?topic=withdraw_rent")
    shot(page, "conversations")
    address = page.locator("tbody a").first.get_attribute("href")
    key = service_counts.key(address.rpartition("/")[2])
    center.run(lambda redis: redis.hset(key, mapping={"level": "moved", "outcome": "self", "stars": 5}))
    page.locator("tbody a").first.click()
    page.get_by_role("heading", name="一段会话").wait_for()
    assert "规则 C08-Q1" in page.text_content("main") and "理由：" in page.text_content("main")
    shot(page, "conversation")
    assert violations(page) == []
    page.get_by_label("好在哪里").fill("一次说清了要带什么")
    page.get_by_role("button", name="记成案例").click()
    page.get_by_role("button", name="投一票").click()
    page.get_by_role("button", name="收回我的票").wait_for()
    page.get_by_role("button", name="公布", exact=True).click()
    page.get_by_role("button", name="收回公布").wait_for()
    shot(page, "case")
    assert violations(page) == []
    page.goto(center.base + address)
    page.get_by_label("为什么清除").fill("市民来电要求")
    page.get_by_role("button", name="清除").click()
    page.get_by_role("dialog").get_by_role("button", name="清除").click()
    page.get_by_text("已清除这段会话").wait_for()


@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 1280), ("light", 390)])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(enter, center, scheme, width):
    page = enter("publisher", color_scheme=scheme, width=width)
    for path in PAGES:
        page.goto(center.base + path)
        page.wait_for_selector("html[data-ready]")
        assert (path, violations(page)) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
