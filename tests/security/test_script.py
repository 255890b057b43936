"""Script in everything a reply can hold, in a real Chromium: shown as text, never run."""
import json

import pytest

from tests.browser import chromium_browser  # noqa: F401 - the fixture `browser`
from tests.gateway import system

EVIL = "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>\"'><svg onload=window.hacked=1>javascript:window.hacked=1"


def reply(kind, **more):
    return {"id": f"r-{kind}", "kind": kind, "text": f"{kind} {EVIL}", "service": EVIL, "aspect": EVIL, "faq": EVIL, "topic": EVIL, "confidence": 0.9, "rule": EVIL, "why": EVIL,
            "level": 2, "sources": [{"title": EVIL, "article": EVIL, "effective_from": EVIL}], "buttons": [{"id": "b-1", "title": EVIL}],
            "candidates": [{"topic": EVIL, "service": EVIL, "title": EVIL}], "attachments": [], **more}


ATTACHMENTS = [
    {"type": "table", "title": EVIL, "columns": [EVIL, EVIL], "rows": [[EVIL, EVIL]]},
    {"type": "chart", "kind": "line", "title": EVIL, "labels": [EVIL, "b"], "series": [{"name": EVIL, "values": [1, 2]}]},
    {"type": "ics", "title": EVIL, "filename": "../" + EVIL, "content": "BEGIN:VCALENDAR\r\n" + EVIL},
]


@pytest.fixture(scope="module")
def base(redis_url, fake_worker):
    with system.gateway(redis_url, fake_worker, GJJ_FOR_TESTS="1") as started:
        yield started


def test_script_in_every_part_of_a_reply_is_shown_as_text(browser, base):
    page = browser.new_page()
    dialogs, violations = [], []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: violations.append(message.text) if "Content Security Policy" in message.text else None)
    page.add_init_script("delete window.WebSocket")
    replies = [reply("answer", attachments=ATTACHMENTS), reply("clarify"), reply("reminder"), reply("question")]

    def answer(route):
        sent = route.request.post_data_json
        route.fulfill(status=200, content_type="application/json", body=json.dumps({"id": sent["id"], "replies": replies}))

    page.route("**/api/v1/messages", answer)
    page.route("**/api/v1/suggest*", lambda route: route.fulfill(status=200, content_type="application/json", body=json.dumps({"questions": [EVIL] * 5})))
    page.goto(base + "/")
    box = page.locator("textarea").first
    box.fill(EVIL)
    box.press("Enter")
    page.get_by_text("question <img").first.wait_for(timeout=20_000)
    assert page.evaluate("window.hacked") is None and dialogs == []
    assert page.locator("img[src=x]").count() == 0 and page.locator("[onerror], [onload], [onclick]").count() == 0
    assert page.locator("a[href^='javascript:']").count() == 0 and violations == []
    page.close()
