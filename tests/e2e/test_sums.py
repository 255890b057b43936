"""Tables, plots and forms in a real browser, wide and narrow."""
from __future__ import annotations

import pytest

from tests.e2e.conftest import ask

pytestmark = pytest.mark.canned


def shown(chat, **size):
    page = chat(**size)
    ask(page, "提前还十万能省多少")
    return page


def test_the_table_has_headers_for_both_directions(chat):
    page = shown(chat)
    assert page.locator(".table-box caption").inner_text() == "提前还10万元，两种办法对比"
    assert page.locator("thead th").all_inner_texts() == ["办法", "下月还款", "还要还", "少付利息"]
    assert page.locator("tbody th[scope=row]").all_inner_texts() == ["不提前还", "缩短年限", "减少月供"]


def test_bars_stand_in_proportion_and_are_spoken(chat):
    page = shown(chat)
    heights = page.locator(".chart rect").evaluate_all("bars => bars.map(b => Number(b.getAttribute('height')))")
    assert heights[0] / heights[1] == pytest.approx(52178 / 16897, rel=0.01) and heights[0] / heights[2] == pytest.approx(52178 / 31307, rel=0.01)
    assert page.get_by_role("img", name="以后还要付的利息（元）。利息：不提前还 52178，缩短年限 16897，减少月供 31307").is_visible()


@pytest.mark.parametrize("width, large", [(1280, ""), (390, ""), (390, "larger"), (320, "large")])
def test_lines_have_a_legend_and_labels_that_do_not_collide(chat, width, large):
    page = shown(chat, width=width, script=f"localStorage.setItem('gjj.type', '{large}')")
    figure = page.locator("figure.chart").nth(1)
    assert figure.locator("polyline").count() == 2 and figure.locator(".legend li").all_inner_texts() == ["等额本息", "等额本金"]
    boxes = figure.locator("text").evaluate_all("all => all.filter(t => t.textContent.startsWith('第')).map(t => t.getBoundingClientRect()).map(b => [b.left, b.right])")
    assert len(boxes) >= (4 if width > 390 else 2) and all(left[1] < right[0] for left, right in zip(boxes, boxes[1:]))


@pytest.mark.parametrize("large, pixels", [("", 13), ("larger", 21)])
def test_letters_in_a_plot_grow_with_the_type_and_are_never_shrunk(chat, large, pixels):
    page = shown(chat, width=390, script=f"localStorage.setItem('gjj.type', '{large}')")
    page.wait_for_function("""pixels => [...document.querySelectorAll('.chart svg')].every((one) =>
        Math.abs(one.getBoundingClientRect().width / one.viewBox.baseVal.width * parseFloat(getComputedStyle(one).fontSize) - pixels) < 0.6)""", arg=pixels)


def test_a_plot_is_drawn_again_when_the_type_is_made_larger(chat):
    page = shown(chat, width=390)
    before = page.locator(".chart svg").first.get_attribute("font-size")
    page.get_by_role("button", name="大字显示").click()
    page.wait_for_function("before => Number(document.querySelector('.chart svg').getAttribute('font-size')) > Number(before)", arg=before)


def test_on_a_phone_the_table_stands_whole_and_no_heading_is_torn(chat):
    page = shown(chat, width=390)
    box = page.locator(".table-box")
    assert box.evaluate("one => one.scrollWidth <= one.clientWidth")
    lines = page.locator("tbody th").evaluate_all("all => all.map((one) => { const range = document.createRange(); range.selectNodeContents(one); return range.getClientRects().length; })")
    assert lines == [1, 1, 1]


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_page(chat, width):
    page = shown(chat, width=width, height=740)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for figure in page.locator("figure.chart svg").all():
        frame = figure.bounding_box()
        for box in figure.locator("text").evaluate_all("all => all.map(t => t.getBoundingClientRect()).map(b => [b.left, b.right])"):
            assert frame["x"] - 1 <= box[0] and box[1] <= frame["x"] + frame["width"] + 1


def test_a_form_question_can_be_given_up_by_button(chat):
    page = chat()
    ask(page, "帮我估一估")
    assert page.locator(".reply-form .label").inner_text() == "还差一点信息"
    assert page.locator(".reply-form .choice").all_inner_texts() == ["不算了"]


def test_the_farewell_asks_for_stars_once(chat):
    page = chat()
    ask(page, "再见")
    box = page.locator(".stars")
    assert box.get_by_role("button").all_inner_texts() == ["很不满意", "不满意", "一般", "满意", "很满意"]
    with page.expect_response("**/api/v1/rating") as given:
        box.get_by_role("button", name="很满意").click()
    assert given.value.request.post_data_json == {"stars": 5}
    page.get_by_text("谢谢您的打分").wait_for()
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.get_by_text("再见，祝您办事顺利").wait_for()
    assert page.locator(".stars").count() == 0


def test_a_date_put_into_the_calendar_is_reported(chat):
    page = chat()
    ask(page, "离职")
    with page.expect_response("**/api/v1/kept") as kept:
        page.locator(".ics").first.click()
    assert kept.value.status == 200
