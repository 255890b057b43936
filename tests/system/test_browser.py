"""The page in real Chromium against the real system: ask, read answer and source, press a button, reload."""
from __future__ import annotations

import pytest

from tests.browser import chromium_browser  # noqa: F401 - the fixture `browser`


@pytest.mark.parametrize("width, height", [(1280, 800), (390, 844)])
def test_citizen_asks_by_keyboard_and_gets_answer_source_and_attentive_question(browser, base_url, width, height):
    page = browser.new_page(viewport={"width": width, "height": height})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(base_url + "/")
    page.locator("textarea").fill("我刚来吉首上班，租房住，能取公积金吗")
    page.locator("textarea").press("Enter")
    log = page.get_by_role("log")
    log.get_by_text("还没满", exact=True).wait_for(timeout=20000)
    assert "连续足额" in log.inner_text()
    log.get_by_text("依据", exact=False).first.click()
    assert "住房公积金" in log.inner_text()
    log.get_by_role("button", name="还没满").click()
    page.wait_for_function("document.querySelector('[role=log]').innerText.split('还没满').length > 2", timeout=20000)
    page.reload()
    page.get_by_role("log").get_by_text("我刚来吉首上班，租房住，能取公积金吗").wait_for(timeout=20000)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert errors == []
    page.close()
