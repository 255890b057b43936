"""Cases: edited before publication by one at a time, voted for, printed."""
from __future__ import annotations

import pytest
import pytest_asyncio

from bot.gateway import keys
from bot.state.cases import KEY, VOTES, Cases

pytestmark = pytest.mark.asyncio
TOLD = [{"from": "citizen", "text": "多亏你提醒，不然白跑一趟", "id": "1"}, {"from": "assistant", "text": "不客气", "id": "2", "reply": {"kind": "smalltalk"}}]


@pytest_asyncio.fixture
async def staff(admin):
    async def make(role, **more):
        browser = await admin(role, **more)
        if "beside" not in more:
            await browser.app[keys.REDIS].delete(KEY, VOTES)
            browser.case = await Cases(browser.app[keys.REDIS]).mark(TOLD, "moved", "算对了日子")
        return browser
    return make


async def of(browser, ident):
    return (await browser.api("GET", f"/admin/api/v1/cases/{ident}"))[1]


async def edit(browser, ident, version, **more):
    body = {"title": "差一天就白跑", "why": "算对了日子", "texts": ["多亏你提醒", "不客气"], "version": version, **more}
    return await browser.api("PUT", f"/admin/api/v1/cases/{ident}", body)


async def test_editing_publishing_and_printing(staff):
    browser = await staff("editor")
    case = await of(browser, browser.case)
    assert (await edit(browser, browser.case, case["version"], texts=["多亏你提醒，我叫田大山", ""]))[0] == 200
    assert (await browser.api("POST", f"/admin/api/v1/cases/{browser.case}/publish", {"on": True}))[0] == 204
    page = await browser.text("/admin/cases/print")
    assert "差一天就白跑" in page and "我叫某某" in page and "田大山" not in page and "不客气" not in page
    case = await of(browser, browser.case)
    assert case["published"] == "editor-a"
    await edit(browser, browser.case, case["version"], title="改了题目")
    assert "还没有公布的案例" in await browser.text("/admin/cases/print")  # edited wording is published anew


async def test_who_edits_an_old_state_is_told(staff):
    browser = await staff("editor")
    version = (await of(browser, browser.case))["version"]
    assert (await edit(browser, browser.case, version))[0] == 200
    status, body = await edit(browser, browser.case, version, title="另一个人")
    assert status == 409 and "别人刚刚改过" in body["error"]["message"] and (await of(browser, browser.case))["title"] == "差一天就白跑"
    assert (await edit(browser, browser.case, (await of(browser, browser.case))["version"], texts=["少一段"]))[0] == 422


async def test_colleagues_vote_once_each(staff):
    browser = await staff("viewer", name="小田")
    other = await staff("viewer", name="小彭", beside=browser)
    for one in (browser, browser, other):
        assert (await one.api("POST", f"/admin/api/v1/cases/{browser.case}/vote", {"yes": True}))[0] == 204
    assert (await of(browser, browser.case))["votes"] == ["小彭", "小田"]
    await other.api("POST", f"/admin/api/v1/cases/{browser.case}/vote", {"yes": False})
    assert "1 票（小田）" in await browser.text(f"/admin/cases/{browser.case}")
    assert (await browser.api("DELETE", f"/admin/api/v1/cases/{browser.case}"))[0] == 403


async def test_dropping(staff):
    browser = await staff("editor")
    assert (await browser.api("DELETE", f"/admin/api/v1/cases/{browser.case}"))[0] == 204
    assert (await browser.get(f"/admin/cases/{browser.case}")).status == 404 and "还没有案例" in await browser.text("/admin/cases")
    assert [e["action"] for e in await browser.audit()] == ["case.drop"]


async def test_forms_do_the_same(staff):
    browser = await staff("editor")
    case = await of(browser, browser.case)
    fields = [("title", "题目"), ("why", "好"), ("version", case["version"]), ("text", "一"), ("text", "二")]
    assert (await browser.post(f"/admin/cases/{browser.case}/edit", fields)).status == 303
    assert "已保存" in await browser.text(f"/admin/cases/{browser.case}")
    for verb, fields in (("vote", {"yes": "1"}), ("publish", {"on": "1"}), ("drop", {})):
        assert (await browser.post(f"/admin/cases/{browser.case}/{verb}", fields)).status == 303
    assert "还没有案例" in await browser.text("/admin/cases")
