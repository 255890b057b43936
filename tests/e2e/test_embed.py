"""One script tag on another site: a button that opens the chat in its own frame."""
import os

import pytest

from tests.e2e.conftest import HOST_PAGE

pytestmark = pytest.mark.skipif("GJJ_E2E_URL" in os.environ, reason="the real system does not list the test's host page")


@pytest.fixture
def site(host_site, base):
    origin, folder = host_site
    (folder / "index.html").write_text(HOST_PAGE.format(base=base), "utf-8")
    return origin


def test_open_ask_close_by_keyboard(open_page, site):
    page = open_page(site + "/")
    launcher = page.get_by_role("button", name="公积金咨询")
    launcher.focus()
    page.keyboard.press("Enter")
    chat = page.frame_locator("iframe")
    chat.locator("html[data-ready]").wait_for()
    chat.locator("#input").fill("租房怎么提取？")
    chat.locator("#input").press("Enter")
    chat.locator(".reply-reminder").wait_for()
    chat.locator("#input").press("Escape")
    launcher.wait_for()
    assert not page.locator("iframe").is_visible()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "launch"
    launcher.click()
    assert chat.locator(".reply-reminder").is_visible(), "the conversation is still there"
    chat.get_by_role("button", name="收起咨询窗口").click()
    launcher.wait_for()


def test_fills_a_phone(open_page, site):
    page = open_page(site + "/", width=390, height=844)
    page.get_by_role("button", name="公积金咨询").click()
    page.frame_locator("iframe").locator("html[data-ready]").wait_for()
    box = page.locator("iframe").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)


def test_clickjacking_an_unlisted_site_cannot_frame_the_chat(open_page, site):
    other = site.replace("127.0.0.1", "localhost")  # the same page, another origin
    page = open_page(other + "/")
    page.get_by_role("button", name="公积金咨询").click()
    page.wait_for_timeout(1500)
    assert page.frames[-1].locator("#input").count() == 0


def test_a_foreign_message_does_not_close_the_window(open_page, site):
    """Attack: any window posting "close" to the page."""
    page = open_page(site + "/")
    page.get_by_role("button", name="公积金咨询").click()
    page.frame_locator("iframe").locator("html[data-ready]").wait_for()
    page.evaluate("window.postMessage({gjj: 'close'}, '*')")
    page.wait_for_timeout(300)
    assert page.locator("iframe").is_visible()
