"""The story of an answer in a real browser: found missing, written, saved, mended, looked up, brought back; tables, figures, cards."""
from __future__ import annotations

import os
import re
import sys

import pytest

from bench.ports import free_port
from bot.knowledge.base import load
from tests.axe import violations
from tests.content import copies
from tests.e2e.admin.conftest import Console
from tests.gateway import system

content_copy = copies.content_copy
GATEWAY = ("import asyncio, dataclasses, pathlib, sys; from bot.gateway.__main__ import serve; from bot.gateway.startup import check; from bot.settings import Settings; "
           "asyncio.run(serve(dataclasses.replace(check(Settings.from_env()), root=pathlib.Path(sys.argv[1]))))")
PAGES = ["/admin/faqs", "/admin/faqs?q=石狮子", "/admin/faqs/new", "/admin/faqs/faq_branches", "/admin/faqs/faq_branches/history", "/admin/faqs/import", "/admin/cards",
         "/admin/cards/wd_rent", "/admin/cards/wd_rent/edit?part=rule.C08-Q1", "/admin/cards/wd_rent/edit?part=materials", "/admin/cards/wd_rent/history", "/admin/figures",
         "/admin/figures/rent_cap_market", "/admin/figures/branches", "/admin/facts", "/admin/facts/wd_rent_materials", "/admin/deadlines"]


@pytest.fixture(scope="session")
def console(content_copy, tmp_path_factory):
    """A gateway over a copy of the content; replaces the one over the real content."""
    folder = tmp_path_factory.mktemp("content-console")
    port = free_port()
    with system.redis_server(folder) as url, system.fake_worker(folder) as worker:
        env = system.environment(url, worker, port, GJJ_FOR_TESTS="1", GJJ_VAR=str(folder / "var"), GJJ_ADMIN_SECOND_FACTOR="none", GJJ_TODAY="2026-11-22", PYTHONPATH=str(system.ROOT))
        with system.process([sys.executable, "-c", GATEWAY, content_copy], env=env):
            base = f"http://127.0.0.1:{port}"
            system.wait_until(lambda: _answers(base), 60)
            yield Console(base, url, folder)


def _answers(base):
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(base + "/readyz", timeout=2):
            return True
    except urllib.error.URLError:
        return False


def picture(page, name):
    """For the manual, when somebody asks for it."""
    if os.environ.get("GJJ_PICTURES"):
        page.screenshot(path=os.path.join(os.environ["GJJ_PICTURES"], f"{name}.png"))


def checked(page):
    """Wait until what is typed has been looked at."""
    page.wait_for_function("() => document.querySelector('#preview').dataset.shown && document.querySelector('#faq-form').dataset.checked")


def reply_text(page):
    return page.locator("gjj-reply .reply .text").first.text_content()


def saved(page):
    page.wait_for_selector("html[data-ready]")
    return page.locator(".notice").first.text_content()


def test_an_answer_from_missing_to_brought_back(enter, console, content_copy):
    page = enter("editor", "/admin/faqs")
    page.get_by_role("searchbox").fill("停车")
    page.get_by_role("button", name="查找", exact=True).click()
    page.get_by_text("没有找到").wait_for()
    page.goto(console.base + "/admin/faqs/new")
    page.get_by_label("问题", exact=True).fill("公积金中心的电话是多少呀")
    page.locator("#near a", has_text="公积金中心的地址、电话和上班时间").wait_for()
    page.get_by_label("问题", exact=True).fill("公积金中心电话")
    page.get_by_role("textbox", name="答案", exact=True).fill("抢别人的问法。")
    page.get_by_role("button", name="保存").click()
    assert "“公积金中心电话”已经在" in page.get_by_role("alert").text_content()
    page.get_by_label("问题", exact=True).fill("管理部门口能停车吗")
    page.get_by_role("textbox", name="答案", exact=True).fill("各管理部不一样。\n· 出门前可以打12329问一声")
    page.get_by_role("textbox", name=re.compile("相似问法")).fill("开车去停哪里\n有停车场没有")
    page.wait_for_function("() => document.querySelector('gjj-reply').shadowRoot.textContent.includes('出门前可以打')")
    picture(page, "admin-faq-new")
    page.get_by_role("button", name="保存").click()
    assert "新的问法要训练以后助手才听得懂" in saved(page)
    ident = page.url.rsplit("/", 1)[1]
    assert load(content_copy / "data").faqs[ident].similar == ["开车去停哪里", "有停车场没有"]
    page.get_by_role("textbox", name="答案", exact=True).fill("各管理部不一样。\n· 出门前可以打电话问一声")
    page.get_by_text("只改了答案，保存后一秒内就用上").wait_for()
    page.get_by_role("button", name="保存").click()
    assert "一秒内就用上" in saved(page)
    page.get_by_role("link", name="修改记录").click()
    page.wait_for_selector("ins")
    assert (page.locator("del").first.text_content(), page.locator("ins").first.text_content()) == ("12329", "电话")
    picture(page, "admin-faq-history")
    assert violations(page) == []
    page.get_by_role("button", name="恢复到这一次").click()
    page.get_by_role("dialog").get_by_role("button", name="恢复到这一次").click()
    page.wait_for_url(f"**/admin/faqs/{ident}")
    assert load(content_copy / "data").faqs[ident].answer.endswith("打12329问一声")


def test_the_preview_looks_as_in_the_chat_window(enter, console):
    page = enter("editor", "/admin/faqs/faq_branches")
    checked(page)
    style = "node => { const s = getComputedStyle(node); return [s.fontSize, s.lineHeight, s.color, s.backgroundColor, s.fontFamily, s.borderLeftWidth, s.paddingTop]; }"
    mine = page.locator("gjj-reply .reply").first.evaluate(style)
    page.goto(console.base + "/")
    page.wait_for_selector("html[data-ready]")
    page.locator("#input").fill("租房提取要带什么材料？")
    page.locator("#input").press("Enter")
    page.wait_for_selector(".reply-answer")
    assert page.locator(".reply-answer").first.evaluate(style) == mine


def test_two_at_once(enter, content_copy):
    first, second = enter("editor", "/admin/faqs/faq_branches", name="甲"), enter("editor", "/admin/faqs/faq_branches", name="乙")
    for page, words in ((first, "甲写的答案。"), (second, "乙写的答案。")):
        page.get_by_role("textbox", name="答案", exact=True).fill(words)
        page.get_by_role("button", name="保存").click()
        page.wait_for_selector("html[data-ready]")
        page.wait_for_selector(".notice")
    assert "甲刚刚改过这一条，您的改动还没有保存" in second.get_by_role("alert").text_content()
    assert second.get_by_role("textbox", name="答案", exact=True).input_value() == "乙写的答案。"
    assert violations(second) == []
    assert load(content_copy / "data").faqs["faq_branches"].answer == "甲写的答案。"


def test_a_table_with_bad_rows_then_a_good_one(enter, tmp_path):
    bad, good = tmp_path / "坏的.csv", tmp_path / "好的.csv"
    bad.write_text("问题,答案,主题\n几点钟开门迎客,九点。,weather\n,没有问题,\n", "utf-8-sig")
    good.write_text("问题,答案,相似问法\n几点钟开门迎客,以门口的牌子为准。,啥时候开门迎客\n", "utf-8-sig")
    page = enter("editor", "/admin/faqs/import")
    page.get_by_label("文件").set_input_files(bad)
    page.get_by_role("button", name="上传并预演").click()
    assert "坏的.csv里有 2 行要改，一条也没有写入" in page.get_by_role("alert").text_content()
    assert page.get_by_role("row", name=re.compile("weather")).get_by_role("rowheader").text_content() == "2"
    assert violations(page) == []
    page.get_by_label("文件").set_input_files(good)
    page.get_by_role("button", name="上传并预演").click()
    page.get_by_role("heading", name="会改什么").wait_for()
    assert violations(page) == []
    picture(page, "admin-faq-import")
    page.get_by_role("button", name="导入").click()
    assert "已导入：新增 1 条" in saved(page)


def test_a_figure_by_two_people(enter, content_copy):
    page = enter("publisher", "/admin/figures/max_loan_single", name="张三")
    page.get_by_role("textbox", name="内容").fill("50")
    page.get_by_role("textbox", name=re.compile("单位")).fill("万元")
    page.get_by_label("依据文件和文号").fill("州住房公积金管委会〔2026〕3号")
    page.get_by_label("生效日期").fill("2026-10-01")
    page.get_by_role("button", name="送去复核").click()
    assert "等另一位同事复核" in saved(page)
    assert page.get_by_role("button", name=re.compile("复核通过")).count() == 0
    other = enter("publisher", "/admin/figures/max_loan_single", name="李四")
    other.wait_for_function("() => document.querySelector('gjj-reply').shadowRoot.textContent.includes('50万元')")
    picture(other, "admin-figure")
    assert violations(other) == []
    other.get_by_role("button", name=re.compile("复核通过")).click()
    other.get_by_role("dialog").get_by_role("button", name=re.compile("复核通过")).click()
    other.get_by_text("已复核，一秒内就用上了").wait_for()
    assert load(content_copy / "data").center["max_loan_single"].value == 50


def test_a_rule_is_edited_with_the_keyboard_and_a_refusal_loses_nothing(enter, content_copy):
    page = enter("editor", "/admin/cards/wd_rent/edit?part=rule.C08-R3")
    page.wait_for_selector("#part-form[data-open]")
    picture(page, "admin-card-rule")
    assert violations(page) == []
    words = page.get_by_role("textbox", name="说法", exact=True).first
    words.fill("工资\n(")
    page.get_by_label("哪份文件、哪次会议，或者谁定的").fill("业务科会议")
    page.get_by_label("日期").fill("2026-11-20")
    page.get_by_role("button", name="保存").press("Enter")
    page.get_by_role("alert").wait_for()
    assert "正则写错了" in page.get_by_role("alert").text_content() and words.input_value() == "工资\n("
    words.fill("工资\n个税")
    page.get_by_role("button", name="保存").press("Enter")
    page.wait_for_url("**/admin/cards/wd_rent#rule-C08-R3")
    assert load(content_copy / "data").rules["C08-R3"].when.words_ever == ["工资", "个税"]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(enter, path):
    page = enter("editor", path)
    if page.locator("#part-form").count():
        page.wait_for_selector("#part-form[data-open]")
    assert violations(page) == []


def test_axe_finds_nothing_in_the_dark_on_a_phone(enter):
    for path in ("/admin/faqs", "/admin/faqs/faq_branches", "/admin/cards/wd_rent", "/admin/figures/rent_cap_market"):
        page = enter("editor", path, width=390, height=844, color_scheme="dark")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert violations(page) == []
