"""本州数字, 事实和出处, 要到期的 in the console."""
from __future__ import annotations

import aiohttp
import pytest
import pytest_asyncio

from bot.knowledge.base import load
from tests.content import copies
from tests.gateway.admin.pages import hidden, plain_text

pytestmark = pytest.mark.asyncio
content_copy, root = copies.content_copy, copies.root
KEY = "max_loan_single"
FORM = {"value": "50", "unit": "万元", "applies_to": "单方缴存的家庭", "document": "州住房公积金管委会〔2026〕3号", "effective_from": "2026-10-01"}


@pytest_asyncio.fixture
async def editor(admin, root):
    return await admin("editor", root=root)


@pytest_asyncio.fixture
async def publisher(admin, editor):
    return await admin("publisher", beside=editor)


async def filled(browser, key=KEY, **changes):
    version = hidden(await browser.text(f"/admin/figures/{key}"))
    return await browser.post(f"/admin/figures/{key}", {**FORM, "version": version, **changes})


async def test_one_fills_in_another_confirms(editor, publisher, root):
    assert (await filled(editor)).status == 303
    text = await editor.text(f"/admin/figures/{KEY}")
    assert "等另一位同事复核" in text and "复核通过</button>" not in text
    assert load(root / "data").center[KEY].value is None
    assert "有 1 项等第二个人复核" in plain_text(await publisher.text("/admin/figures"))
    text = await publisher.text(f"/admin/figures/{KEY}")
    assert "<ins>50</ins>" in text and "<ins>万元</ins>" in text and "本州规定" in text
    response = await publisher.post(f"/admin/figures/{KEY}/confirm", {"pending": hidden(text, "pending")})
    assert response.status == 303
    setting = load(root / "data").center[KEY]
    assert (setting.value, setting.filled_by, setting.checked_by) == (50, "editor-a", "publisher-b")
    assert [(entry["who"], entry["action"]) for entry in await editor.audit()][-2:] == [("editor-a", "figure.propose"), ("publisher-b", "figure.confirm")]
    assert "editor-a填写，publisher-b复核" in plain_text(await editor.text(f"/admin/figures/{KEY}"))


async def test_the_same_account_is_refused(publisher, root):
    await filled(publisher)
    ident = hidden(await publisher.text(f"/admin/figures/{KEY}"), "pending")
    await publisher.post(f"/admin/figures/{KEY}/confirm", {"pending": ident})
    assert "填写人不能复核自己填的数字" in plain_text(await publisher.text(f"/admin/figures/{KEY}"))
    assert load(root / "data").center[KEY].value is None


async def test_an_editor_does_not_confirm(editor, publisher):
    await filled(publisher)
    ident = (await editor.api("GET", f"/admin/api/v1/figures/{KEY}"))[1]["pending"]["id"]
    assert (await editor.post(f"/admin/figures/{KEY}/confirm", {"pending": ident})).status == 403
    assert (await editor.post(f"/admin/figures/{KEY}/reject", {"pending": ident, "reason": "不对"})).status == 403


async def test_sent_back_with_a_reason_or_withdrawn(editor, publisher):
    await filled(editor)
    ident = hidden(await publisher.text(f"/admin/figures/{KEY}"), "pending")
    await publisher.post(f"/admin/figures/{KEY}/reject", {"pending": ident})
    assert "请写明为什么退回" in plain_text(await publisher.text(f"/admin/figures/{KEY}"))
    await publisher.post(f"/admin/figures/{KEY}/reject", {"pending": ident, "reason": "文号不对"})
    assert (await filled(editor)).status == 303
    await editor.post(f"/admin/figures/{KEY}/reject", {"pending": hidden(await editor.text(f"/admin/figures/{KEY}"), "pending")})
    assert [(entry["action"], entry["reason"]) for entry in (await editor.audit()) if entry["action"].startswith("figure.") and entry["action"] != "figure.propose"] == [
        ("figure.reject", "文号不对"), ("figure.withdraw", "")]


async def test_what_is_missing_is_named_and_nothing_typed_is_lost(editor):
    response = await filled(editor, document="", value="五十万", effective_from="")
    text = await response.text()
    assert response.status == 422 and "请填写依据的文件和文号" in text and "请填写生效日期" in text and "五十万</textarea>" in text


async def test_offices_are_filled_in_rows(editor, root):
    response = await filled(editor, "branches", **{"office-name": "吉首管理部", "office-address": "人民北路1号", "office-phone": "0743-1", "office-hours": "9:00-17:00"})
    assert response.status == 303
    assert "吉首管理部：人民北路1号，电话 0743-1，9:00-17:00" in plain_text(await editor.text("/admin/figures/branches"))


async def test_every_place_is_linked(editor):
    text = await editor.text("/admin/figures/rent_cap_market")
    assert 'href="/admin/cards/wd_rent#answers-amount"' in text and "计算" in text


async def test_every_page_opens(editor):
    for key in ("branches", KEY):
        assert (await editor.text(f"/admin/figures/{key}")).count("<h1>") == 1
    assert "41 项里已填 0 项" in plain_text(await editor.text("/admin/figures?state=没有填"))
    await editor.text("/admin/figures/nothing", 404)


async def test_the_same_verbs_for_programs(editor, publisher, root):
    _, figure = await editor.api("GET", f"/admin/api/v1/figures/{KEY}")
    values = {"value": 50, "unit": "万元", "document": "州〔2026〕3号", "effective_from": "2026-10-01"}
    status, waiting = await editor.api("PUT", f"/admin/api/v1/figures/{KEY}", {"values": values, "version": figure["version"]})
    assert status == 202
    status, confirmed = await publisher.api("POST", f"/admin/api/v1/figures/{KEY}/confirm", {"pending": waiting["pending"]["id"]})
    assert (status, confirmed["value"], confirmed["state"]) == (200, 50, "有效")
    status, lost = await editor.api("PUT", f"/admin/api/v1/figures/{KEY}", {"values": values, "version": figure["version"]})
    assert (status, lost["error"]["code"]) == (409, "conflict")
    assert len((await editor.api("GET", "/admin/api/v1/figures"))[1]["figures"]) == 41


async def test_a_fact_that_ends_is_listed_with_the_answers_to_change(editor, root):
    text = await editor.text("/admin/facts/wd_rent_materials")
    fact = load(root / "data").facts["wd_rent_materials"]
    form = {"statement": fact.statement, "status": fact.status, "scope": fact.scope, "effective_from": fact.effective_from.isoformat(), "effective_to": "2026-12-31",
            "source-title": [source.title for source in fact.sources], "source-article": [source.article for source in fact.sources], "note": fact.note or "", "version": hidden(text)}
    fields = aiohttp.FormData([(name, value) for name, values in form.items() for value in (values if isinstance(values, list) else [values])])
    response = await editor.post("/admin/facts/wd_rent_materials", fields)
    assert response.status == 422 and "请写明为什么改" in await response.text()
    fields = aiohttp.FormData([*((name, value) for name, values in form.items() for value in (values if isinstance(values, list) else [values])), ("reason", "新文件年底实施")])
    assert (await editor.post("/admin/facts/wd_rent_materials", fields)).status == 303
    after = load(root / "data").facts["wd_rent_materials"]
    assert (str(after.effective_to), after.statement, after.sources, after.value) == ("2026-12-31", fact.statement, fact.sources, fact.value)
    text = await editor.text("/admin/deadlines")
    assert "还有 39 天到期" in plain_text(text) and 'href="/admin/cards/wd_rent#materials"' in text
    assert (await editor.api("GET", "/admin/api/v1/deadlines"))[1]["deadlines"][0]["left"] == 39


async def test_facts_are_found(editor):
    assert "wd_rent_three_months" in await editor.text("/admin/facts?q=租房 3个月 自有住房")
    assert "没有找到" in await editor.text("/admin/facts?q=石狮子")
    status, found = await editor.api("GET", "/admin/api/v1/facts?q=wd_rent_materials")
    assert (status, found["facts"][0]["id"]) == (200, "wd_rent_materials")


@pytest.mark.parametrize("path", ["/admin/figures/max_loan_single", "/admin/figures/max_loan_single/reject", "/admin/facts/wd_rent_materials"])
async def test_a_viewer_changes_nothing(admin, root, path):
    viewer = await admin("viewer", root=root)
    assert (await viewer.post(path, FORM)).status == 403

