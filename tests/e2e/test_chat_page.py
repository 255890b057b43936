"""A citizen in a real browser: asks, reads, presses, comes back, erases."""
import re

import pytest

from tests.e2e.conftest import ask, from_menu, said

QUESTION = "租房提取公积金要带什么材料？"


def test_opening_has_greeting_common_questions_privacy_and_phone(chat):
    page = chat()
    assert page.locator(".opening .choice").all_inner_texts() == ["租房提取", "买房提取", "贷款额度和利率", "离职提取", "查余额", "异地转移"]
    assert "身份证号" in page.locator(".card").inner_text()
    assert page.locator("a.call").get_attribute("href") == "tel:12329"


def test_ask_by_keyboard_alone(chat):
    page = chat()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(".reply-answer")
    assert said(page) == [QUESTION]
    assert page.evaluate("document.activeElement.id") == "input"


def test_answer_shows_its_sources(chat):
    page = chat()
    ask(page, QUESTION)
    sources = page.locator(".reply-answer .sources").first
    assert re.fullmatch(r"依据（\d+）", sources.locator("summary").inner_text().strip())
    assert not sources.locator("ul").is_visible()
    sources.locator("summary").focus()
    page.keyboard.press("Enter")
    assert sources.locator("li").first.is_visible() and sources.locator("li").first.inner_text().strip()


@pytest.mark.canned
def test_question_and_reminder_say_why(chat):
    page = chat()
    ask(page, QUESTION)
    for kind, label, summary in (("question", "多问一句", "为什么这样问"), ("reminder", "多提一个醒", "为什么提醒")):
        card = page.locator(f".reply-{kind}")
        assert card.locator(".label").inner_text() == label
        card.get_by_text(summary).click()
        assert card.locator(".why p").is_visible()
    assert page.locator(".source-date").first.text_content() == " · 2019年3月24日 起施行"


@pytest.mark.canned
def test_pressing_a_quick_reply_answers_it(chat):
    page = chat()
    ask(page, QUESTION)
    page.get_by_role("button", name="两个人都有").click()
    page.get_by_text("那就两个人一起来").wait_for()
    assert said(page)[-1].endswith("两个人都有")


def test_common_question_button_asks_it(chat):
    page = chat()
    page.locator(".opening .choice").first.click()
    page.wait_for_selector(".turn:not(.opening) .reply")
    assert said(page)[0].endswith("租房怎么提取公积金？")


@pytest.mark.canned
@pytest.mark.parametrize("text, kind, label", [
    ("买房", "clarify", "请您选一下"), ("帮我估一下", "form", "还差一点信息"), ("转人工", "handoff", "人工服务"),
    ("天气", "decline", "这件事不归公积金管"), ("出错", "error", "没有成功")])
def test_each_kind_is_labelled(chat, text, kind, label):
    page = chat()
    ask(page, text)
    assert page.locator(f".reply-{kind} .label").inner_text() == label


@pytest.mark.canned
def test_table_and_calendar_attachments(chat):
    page = chat()
    ask(page, "贷款")
    assert page.locator(".reply table tbody tr").count() == 2 and page.locator("caption").inner_text() == "公积金贷款年利率"
    ask(page, "离职")
    with page.expect_download() as download:
        page.get_by_role("button", name="存到日历：可以办离职提取了").click()
    assert download.value.suggested_filename == "离职提取.ics"
    assert download.value.path().read_text("utf-8").startswith("BEGIN:VCALENDAR")


def test_thumbs(chat):
    page = chat()
    ask(page, QUESTION)
    bar = page.locator(".feedback").first
    bar.get_by_role("button", name="有帮助").click()
    bar.get_by_text("谢谢您的评价。").wait_for()
    bar.get_by_role("button", name="没帮助").click()
    bar.get_by_role("radio", name="没说全").check()
    bar.get_by_label("还想说什么").fill("少了表格")
    with page.expect_request("**/api/v1/feedback") as sent:
        bar.get_by_role("button", name="提交").click()
    body = sent.value.post_data_json
    assert (body["score"], body["reason"], body["comment"]) == (-1, "incomplete", "少了表格")
    bar.get_by_text("谢谢您告诉我们").wait_for()


def test_reload_keeps_the_conversation_without_storing_any_text(chat):
    page = chat()
    ask(page, QUESTION)
    before = page.locator(".turn:not(.opening) .text").all_inner_texts()
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.locator(".turn:not(.opening) .text").all_inner_texts() == before and len(said(page)) == 1
    kept = page.evaluate("({...sessionStorage, ...localStorage})")
    assert set(kept) <= {"gjj.token", "gjj.privacy", "gjj.type"} and "租房" not in str(kept)


def test_erase_removes_everything_and_starts_anew(chat):
    page = chat()
    ask(page, QUESTION)
    old = page.evaluate("sessionStorage.getItem('gjj.token')")
    from_menu(page, "清除本次对话")
    page.locator("#dialog").get_by_role("button", name="清除", exact=True).click()
    page.get_by_text("已经清除").wait_for()
    assert said(page) == []
    ask(page, "你好")
    assert page.evaluate("sessionStorage.getItem('gjj.token')") != old
    status = page.evaluate("t => fetch('/api/v1/history', {headers: {Authorization: `Bearer ${t}`}}).then((r) => r.status)", old)
    assert status == 401


def test_rating(chat):
    page = chat()
    ask(page, "你好")
    from_menu(page, "给服务打分")
    page.locator("#dialog").get_by_role("radio", name="很满意", exact=True).check()
    page.locator("#dialog").get_by_role("button", name="提交").click()
    page.get_by_text("谢谢您的打分").wait_for()


def test_privacy_notice_is_shown_once(chat):
    page = chat()
    page.get_by_role("button", name="知道了").click()
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.locator(".card").count() == 0


def test_expired_session_starts_anew_and_answers(chat):
    page = chat()
    page.evaluate("sessionStorage.setItem('gjj.token', 'v1.bad.bad')")
    ask(page, "你好")
    assert page.locator(".remark").inner_text().startswith("上次咨询已超时")
    assert len(said(page)) == 1


def test_large_type_is_remembered(chat):
    page = chat()
    page.get_by_role("button", name="大字显示").click()
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 21
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.get_by_role("button", name="大字显示").get_attribute("aria-pressed") == "true"


def test_chinese_input_method_enter_does_not_send(chat):
    page = chat()
    page.locator("#input").fill("zu")
    page.evaluate("""document.querySelector('#input').dispatchEvent(
        new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))""")
    assert said(page) == [] and page.locator("#input").input_value() == "zu"


def test_shift_enter_breaks_the_line(chat):
    page = chat()
    page.locator("#input").focus()
    page.keyboard.type("一")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("二")
    assert page.locator("#input").input_value() == "一\n二" and said(page) == []


@pytest.mark.canned
def test_cross_site_scripting_markup_is_shown_as_text(chat):
    page = chat()
    ask(page, "原样：<img src=x onerror=alert(1)><b>粗</b>")
    assert page.locator(".reply .text").last.inner_text() == "原样：<img src=x onerror=alert(1)><b>粗</b>"
    assert page.locator("#log img, #log b").count() == 0


def test_nothing_is_requested_from_other_hosts(open_page, base):
    seen = []
    page = open_page("about:blank")
    page.on("request", lambda request: seen.append(request.url))
    page.goto(base + "/")
    page.wait_for_selector("html[data-ready]")
    ask(page, "你好")
    assert seen and [url for url in seen if not url.startswith(base + "/")] == []


@pytest.mark.parametrize("missing", ["wording.json", "chat.js"])
def test_a_page_that_does_not_come_whole_says_so_and_names_the_phone(open_page, base, missing):
    page = open_page("about:blank")
    page.route(f"**/web/{missing}", lambda route: route.abort())
    page.goto(base + "/")
    page.locator(".trouble").get_by_text("12329").wait_for(timeout=15000)


def test_a_page_that_comes_whole_says_nothing_of_trouble(chat):
    page = chat()
    assert not page.locator(".trouble").is_visible() and page.get_by_role("alert").count() == 0


def test_suggestions_while_typing(chat):
    page = chat()
    page.route("**/api/v1/suggest*", lambda route: route.fulfill(json={"questions": ["租房提取怎么办理？", "租房提取额度是多少？"]}))
    page.locator("#input").press_sequentially("租房")
    page.locator("#suggest button").first.wait_for()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_selector(".bubble")
    assert said(page)[0].endswith("租房提取怎么办理？") and not page.locator("#suggest").is_visible()
