"""Reading and using the page without a mouse, a big screen or good eyes."""
import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


def violations(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found]


def ask(page, text):
    before = page.locator(".reply").count()
    page.locator("#input").fill(text)
    page.locator("#input").press("Enter")
    page.wait_for_function("n => document.querySelectorAll('.reply').length > n && !document.querySelector('#typing').firstChild", arg=before)


@pytest.mark.parametrize("width, height", [(1280, 800), (390, 844)])
def test_axe_finds_nothing(chat, width, height):
    page = chat(width=width, height=height)
    assert violations(page) == []
    for text in ("租房提取要带什么材料？", "贷款利率是多少", "离职", "买房", "人工", "天气", "出错", "估"):
        ask(page, text)
    page.evaluate("document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })")
    page.locator("[data-thumb=down]").first.click()
    assert violations(page) == []


def test_axe_finds_nothing_in_dialogs_and_menu(chat):
    page = chat()
    page.locator("#menu summary").click()
    assert violations(page) == []
    page.get_by_role("button", name="给服务打分").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("#menu summary").click()
    page.get_by_role("button", name="清除本次对话").click()
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("large", [False, True])
def test_no_sideways_scrolling_on_phones(chat, width, large):
    page = chat(width=width, height=700)
    if large:
        page.get_by_role("button", name="大字显示").click()
    for text in ("租房提取要带什么材料？", "贷款利率是多少", "a" * 200):
        ask(page, text)
    page.evaluate("document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("document.querySelector('#scroller').scrollWidth <= document.querySelector('#scroller').clientWidth")


def test_everything_to_press_is_at_least_44_pixels(chat):
    page = chat(width=390, height=844)
    ask(page, "租房提取要带什么材料？")
    small = page.evaluate("""[...document.querySelectorAll('button, a, summary, input, textarea')]
        .filter((e) => e.checkVisibility() && !e.classList.contains('skip')).map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
        .filter(([, box]) => box.width < 43.5 || box.height < 43.5).map(([text, box]) => [text, box.width, box.height])""")
    assert small == []


def test_replies_are_announced(chat):
    page = chat()
    log = page.get_by_role("log")
    assert log.get_attribute("aria-live") == "polite"
    ask(page, "你好")
    assert log.locator(".turn:not(.opening) .reply").count() >= 1
    assert page.locator("#typing").get_attribute("role") == "status"


def test_no_animation_when_motion_is_unwanted(chat):
    page = chat(reduced_motion="reduce")
    page.evaluate("document.querySelector('#typing').append(Object.assign(document.createElement('span'), {className: 'dots', innerHTML: '<i></i>'}))")
    assert page.evaluate("getComputedStyle(document.querySelector('.dots i')).animationName") == "none"


def test_chinese_fonts_are_present(chat):
    """A missing font draws the same box for different characters."""
    page = chat()
    assert page.evaluate("""(() => { const draw = (c) => { const k = document.createElement('canvas'); k.width = k.height = 40;
        const x = k.getContext('2d'); x.font = '30px ' + getComputedStyle(document.body).fontFamily; x.fillText(c, 4, 32); return k.toDataURL(); };
        return draw('湘') !== draw('积'); })()""")
