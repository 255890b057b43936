"""Copying, printing and sending a list to a phone."""
import pytest

from tests.e2e.conftest import ask, from_menu

pytestmark = pytest.mark.canned
PRINTS = "window.prints = 0; window.print = () => { prints += 1; dispatchEvent(new Event('beforeprint')); }"
"""Headless Chromium prints nowhere; the page is looked at as paper would show it."""


def on_paper(page):
    page.emulate_media(media="print")
    return page.evaluate("document.body.innerText").split("\n")


def test_the_answer_is_copied_as_text(chat):
    page = chat()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "租房")
    page.get_by_role("button", name="复制").click()
    page.get_by_text("已复制").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("租房可以提取公积金，不用等买房。\n\n要带的材料：\n1. 本人身份证")


def test_a_list_is_printed_on_a_clean_sheet_with_boxes_to_tick(chat):
    page = chat(script=PRINTS)
    ask(page, "租房")
    page.get_by_role("button", name="打印").click()
    assert page.evaluate("prints") == 1
    lines = [line for line in on_paper(page) if line.strip()]
    assert lines[:2] == ["租房提取：办事清单", "租房可以提取公积金，不用等买房。"] and "本人身份证" in lines
    assert "依据：住房公积金管理条例 第二十四条" in "".join(lines) and "12329" in lines[-1]
    assert not page.locator("#scroller").is_visible() and not page.locator("#bar").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.locator("#scroller").is_visible() and not page.locator("#sheet").is_visible()


def test_the_whole_conversation_is_printed_unfolded_and_without_controls(chat):
    page = chat(script=PRINTS)
    ask(page, "租房")
    from_menu(page, "打印本次对话")
    text = "\n".join(on_paper(page))
    assert "您：租房" in text and "第二十四条" in text, "sources are open on paper"
    assert text.rstrip().endswith("咨询热线 12329。"), "who says it and when"
    for control in ("有帮助", "发送", "不再提醒", "大家常问"):
        assert control not in text
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#log details.sources[open]").count() == 0


def test_a_list_goes_to_the_phone_as_a_code_made_here(chat):
    page = chat()
    ask(page, "租房")
    seen = []
    page.on("request", lambda request: seen.append(request.url))
    page.get_by_role("button", name="发到手机").click()
    dialog = page.locator("#dialog")
    assert dialog.get_by_role("img", name="二维码").bounding_box()["width"] >= 240
    dialog.get_by_text("码里的字").click()
    words = dialog.locator(".fold p").inner_text()
    assert words.split("\n")[:4] == ["租房提取：办事清单", "租房可以提取公积金，不用等买房。", "要带的材料：", "1. 本人身份证"] and "12329" in words
    assert [url for url in seen if "icons.svg" not in url] == []
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "发到手机"


def test_only_a_list_can_be_sent(chat):
    page = chat()
    ask(page, "贷款")
    assert page.get_by_role("button", name="发到手机").count() == 0


def test_on_a_phone_there_is_no_other_phone_to_send_to(chat):
    page = chat(width=390, height=844, has_touch=True, is_mobile=True)
    ask(page, "租房")
    assert not page.locator(".to-phone").is_visible()
