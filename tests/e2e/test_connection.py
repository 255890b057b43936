"""Broken connections: nothing is lost and nothing appears twice."""
import pytest

from bench.ports import free_port
from tests.gateway import system

pytestmark = pytest.mark.canned


def send(page, text):
    page.locator("#input").fill(text)
    page.locator("#input").press("Enter")


def kinds(page):
    return page.evaluate("[...document.querySelectorAll('.turn:not(.opening) .reply')].map((r) => r.dataset.kind)")


RENT = ["answer", "question", "reminder"]


def settled(page):
    page.wait_for_function("() => document.querySelectorAll('.reply-reminder').length === 1 && !document.querySelector('#typing').firstChild")


def test_a_stream_cut_in_the_middle_is_completed_without_doubles(chat):
    page = chat()
    send(page, "租房断")
    settled(page)
    assert kinds(page) == RENT


def test_no_websocket_falls_back_to_post(open_page, base):
    page = open_page("about:blank")
    page.route_web_socket("**/api/v1/ws", lambda socket: socket.close())
    page.goto(base + "/")
    page.wait_for_selector("html[data-ready]")
    with page.expect_request("**/api/v1/messages"):
        send(page, "租房")
    settled(page)
    assert kinds(page) == RENT


def test_gateway_restarted_in_the_middle_of_an_answer(open_page, parts):
    port = free_port()
    with system.gateway(*parts, port=port, GJJ_FOR_TESTS="1") as base:
        page = open_page(base + "/")
        page.wait_for_selector("html[data-ready]")
        send(page, "卡租房")
        page.wait_for_selector("#typing .dots")
        page.wait_for_timeout(500)
    with system.gateway(*parts, port=port, GJJ_FOR_TESTS="1"):
        settled(page)
        assert kinds(page) == RENT and page.locator(".bubble").count() == 1


def test_offline_message_goes_out_when_the_network_returns(chat):
    page = chat()
    page.context.set_offline(True)
    page.locator("#notice").get_by_text("网络断开了").wait_for()
    send(page, "租房")
    page.locator(".state").get_by_text("等网络恢复").wait_for()
    assert page.locator("#typing").inner_text() == "", "nobody is looking anything up"
    page.wait_for_timeout(3000)
    assert kinds(page) == []
    page.context.set_offline(False)
    settled(page)
    assert kinds(page) == RENT and not page.locator("#notice").is_visible() and page.locator(".state").inner_text() == ""


def test_refused_message_can_be_sent_again(chat):
    page = chat()
    page.route("**/api/v1/**", lambda route: route.continue_())
    send(page, "超时")
    page.get_by_role("button", name="再发一次").wait_for(timeout=30000)
    assert "这次查得太久了" in page.locator(".state").inner_text()
    send(page, "租房")
    settled(page)


def test_a_server_that_is_away_is_told_and_what_was_said_goes_out_later(open_page, parts):
    port = free_port()
    with system.gateway(*parts, port=port, GJJ_FOR_TESTS="1") as base:
        page = open_page(base + "/")
        page.wait_for_selector("html[data-ready]")
    send(page, "租房")
    page.locator("#notice").get_by_text("正在重新连接").wait_for(timeout=30000)
    assert page.locator("#typing").inner_text() == "", "nobody is looking anything up"
    with system.gateway(*parts, port=port, GJJ_FOR_TESTS="1"):
        settled(page)
        assert kinds(page) == RENT and page.locator(".bubble").count() == 1 and not page.locator("#notice").is_visible()


def test_after_a_reload_no_reply_is_there_twice(chat):
    page = chat()
    send(page, "租房")
    settled(page)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    shown = page.evaluate("[...document.querySelectorAll('[data-reply]')].map((one) => one.dataset.reply)")
    assert len(shown) == len(set(shown)) == 3
