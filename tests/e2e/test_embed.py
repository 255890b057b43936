"""One script tag on another site: a button that opens the chat in its own frame."""
import os

import pytest

from tests.e2e.conftest import HOST_PAGE

pytestmark = pytest.mark.skipif("GJJ_E2E_URL" in os.environ, reason="the real system does not list the test's host page")
LAUNCH = "document.querySelector('gjj-assistant').shadowRoot.querySelector('.launch')"


@pytest.fixture
def site(host_site, base):
    """Write the host page with ``attributes`` of the script tag and ``variables`` of its style; gives the page's origin."""
    origin, folder = host_site

    def write(attributes="", variables=""):
        (folder / "index.html").write_text(HOST_PAGE.format(base=base, attributes=attributes, variables=variables), "utf-8")
        return origin
    return write


def opened(page, name="公积金咨询"):
    """Press the launcher; gives the chat inside."""
    page.get_by_role("button", name=name).click()
    chat = page.frame_locator("iframe")
    chat.locator("html[data-ready]").wait_for()
    return chat


def test_open_ask_close_by_keyboard(open_page, site):
    page = open_page(site() + "/")
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


def test_a_hostile_style_of_the_page_reaches_nothing(open_page, site):
    """The host page hides, shrinks and colours everything it can, with !important."""
    page = open_page(site() + "/")
    box = page.get_by_role("button", name="公积金咨询").bounding_box()
    assert box["height"] >= 52 and box["x"] > 1000 and box["y"] > 700
    assert page.evaluate(f"getComputedStyle({LAUNCH}).color") == "rgb(255, 255, 255)"
    assert page.evaluate(f"getComputedStyle({LAUNCH}).fontSize") == "16px"
    frame = opened(page).locator("body")
    assert page.locator("iframe").bounding_box()["width"] == 420 and frame.is_visible()


def test_the_page_names_colour_place_and_title(open_page, site):
    page = open_page(site('data-color="#8a1f1f" data-side="left" data-bottom="90" data-title="小州公积金" data-label="问一问" data-colors="dark"') + "/")
    box = page.get_by_role("button", name="问一问").bounding_box()
    assert box["x"] == 20 and round(800 - box["y"] - box["height"]) == 90
    assert page.evaluate(f"getComputedStyle({LAUNCH}).backgroundColor") == "rgb(138, 31, 31)"
    chat = opened(page, "问一问")
    assert chat.locator("#title").inner_text() == "小州公积金"
    root = chat.locator("html")
    assert root.get_attribute("data-colours") == "dark"
    assert root.evaluate("root => getComputedStyle(root).getPropertyValue('--brand')") == "#8a1f1f"


def test_css_variables_of_the_page_do_the_same(open_page, site):
    page = open_page(site(variables="--gjj-color: #8a1f1f; --gjj-bottom: 60px; --gjj-width: 500px;") + "/")
    box = page.get_by_role("button", name="公积金咨询").bounding_box()
    assert round(800 - box["y"] - box["height"]) == 60
    assert page.evaluate(f"getComputedStyle({LAUNCH}).backgroundColor") == "rgb(138, 31, 31)"
    chat = opened(page)
    assert page.locator("iframe").bounding_box()["width"] == 500
    assert chat.locator(".send").evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(138, 31, 31)"


@pytest.mark.parametrize("colour", ["#ffe900", "red;} * {display:none", "#fff"])
def test_a_colour_that_cannot_be_read_is_made_readable_or_left_out(open_page, site, colour):
    page = open_page(site(f'data-color="{colour}"') + "/")
    brightness = page.evaluate(f"getComputedStyle({LAUNCH}).backgroundColor.match(/\\d+/g).map(Number)")
    assert max(brightness) < 160, "white letters stand on it"
    assert opened(page).locator("#input").is_visible()


@pytest.mark.canned
def test_what_comes_while_the_window_is_closed_is_counted(open_page, site):
    page = open_page("about:blank")
    lines, held, closed = [], [], []

    def hold(socket):
        """Keep back what the server says until the window is closed."""
        lines.append(socket)
        socket.connect_to_server().on_message(lambda frame: socket.send(frame) if closed else held.append(frame))

    page.route_web_socket("**/api/v1/ws", hold)
    page.goto(site() + "/")
    chat = opened(page)
    chat.locator("#input").fill("租房")
    chat.locator("#input").press("Enter")
    chat.get_by_role("button", name="收起咨询窗口").click()
    page.get_by_role("button", name="公积金咨询").wait_for()
    closed.append(True)
    for frame in held:
        lines[-1].send(frame)
    page.get_by_role("button", name="公积金咨询，3 条新回复").wait_for()
    assert page.evaluate(f"{LAUNCH}.querySelector('.badge').textContent") == "3" and page.title() == "（3 条新回复）中心网站"
    page.get_by_role("button", name="公积金咨询").click()
    page.wait_for_function("() => document.title === '中心网站'")
    assert not page.evaluate(f"{LAUNCH}.hasAttribute('aria-label')")


def test_fills_a_phone(open_page, site):
    page = open_page(site() + "/", width=390, height=844)
    opened(page)
    box = page.locator("iframe").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)


def test_clickjacking_an_unlisted_site_cannot_frame_the_chat(open_page, site):
    other = site().replace("127.0.0.1", "localhost")  # the same page, another origin
    page = open_page(other + "/")
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.get_by_role("button", name="公积金咨询").click()
    assert page.frames[-1].locator("#input").count() == 0


@pytest.mark.parametrize("message", ["{gjj: 'close'}", "{gjj: 'unread', count: 7}"])
def test_a_foreign_message_does_nothing(open_page, site, message):
    """Attack: any window posting commands to the page."""
    page = open_page(site() + "/")
    opened(page)
    page.evaluate(f"new Promise((done) => {{ addEventListener('message', done, {{once: true}}); window.postMessage({message}, '*'); }})")
    assert page.locator("iframe").is_visible() and page.title() == "中心网站"


def test_nothing_of_the_chat_is_printed_with_the_page(open_page, site):
    page = open_page(site() + "/")
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="公积金咨询").is_visible()
