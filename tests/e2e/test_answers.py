"""How an answer is laid out: sections that fold, reasons, no more suggestions, times between the turns."""
import json

import pytest

from tests.e2e.conftest import ask, from_menu, said

CARD = "原样：可以，租房住能提公积金。\n· 条件：连续缴满3个月\n· 要带：身份证\n· 怎么办：线上或柜台\n· 多久：3日内\n外地额度不适用本州。"
LONG = "原样：都写在这里。\n" + "\n".join(f"{title}：\n· " + "要写清楚的话" * 18 for title in ("条件", "材料", "流程", "时限"))


def at(clock, *entries):
    """A conversation of an earlier time, as GET /history gives it."""
    return json.dumps({"messages": [{"from": who, "id": f"m{n}", "text": text, "at": f"2026-11-{clock[n]}:00+08:00"} for n, (who, text) in enumerate(entries)]})


def test_a_card_has_sections_that_fold(chat):
    page = chat()
    ask(page, CARD)
    sections = page.locator("details.section")
    assert sections.locator("summary").all_inner_texts() == ["条件", "要带", "怎么办", "多久"]
    assert page.locator(".text > p").last.inner_text() == "外地额度不适用本州。"
    assert sections.first.get_by_text("连续缴满3个月").is_visible()
    sections.first.locator("summary").press("Enter")
    assert not sections.first.get_by_text("连续缴满3个月").is_visible()


def test_of_a_long_answer_only_the_first_section_is_open(chat):
    page = chat()
    ask(page, LONG)
    opened = "all => all.map((one) => one.open)"
    assert page.locator("details.section").evaluate_all(opened) == [True, False, False, False]
    page.get_by_role("button", name="全部展开").click()
    assert page.locator("details.section").evaluate_all(opened) == [True] * 4
    assert page.evaluate("document.activeElement.textContent") == "材料"


def test_the_rest_of_a_long_list_is_folded(chat):
    page = chat()
    ask(page, "原样：网点：\n" + "\n".join(f"· 第{n}管理部" for n in range(1, 13)))
    assert page.locator("#log li", has_text="第6管理部").is_visible() and not page.locator("#log li", has_text="第7管理部").is_visible()
    page.get_by_text("还有 6 项").click()
    assert page.locator("#log li", has_text="第12管理部").is_visible()


@pytest.mark.canned
def test_after_a_long_question_the_answer_is_in_sight_from_its_beginning(chat):
    page = chat(width=390, height=700)
    ask(page, "我想问租房。" * 60)
    page.wait_for_function("""() => { const top = document.querySelector('.reply-answer').getBoundingClientRect().top, window = document.querySelector('#scroller').getBoundingClientRect();
        return top >= window.top && top < window.top + 60; }""")


@pytest.mark.canned
def test_numbered_steps_are_an_ordered_list(chat):
    page = chat()
    ask(page, "租房")
    assert page.locator("ol.points li").all_inner_texts() == ["本人身份证", "本人的一类银行卡", "无房证明（多数能联网核查，不用自己跑）"]


@pytest.mark.canned
def test_why_and_no_more_suggestions(chat):
    page = chat()
    ask(page, "租房")
    reminder = page.locator(".reply-reminder")
    reminder.get_by_text("为什么提醒").click()
    assert "二类卡单日入账限额一万元" in reminder.locator(".why p").inner_text()
    reminder.get_by_role("button", name="不再提醒").click()
    page.wait_for_function("() => document.querySelectorAll('.turn').length === 3 && !document.querySelector('#typing').firstChild")
    assert said(page)[-1] == "以后不用再提醒我了"
    page.locator("#input").fill("租房还能提吗")
    page.locator("#input").press("Enter")
    last = page.locator(".turn").last
    last.locator(".reply-answer").wait_for()
    page.wait_for_function("() => !document.querySelector('#typing').firstChild")
    assert last.locator(".reply").count() == 1, "neither question nor reminder"


@pytest.mark.canned
def test_suggestions_come_back_when_they_are_wanted_again(chat):
    page = chat(script="localStorage.setItem('gjj.quiet', '1')")
    from_menu(page, "显示和声音")
    box = page.get_by_role("group", name="多问一句、多提一个醒")
    assert box.get_by_role("radio", name="关").is_checked()
    box.get_by_role("radio", name="开").check()
    page.keyboard.press("Escape")
    page.get_by_text("有要紧的会再提醒您一句").wait_for()
    ask(page, "租房")
    assert page.locator(".reply-question").count() == 1 and page.locator(".reply-reminder").count() == 1


@pytest.mark.canned
def test_replies_come_one_after_another(chat):
    """Streamed part by part: the answer can be read before the reminder is there."""
    page = chat(script="""window.order = []; new MutationObserver((all) => all.forEach((one) => one.addedNodes.forEach((node) => {
        if (node.classList?.contains('reply')) order.push([node.dataset.kind, Boolean(document.querySelector('#typing').firstChild)]); })))
        .observe(document, {childList: true, subtree: true});""")
    ask(page, "租房")
    assert page.evaluate("order.slice(-3)") == [["answer", True], ["question", True], ["reminder", True]]


@pytest.mark.canned
def test_times_stand_between_days_and_after_a_silence(chat):
    page = chat(timezone_id="Asia/Shanghai", script="""sessionStorage.setItem('gjj.token', 'v1.old'); window.announced = new Set();
        new MutationObserver((all) => all.forEach((one) => one.addedNodes.forEach((node) => {
            if (node.classList?.contains('turn')) announced.add(document.querySelector('#log').getAttribute('aria-live')); })))
        .observe(document, {childList: true, subtree: true});""")
    page.clock.install(time="2026-11-22T10:00:00+08:00")
    messages = at(["21T16:00", "21T16:01", "22T09:30", "22T09:31"], ("citizen", "租房"), ("assistant", "可以。"), ("citizen", "贷款"), ("staff", "我来说。"))
    page.route("**/api/v1/history", lambda route: route.fulfill(body=messages, content_type="application/json"))
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.locator(".divider").all_inner_texts() == ["昨天 16:00", "9:30"]
    assert page.locator(".divider time").first.get_attribute("datetime").startswith("2026-11-21T08:00:00")
    assert page.locator(".reply-staff .label").inner_text() == "工作人员"
    assert page.evaluate("[...announced]") == ["off"], "an old conversation is not read out"
    page.locator("#log[aria-live=polite]").wait_for()


def test_a_new_session_is_divided_from_the_old_one(chat):
    page = chat()
    ask(page, "你好")
    page.evaluate("sessionStorage.setItem('gjj.token', 'v1.bad.bad')")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.evaluate("sessionStorage.setItem('gjj.token', 'v1.bad.bad')")
    ask(page, "你好")
    assert page.locator(".divider.session").inner_text() == "以下是新的咨询"


@pytest.mark.canned
def test_somebody_reading_above_is_not_moved_by_what_comes(chat):
    page = chat(height=500)
    sockets = []
    page.route_web_socket("**/api/v1/ws", lambda socket: (sockets.append(socket), socket.connect_to_server()))
    page.reload()
    page.wait_for_selector("html[data-ready]")
    ask(page, "租房")
    page.evaluate("document.querySelector('#scroller').scrollTop = 0")
    sockets[-1].send(json.dumps({"type": "staff", "held": True, "message": {"id": "s1", "text": "我是工作人员。", "at": "2026-11-22T10:00:00+08:00"}}))
    page.get_by_role("button", name="下面有新回复").click()
    assert page.get_by_text("我是工作人员。").is_visible() and not page.locator("#newer").is_visible()
