"""A person of the center takes over: what they say comes at once, is shown once, and the window says who speaks."""
import json

import pytest

from tests.e2e.conftest import ask

pytestmark = pytest.mark.canned


def words(text, ident="s1"):
    return json.dumps({"type": "staff", "held": True, "message": {"id": ident, "text": text, "at": "2026-11-22T10:00:00+08:00"}})


@pytest.fixture
def line(chat):
    """A page whose connection the test can speak on: (page, sockets so far)."""
    page, sockets = chat(), []
    page.route_web_socket("**/api/v1/ws", lambda socket: (sockets.append(socket), socket.connect_to_server()))
    page.reload()
    page.wait_for_selector("html[data-ready]")
    return page, sockets


def test_while_staff_hold_the_conversation_their_words_appear(chat):
    page = chat()
    page.locator("#input").fill("请工作人员接手")
    page.locator("#input").press("Enter")
    page.locator("#staff").get_by_text("工作人员正在看").wait_for()
    reply = page.locator(".reply", has_text="我是管理部的工作人员，您请说。")
    reply.wait_for()
    assert reply.locator(".label").inner_text() == "工作人员" and reply.count() == 1
    page.locator("#staff").get_by_text("工作人员正在为您服务").wait_for()


def test_words_of_staff_come_without_being_asked_for(line):
    page, sockets = line
    ask(page, "人工")
    sockets[-1].send(words("您好，我是柜台小李。"))
    page.locator(".reply-staff").get_by_text("您好，我是柜台小李。").wait_for()
    assert page.locator("#staff").inner_text() == "工作人员正在为您服务，您直接说就行。"
    sockets[-1].send(words("您好，我是柜台小李。"))
    sockets[-1].send(words("还有别的吗？", "s2"))
    page.get_by_text("还有别的吗？").wait_for()
    assert page.locator(".reply-staff").count() == 2


def test_when_staff_give_it_back_the_assistant_speaks_again(line):
    page, sockets = line
    ask(page, "人工")
    sockets[-1].send(words("您好。"))
    page.locator("#staff").wait_for(state="visible")
    sockets[-1].send(json.dumps({"type": "staff", "held": False}))
    page.locator("#staff").wait_for(state="hidden")
    ask(page, "租房")
    assert not page.locator("#staff").is_visible()


def test_after_a_handoff_a_lost_connection_is_made_again(line):
    page, sockets = line
    ask(page, "人工")
    before = len(sockets)
    with page.expect_websocket():
        sockets[-1].close()
    assert len(sockets) == before + 1
    sockets[-1].send(words("我在。"))
    page.get_by_text("我在。").wait_for()


def test_what_comes_while_the_tab_is_away_is_counted_in_the_title(line):
    page, sockets = line
    ask(page, "人工")
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    sockets[-1].send(words("您好。"))
    page.wait_for_function("() => document.title === '（1 条新回复）湘西公积金柜台助手'")
    page.evaluate("Object.defineProperty(document, 'hidden', {value: false}); document.dispatchEvent(new Event('visibilitychange'))")
    assert page.title() == "湘西公积金柜台助手"
