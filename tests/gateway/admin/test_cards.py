"""事项卡片 in the console: what is read, and what a part's form sends."""
from __future__ import annotations

import pytest
import pytest_asyncio

from bot.knowledge.base import load
from tests.content import copies
from tests.gateway.admin.pages import hidden, plain_text

pytestmark = pytest.mark.asyncio
content_copy, root = copies.content_copy, copies.root
GROUND = {"source": "州中心〔2026〕5号", "dated": "2026-11-20"}
FEE = "/admin/api/v1/cards/wd_rent/parts/answers.fee"


@pytest_asyncio.fixture
async def editor(admin, root):
    return await admin("editor", root=root)


async def test_cards_are_listed_and_found(editor):
    assert "租房提取" in plain_text(await editor.text("/admin/cards"))
    text = plain_text(await editor.text("/admin/cards?q=假合同"))
    assert "租房提取" in text and "合并账户" not in text
    assert "没有找到" in plain_text(await editor.text("/admin/cards?q=石狮子"))


async def test_a_card_shows_everything_with_conditions_in_words(editor):
    text = await editor.text("/admin/cards/wd_rent")
    words = plain_text(text)
    assert "这次对话里说过：“工资”" in words and "下面有一个成立" in words and "没说过" in words
    assert 'href="/admin/facts/wd_rent_materials"' in text and 'href="/admin/figures/rent_cap_market"' in text
    assert 'id="rule-C08-R1"' in text and 'id="answers-amount"' in text and 'id="materials"' in text


async def test_every_card_opens(editor, root):
    for code in load(root / "data").cards:
        await editor.text(f"/admin/cards/{code}")


async def test_every_part_of_a_card_has_a_form_that_reads_back_what_it_gave(editor, root):
    card = load(root / "data").cards["wd_rent"]
    parts = ["basics", "conditions", "materials", "steps", "time", "channels", "pitfalls", *(f"answers.{aspect}" for aspect in card.answers),
             *(f"rule.{rule.id}" for rule in (*card.ask, *card.remind))]
    for part in parts:
        await editor.text(f"/admin/cards/wd_rent/edit?part={part}")
        _, found = await editor.api("GET", f"/admin/api/v1/cards/wd_rent/parts/{part}")
        status, saved = await editor.api("PUT", f"/admin/api/v1/cards/wd_rent/parts/{part}", {"value": found["value"], "version": found["version"], "ground": GROUND})
        assert (status, saved) == (200, {"changed": False}), part
        named = {field[0] for field in found["fields"]} | {"id"}
        assert part in ("conditions", "materials", "steps", "time", "channels", "pitfalls") or set(found["value"]) <= named, part


async def test_one_answer_is_changed_and_comes_back(editor, root):
    _, found = await editor.api("GET", FEE)
    status, _ = await editor.api("PUT", FEE, {"value": {**found["value"], "text": "不收费，一分钱也不收。"}, "version": found["version"], "ground": GROUND})
    assert status == 200 and load(root / "data").cards["wd_rent"].answers["fee"].text == "不收费，一分钱也不收。"
    entry = (await editor.audit())[-1]
    assert (entry["action"], entry["target"], entry["reason"]) == ("card.update", "wd_rent／“收费”的答复", "依据：州中心〔2026〕5号（2026-11-20）")
    _, found = await editor.api("GET", FEE)
    await editor.api("PUT", FEE, {"value": {**found["value"], "text": "免费。"}, "version": found["version"], "ground": GROUND})
    text = await editor.text("/admin/cards/wd_rent/history")
    assert "依据：州中心〔2026〕5号（2026-11-20）" in text and "<ins>" in text
    response = await editor.post("/admin/cards/wd_rent/restore", {"revision": hidden(text, "revision"), "version": hidden(text)})
    assert response.status == 303 and load(root / "data").cards["wd_rent"].answers["fee"].text == "不收费，一分钱也不收。"


async def test_the_second_of_two_is_told_what_it_says_now(editor, admin):
    other = await admin("editor", beside=editor)
    _, found = await editor.api("GET", FEE)
    await other.api("PUT", FEE, {"value": {**found["value"], "text": "免费。"}, "version": found["version"], "ground": GROUND})
    status, lost = await editor.api("PUT", FEE, {"value": {**found["value"], "text": "不要钱。"}, "version": found["version"], "ground": GROUND})
    assert (status, lost["error"]["current"]["value"]["text"]) == (409, "免费。")
    assert lost["error"]["message"] == "editor-b刚刚改过这一条，您的改动还没有保存。"


@pytest.mark.parametrize(("value", "ground", "problem"), [
    ({"text": "免费。", "facts": []}, GROUND, "答复要写依据"),
    ({"text": "免费。", "facts": ["nothing"]}, GROUND, "不认识的事实 nothing"),
    ({"text": "免费。", "facts": ["wd_free"]}, {"source": "", "dated": "2026-11-20"}, "请写明改动的依据"),
    ({"text": "免费。", "facts": ["wd_free"]}, {"source": "州中心"}, "dated"),
    ({"words": "免费。"}, GROUND, "内容没有填对"),
])
async def test_refusals_are_named(editor, value, ground, problem):
    _, found = await editor.api("GET", FEE)
    status, refused = await editor.api("PUT", FEE, {"value": value, "version": found["version"], "ground": ground})
    assert status == 422 and problem in str(refused["error"])


async def test_the_citizens_view_of_a_draft(editor):
    _, shown = await editor.api("POST", f"{FEE}/preview", {"value": {"text": "免费。", "facts": ["wd_free"]}})
    assert (shown["replies"][0]["kind"], shown["replies"][0]["text"]) == ("answer", "免费。") and shown["replies"][0]["sources"]
    _, found = await editor.api("GET", "/admin/api/v1/cards/wd_rent/parts/rule.C08-Q2")
    _, shown = await editor.api("POST", "/admin/api/v1/cards/wd_rent/parts/rule.C08-Q2/preview", {"value": found["value"]})
    assert [button["title"] for button in shown["replies"][0]["buttons"]] == ["公租房保租房", "一般商品房"]


async def test_unknown_cards_and_parts(editor):
    assert (await editor.api("GET", "/admin/api/v1/cards/nothing"))[0] == 404
    assert (await editor.api("GET", "/admin/api/v1/cards/wd_rent/parts/nothing"))[0] == 404
    await editor.text("/admin/cards/nothing", 404)


async def test_a_viewer_changes_nothing(admin, root):
    viewer = await admin("viewer", root=root)
    _, found = await viewer.api("GET", FEE)
    assert (await viewer.api("PUT", FEE, {"value": found["value"], "version": found["version"], "ground": GROUND}))[0] == 403
    assert "修改</a>" not in await viewer.text("/admin/cards/wd_rent")
