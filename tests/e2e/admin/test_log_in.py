"""The story of a log-in in a real browser: the first account, a phone as second factor, being away too long, roles."""
import dataclasses
import json
import re

import pyotp
import pytest

from tests.axe import violations
from tests.e2e.admin.conftest import PASSWORD

PAGES = ["/admin/", "/admin/me", "/admin/me/password", "/admin/me/second-factor", "/admin/accounts", "/admin/accounts/new",
         "/admin/accounts/administrator-测试", "/admin/audit", "/admin/audit/check"]


def type_log_in(page, name, password=PASSWORD):
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def heading(page):
    return page.get_by_role("heading", level=1)


def expect_heading(page, text):
    page.wait_for_function("t => document.querySelector('h1')?.textContent.includes(t) && document.documentElement.dataset.ready", arg=text)


def test_from_the_first_account_to_the_start_page_and_out(visit, console):
    console.forget()
    page = visit("/admin/")
    assert "还没有账号" in heading(page).text_content() and page.get_by_text("./gjj admin create").is_visible()
    console.account("张三", "administrator")
    page.goto(console.base + "/admin/me")
    assert page.url.endswith("/admin/log-in?next=/admin/me")
    type_log_in(page, "张三", "不是这个密码不是这个密码")
    assert page.get_by_role("alert").text_content().strip() == "账号或密码不对。请检查大小写和输入法，再试一次。"
    assert page.get_by_label("账号").input_value() == "张三" and page.get_by_label("密码").input_value() == ""
    type_log_in(page, "张三")
    expect_heading(page, "我的账号")
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="退出", exact=True).click()
    expect_heading(page, "登录")
    assert page.get_by_role("status").first.text_content() == "已经退出。"
    page.go_back()
    page.reload()
    expect_heading(page, "登录")


def test_a_phone_as_second_factor_from_qr_code_to_recovery_code(visit, console):
    console.account("手机用户", "editor")
    page = visit("/admin/log-in?next=/admin/me/second-factor")
    type_log_in(page, "手机用户")
    expect_heading(page, "两步验证")
    box = page.locator("img.qr").bounding_box()
    assert box["width"] > 150 and page.evaluate("document.querySelector('img.qr').naturalWidth") > 0
    page.get_by_text("扫不了？手工输入密钥").click()
    phone = pyotp.TOTP(page.locator("p.mono").text_content().replace(" ", ""))
    page.get_by_label("六位数字").fill("000000")
    page.get_by_role("button", name="启用").click()
    assert "六位数字不对" in page.get_by_role("alert").text_content()
    page.get_by_label("六位数字").fill(phone.now())
    page.get_by_role("button", name="启用").click()
    expect_heading(page, "恢复码")
    codes = page.locator(".codes li").all_text_contents()
    assert len(codes) == 10 and violations(page) == []
    page.get_by_role("link", name="我已经收好了").click()
    expect_heading(page, "手机用户，您好")

    fresh = visit("/admin/log-in")
    type_log_in(fresh, "手机用户")
    expect_heading(fresh, "两步验证")
    assert violations(fresh) == [] and fresh.get_by_label("验证码").evaluate("e => e === document.activeElement")
    fresh.get_by_label("验证码").fill(codes[0])
    fresh.get_by_role("button", name="继续").click()
    expect_heading(fresh, "手机用户，您好")
    assert "还剩 9 个" in fresh.get_by_role("status").first.text_content()


def test_the_password_is_chosen_through_a_link(enter, visit, console):
    page = enter("administrator", "/admin/accounts/new")
    page.get_by_label("账号名").fill("新来的")
    page.get_by_role("radio", name=re.compile("编辑员")).check()
    page.get_by_role("button", name="新建").click()
    expect_heading(page, "给 新来的 的入口")
    link = page.locator("#link").text_content()
    page = visit(link[len(console.base):])
    for password, told in (("gongjijin2026", "太常见"), ("太短了", "太短")):
        page.get_by_label("新密码").fill(password)
        page.get_by_label("再输一遍").fill(password)
        page.get_by_role("button", name="设好密码").click()
        assert told in page.get_by_role("alert").text_content()
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输一遍").fill(PASSWORD)
    page.get_by_role("button", name="设好密码").click()
    expect_heading(page, "登录")
    type_log_in(page, "新来的")
    expect_heading(page, "新来的，您好")


def test_what_cannot_be_undone_is_asked_about_first(enter, console):
    console.account("要停用的", "viewer")
    page = enter("administrator", "/admin/accounts/要停用的")
    page.get_by_role("button", name="停用账号").click()
    dialog = page.get_by_role("dialog")
    assert "马上不能用" in dialog.text_content() and violations(page) == []
    page.keyboard.press("Escape")
    assert dialog.count() == 0 and page.get_by_role("button", name="停用账号").evaluate("e => e === document.activeElement")
    page.get_by_role("button", name="停用账号").click()
    dialog.get_by_role("button", name="停用账号").click()
    page.get_by_text("停用了，所有登录都已退出。").wait_for()
    assert page.get_by_role("button", name="重新启用").is_visible()


def test_a_link_on_another_site_opens_the_page_still_logged_in(enter, console, host_site):
    origin, folder = host_site
    (folder / "mail.html").write_text(f'<!doctype html><meta charset="utf-8"><a href="{console.base}/admin/me">打开</a>', "utf-8")
    page = enter("viewer")
    page.goto(origin.replace("127.0.0.1", "localhost") + "/mail.html")
    page.get_by_role("link", name="打开").click()
    page.wait_for_url("**/admin/me")
    expect_heading(page, "我的账号")


def test_roles_see_their_areas_and_no_more(enter):
    page = enter("viewer")
    links = page.locator("nav.areas a").all_text_contents()
    assert "账号" not in links and "操作记录" not in links and "首页" in links
    page.goto(page.url + "accounts")
    assert "这里要管理员或更高的角色，您现在是查看员。" in page.locator("main").text_content()
    page = enter("administrator")
    assert {"账号", "操作记录"} <= set(page.locator("nav.areas a").all_text_contents())


def test_with_the_keyboard_alone(visit, console):
    console.account("键盘用户", "administrator")
    page = visit("/admin/log-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("键盘用户")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(PASSWORD)
    page.keyboard.press("Enter")
    expect_heading(page, "键盘用户，您好")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="我的账号").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("link", name="我的账号").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(tuple(page.evaluate("""(() => { const e = document.activeElement, s = getComputedStyle(e);
            return [e.textContent.trim().slice(0, 4), e === document.body || s.outlineStyle !== 'none' || s.boxShadow !== 'none']; })()""")))
    assert {("首页", True), ("账号", True), ("操作记录", True)} <= seen
    assert [text for text, outlined in seen if not outlined] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(enter, scheme):
    page = enter("administrator", color_scheme=scheme)
    for path in PAGES:
        page.goto(page.url.split("/admin")[0] + path)
        page.wait_for_selector("html[data-ready]")
        assert (path, violations(page)) == (path, [])


@pytest.mark.parametrize("width", [320, 390])
def test_no_sideways_scrolling_on_phones(enter, width):
    page = enter("administrator", width=width, height=700)
    for path in PAGES:
        page.goto(page.url.split("/admin")[0] + path)
        page.wait_for_selector("html[data-ready]")
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, width)


def test_everything_to_press_is_at_least_44_pixels(enter):
    page = enter("administrator", width=390, height=844)
    for path in PAGES:
        page.goto(page.url.split("/admin")[0] + path)
        page.wait_for_selector("html[data-ready]")
        small = page.evaluate("""[...document.querySelectorAll('button, .button, summary, input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea, nav a')]
            .filter((e) => e.checkVisibility()).map((e) => [e.textContent.trim(), e.getBoundingClientRect().height]).filter(([, height]) => height < 43.5)""")
        assert (path, small) == (path, [])


def test_away_for_too_long_is_asked_and_then_logged_out(enter, console):
    """The browser's clock is turned forward; the server is told that the session has ended."""
    page = enter("viewer", "/admin/log-in", name="离开的人")
    page.clock.install()
    page.route("**/admin/api/v1/session", lambda route: route.continue_() if route.request.method == "POST" else route.fulfill(
        content_type="application/json", body=json.dumps({"idle_left": 50})))
    page.goto(console.base + "/admin/me")
    page.wait_for_selector("html[data-ready]")
    page.clock.fast_forward(14 * 60_000 + 10_000)
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert "一分钟内会自动退出" in dialog.text_content()
    with page.expect_response("**/admin/api/v1/session"):
        dialog.get_by_role("button", name="继续使用").click()
    dialog.wait_for(state="detached")
    page.clock.fast_forward(14 * 60_000 + 10_000)
    dialog.wait_for()
    console.change("离开的人", lambda found: dataclasses.replace(found, epoch=found.epoch + 1))
    dialog.get_by_role("button", name="继续使用").click()
    page.wait_for_url("**/admin/log-in?ended=1&next=%2Fadmin%2Fme")
    assert "已经自动退出" in page.get_by_role("status").first.text_content()
