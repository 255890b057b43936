"""The screen of a service hall: one person after another, and nothing left of the one before."""
import pytest

from tests.e2e.conftest import ask, said


@pytest.fixture
def hall(chat):
    """The start page, with a clock that the test moves."""
    def open_hall(path="/kiosk", **options):
        page = chat("/kiosk", width=1280, height=1024, **options)
        page.clock.install()
        page.goto(page.url.replace("/kiosk", path))
        page.wait_for_selector("html[data-ready]")
        return page
    return open_hall


def begin(page):
    page.get_by_role("button", name="开始咨询").click()


def test_it_waits_on_a_start_page(hall):
    page = hall()
    assert page.get_by_role("heading", name="公积金的事，点这里问").is_visible()
    assert page.get_by_role("button").all_inner_texts() == ["开始咨询"]
    begin(page)
    assert page.locator(".opening .choice").count() == 6 and not page.locator("#start").is_visible()


def test_everything_is_big(hall):
    page = hall()
    begin(page)
    ask(page, "你好")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 22
    low = page.locator(".choice:visible, .send:visible, .end:visible, #large:visible").evaluate_all("all => all.map((one) => one.getBoundingClientRect().height).filter((high) => high < 60)")
    assert low == []


def test_a_shared_screen_has_no_menu_no_link_to_call_and_nothing_to_keep(hall):
    page = hall()
    begin(page)
    ask(page, "离职")
    for gone in ("#menu", "a.call", ".ics", ".remember"):
        assert page.locator(gone).count() == 0 or not page.locator(gone).first.is_visible()
    assert page.locator(".hotline").get_by_text("热线 12329").is_visible()
    ask(page, "人工")
    number = page.locator(".reply-handoff .big-number")
    assert number.inner_text() == "热线 12329" and number.evaluate("one => one.tagName") == "P", "nothing here looks like a key that does nothing"


def test_nothing_is_kept_in_the_browser(hall):
    page = hall()
    begin(page)
    page.get_by_role("button", name="知道了").click()
    page.get_by_role("button", name="大字显示").click()
    ask(page, "租房")
    assert page.evaluate("({...sessionStorage, ...localStorage})") == {}
    page.reload()
    page.wait_for_selector("html[data-ready]")
    begin(page)
    assert said(page) == [] and page.get_by_role("button", name="知道了").is_visible()


def test_ending_erases_here_and_on_the_server(hall):
    page = hall()
    begin(page)
    with page.expect_response("**/api/v1/sessions") as session:
        ask(page, "租房")
    token = session.value.json()["token"]
    page.get_by_role("button", name="大字显示").click()
    page.locator("#input").fill("我的身份证号")
    with page.expect_response(lambda response: response.request.method == "DELETE") as erased:
        page.get_by_role("button", name="结束咨询").click()
    assert erased.value.status == 204
    status = page.evaluate("t => fetch('/api/v1/history', {headers: {Authorization: `Bearer ${t}`}}).then((r) => r.status)", token)
    assert status == 401
    begin(page)
    assert said(page) == [] and page.locator("#input").input_value() == ""
    assert page.evaluate("document.documentElement.classList.contains('large')") is False


def test_when_nobody_is_there_it_asks_counts_down_and_erases(hall):
    page = hall()
    begin(page)
    ask(page, "租房")
    page.clock.run_for(91_000)
    dialog = page.get_by_role("dialog", name="您还在吗？")
    dialog.wait_for()
    first = int(dialog.locator(".countdown").inner_text())
    page.clock.run_for(5_000)
    assert int(dialog.locator(".countdown").inner_text()) <= first - 5
    with page.expect_response(lambda response: response.request.method == "DELETE") as erased:
        page.clock.run_for(20_000)
    assert erased.value.status == 204 and page.locator("#start").is_visible() and not dialog.is_visible()
    assert page.locator("#log").inner_text() == ""


@pytest.mark.parametrize("how", ["我还在", "Escape"])
def test_whoever_is_there_stays(hall, how):
    page = hall()
    begin(page)
    ask(page, "租房")
    page.clock.run_for(91_000)
    page.get_by_role("dialog", name="您还在吗？").wait_for()
    if how == "Escape":
        page.keyboard.press("Escape")
    else:
        page.get_by_role("button", name=how).click()
    page.clock.run_for(30_000)
    assert said(page) == ["租房"] and not page.locator("#dialog").is_visible()


def test_touching_the_screen_puts_the_question_off(hall):
    page = hall()
    begin(page)
    page.clock.run_for(60_000)
    page.locator("#log").click()
    page.clock.run_for(60_000)
    assert not page.locator("#dialog").is_visible()


def test_the_hall_chooses_how_long_it_waits(hall):
    page = hall("/kiosk?idle=10&warn=5")
    begin(page)
    page.clock.run_for(11_000)
    assert int(page.locator(".countdown").inner_text()) <= 5


def test_offline_the_next_person_need_not_wait_for_the_erasing(hall):
    page = hall()
    begin(page)
    ask(page, "租房")
    page.context.set_offline(True)
    page.get_by_role("button", name="结束咨询").click()
    assert page.locator("#start").is_visible() and page.locator("#log").inner_text() == ""
    page.context.set_offline(False)
    with page.expect_response(lambda response: response.request.method == "DELETE") as erased:
        page.clock.run_for(31_000)
    assert erased.value.status == 204
