"""常见问题 in the console: what is clicked and sent → what is on the page, in the file and in the audit log."""
from __future__ import annotations

import re

import aiohttp
import pytest
import pytest_asyncio

from bot.gateway.admin import content
from bot.gateway.admin.trainings import RELEASES
from bot.knowledge.base import load
from bot.training import content as trained_content
from tests.content import copies
from tests.gateway.admin.pages import hidden, plain_text

pytestmark = pytest.mark.asyncio
content_copy, root = copies.content_copy, copies.root
NEW = {"question": "管理部门口能停车吗", "answer": "各管理部不一样，出门前可以打12329问一声。", "similar": "开车去办公积金停哪里\r\n有停车场没有",
       "topic": "branch_hours_contact", "enabled": "1", "source": "窗口"}




@pytest_asyncio.fixture
async def editor(admin, root):
    return await admin("editor", root=root)


async def stored(root, question=NEW["question"]):
    return next(faq for faq in load(root / "data").faqs.values() if faq.question == question)


async def test_the_list_finds_by_words_and_filters(editor):
    text = plain_text(await editor.text("/admin/faqs?q=停业 电话"))
    assert "没有找到" in text
    text = plain_text(await editor.text("/admin/faqs?q=地址 电话 上班"))
    assert "公积金中心的地址、电话和上班时间" in text
    assert "共 137 条" in plain_text(await editor.text("/admin/faqs"))
    assert "共 0 条" not in plain_text(await editor.text("/admin/faqs?lacks=sources"))


async def test_pages_beyond_the_last_show_the_last(editor):
    assert "第 3 页，共 3 页" in plain_text(await editor.text("/admin/faqs?page=99"))


async def test_a_new_question_is_saved_and_waits_for_training(editor, root):
    await editor.text("/admin/faqs/new")
    response = await editor.post("/admin/faqs", NEW)
    faq = await stored(root)
    assert (response.status, response.headers["Location"]) == (303, f"/admin/faqs/{faq.id}")
    text = plain_text(await editor.text(f"/admin/faqs/{faq.id}"))
    assert "新的问法要训练以后助手才听得懂" in text and "开车去办公积金停哪里\n有停车场没有" in text
    entry = (await editor.audit())[-1]
    assert (entry["who"], entry["action"], entry["target"]) == ("editor-a", "faq.create", faq.id)


async def test_what_the_release_in_service_was_not_taught_is_marked(editor, root, tmp_path):
    """Marked while nobody has trained; not when only an answer changed, and not while it is unknown what the release was taught."""
    assert "在等训练" not in plain_text(await editor.text("/admin/faqs"))
    taught = trained_content.snapshot(root / "data")
    await editor.post("/admin/faqs", NEW)
    ident = (await stored(root)).id
    (tmp_path / "model").write_bytes(b"a model")
    releases = editor.app[RELEASES]
    before = releases.keep(tmp_path / "model", {}, {}, {trained_content.FILE: trained_content.pack(taught)})
    releases.switch(before.id)
    text = await editor.text("/admin/faqs")
    assert "1 条有新问法在等训练，训练以后助手才听得懂。" in plain_text(text)
    text = await editor.text("/admin/faqs?lacks=training")
    assert "共 1 条" in plain_text(text) and f"/admin/faqs/{ident}" in text and "badge-info" in text.split("<table")[1]
    after = releases.keep(tmp_path / "model", {}, {}, {trained_content.FILE: trained_content.pack(trained_content.snapshot(root / "data"))})
    releases.switch(after.id)
    assert "没有找到" in plain_text(await editor.text("/admin/faqs?lacks=training"))
    version = hidden(await editor.text(f"/admin/faqs/{ident}"))
    await editor.post(f"/admin/faqs/{ident}", {**NEW, "answer": "另一个答案，出门前打12329问一声。", "version": version})
    assert "没有找到" in plain_text(await editor.text("/admin/faqs?lacks=training"))
    releases.switch(releases.keep(tmp_path / "model", {}, {}).id)
    assert "在等训练" not in plain_text(await editor.text("/admin/faqs"))


async def test_what_the_inbox_gives_is_filled_in(editor):
    text = await editor.text("/admin/faqs/new?question=能停车吗&similar=停哪里&similar=%3Cscript%3E")
    assert 'value="能停车吗"' in text and "停哪里\n&lt;script&gt;" in text


async def test_a_refused_record_keeps_every_word_that_was_typed(editor, root):
    response = await editor.post("/admin/faqs", {**NEW, "question": "公积金中心电话", "effective_to": "明年", "related": "wd_rent"})
    text = await response.text()
    assert response.status == 422 and "失效日期“明年”应写成 2026-11-22 这样" in text
    assert 'value="公积金中心电话"' in text and "有停车场没有" in text and re.search(r'value="wd_rent" checked', text)
    response = await editor.post("/admin/faqs", {**NEW, "question": "公积金中心电话"})
    text = plain_text(await response.text())
    assert "“公积金中心电话”已经在" in text and "faq_branches“公积金中心的地址、电话和上班时间”" in text


async def test_the_second_of_two_is_told_and_keeps_his_text(editor, admin, root):
    other = await admin("editor", beside=editor)
    mine, theirs = hidden(await editor.text("/admin/faqs/faq_branches")), hidden(await other.text("/admin/faqs/faq_branches"))
    faq = load(root / "data").faqs["faq_branches"]
    form = {"question": faq.question, "similar": "\n".join(faq.similar), "topic": faq.topic, "facts": " ".join(faq.facts), "enabled": "1", "source": faq.source}
    assert (await other.post("/admin/faqs/faq_branches", {**form, "answer": "乙写的答案。", "version": theirs})).status == 303
    response = await editor.post("/admin/faqs/faq_branches", {**form, "answer": "甲写的答案。", "version": mine})
    text = await response.text()
    assert response.status == 409 and "editor-b刚刚改过这一条，您的改动还没有保存。" in text
    assert "甲写的答案。</textarea>" in text and "<del>乙</del><ins>甲</ins>写的答案。" in text
    assert load(root / "data").faqs["faq_branches"].answer == "乙写的答案。"
    response = await editor.post("/admin/faqs/faq_branches", {**form, "answer": "甲写的答案。", "version": hidden(text)})
    assert response.status == 303 and load(root / "data").faqs["faq_branches"].answer == "甲写的答案。"


async def test_history_differences_and_restore(editor, root):
    await editor.text("/admin/faqs/new")
    await editor.post("/admin/faqs", NEW)
    faq = await stored(root)
    version = hidden(await editor.text(f"/admin/faqs/{faq.id}"))
    await editor.post(f"/admin/faqs/{faq.id}", {**NEW, "answer": "各管理部不一样，出门前可以打电话问一声。", "version": version, "reason": "写得白一些"})
    text = await editor.text(f"/admin/faqs/{faq.id}/history")
    assert "出门前可以打<del>12329</del><ins>电话</ins>问一声。" in text and "写得白一些" in text
    response = await editor.post(f"/admin/faqs/{faq.id}/restore", {"revision": hidden(text, "revision"), "version": hidden(text)})
    assert response.status == 303 and (await stored(root)).answer == NEW["answer"]
    assert [entry["action"] for entry in await editor.audit()][-3:] == ["faq.create", "faq.update", "faq.restore"]


async def test_disable_and_enable(editor, root):
    version = hidden(await editor.text("/admin/faqs/faq_branches"))
    await editor.post("/admin/faqs/faq_branches/enabled", {"enabled": "0", "version": version})
    assert load(root / "data").faqs["faq_branches"].enabled is False
    assert "停用" in plain_text(await editor.text("/admin/faqs?state=停用"))


@pytest.mark.parametrize(("path", "form"), [("/admin/faqs", NEW), ("/admin/faqs/faq_branches", NEW), ("/admin/faqs/faq_branches/enabled", {"enabled": "0"}),
                                           ("/admin/faqs/faq_branches/restore", {}), ("/admin/faqs/import", {})])
async def test_a_viewer_changes_nothing(admin, root, path, form):
    viewer = await admin("viewer", root=root)
    before = (root / "data/faq/branch_hours_contact.yml").read_bytes()
    assert (await viewer.post(path, form)).status == 403
    assert "保存</button>" not in await viewer.text("/admin/faqs/faq_branches")
    assert (root / "data/faq/branch_hours_contact.yml").read_bytes() == before


def upload(name, raw):
    form = aiohttp.FormData(quote_fields=False)  # as browsers do
    form.add_field("file", raw, filename=name, content_type="application/octet-stream")
    return form


class TestFiles:
    async def test_rehearsed_then_imported(self, editor, root):
        await editor.text("/admin/faqs/import")
        raw = "问题,答案,相似问法\n门口能停车吗,能。,停哪里\n公积金中心的地址、电话和上班时间,改过的答案。,\n".encode()
        response = await editor.post("/admin/faqs/import", upload("新的.csv", raw))
        text = await response.text()
        assert response.status == 200 and "新的.csv：还没有写入" in text and "改过的答案。" in text
        address = re.search(r'action="(/admin/faqs/import/[\w-]+)"', text)[1]
        assert (await editor.post(address)).status == 303
        assert load(root / "data").faqs["faq_branches"].answer == "改过的答案。" and (await stored(root, "门口能停车吗")).answer == "能。"
        assert "已导入：新增 1 条，修改 1 条" in plain_text(await editor.text("/admin/faqs"))

    async def test_bad_rows_are_listed_with_their_numbers(self, editor):
        raw = "问题,答案,主题\n门口能停车吗,能。,weather\n,没有问题,\n公积金中心电话,抢,\n".encode()
        response = await editor.post("/admin/faqs/import", upload("坏的.csv", raw))
        text = plain_text(await response.text())
        assert response.status == 422 and "坏的.csv里有 3 行要改，一条也没有写入" in text
        for part in ("没有 weather 这个主题", "问题不能是空的", "一种问法只能有一个答案"):
            assert part in text

    async def test_word(self, editor):
        from tests.content.test_pairs import document

        response = await editor.post("/admin/faqs/import", upload("问答.docx", document("问：门口能停车吗", "答：能。")))
        assert response.status == 200 and "第 1 段" in plain_text(await response.text())

    @pytest.mark.parametrize("name", ["x.exe", "x.xlsx", "x.docx"])
    async def test_what_is_no_table_is_refused(self, editor, name):
        response = await editor.post("/admin/faqs/import", upload(name, b"MZ"))
        assert response.status == 422

    async def test_an_export_is_the_filter_and_no_formula(self, editor, root):
        version = hidden(await editor.text("/admin/faqs/faq_branches"))
        faq = load(root / "data").faqs["faq_branches"]
        await editor.post("/admin/faqs/faq_branches", {"question": faq.question, "answer": '=HYPERLINK("http://x")', "topic": faq.topic, "enabled": "1", "version": version})
        async with editor.client.get("/admin/faqs/export.csv?q=地址 电话 上班") as response:
            table = (await response.read()).decode("utf-8-sig")
        assert "'=HYPERLINK" in table and "attachment" in response.headers["Content-Disposition"]
        assert table.count("faq_") == 1

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    async def test_template(self, editor, kind):
        async with editor.client.get(f"/admin/faqs/template.{kind}") as response:
            assert response.status == 200 and len(await response.read()) > 50


class TestApi:
    async def test_the_same_verbs(self, editor, root):
        values = {"question": "门口能停车吗", "answer": "能。", "topic": "branch_hours_contact"}
        status, made = await editor.api("POST", "/admin/api/v1/faqs", values)
        assert (status, made["training"], made["state"]) == (201, True, "有效")
        address = f"/admin/api/v1/faqs/{made['id']}"
        status, saved = await editor.api("PUT", address, {"values": {**values, "answer": "不能。"}, "version": made["version"]})
        assert (status, saved["answer"], saved["training"]) == (200, "不能。", False)
        status, lost = await editor.api("PUT", address, {"values": {**values, "answer": "也许。"}, "version": made["version"]})
        assert (status, lost["error"]["code"], lost["error"]["current"]["answer"], lost["error"]["version"]) == (409, "conflict", "不能。", saved["version"])
        status, found = await editor.api("GET", f"{address}/history")
        assert [revision["action"] for revision in found["revisions"]] == ["update", "create"]
        status, back = await editor.api("POST", f"{address}/restore", {"revision": found["revisions"][1]["id"], "version": saved["version"]})
        assert (status, back["answer"]) == (200, "能。")
        status, off = await editor.api("POST", f"{address}/enabled", {"enabled": False, "version": back["version"]})
        assert (status, off["state"]) == (200, "停用")
        status, page = await editor.api("GET", "/admin/api/v1/faqs?q=门口能停车吗")
        assert (page["total"], page["faqs"][0]["id"]) == (1, made["id"])

    async def test_problems_are_all_named(self, editor):
        status, refused = await editor.api("POST", "/admin/api/v1/faqs", {"question": "公积金中心电话", "answer": "", "topic": "weather"})
        assert status == 422 and len(refused["error"]["problems"]) == 3

    @pytest.mark.parametrize("body", [{"question": "门口能停车吗"}, {"question": 1, "answer": "能。"}, {"question": "门口能停车吗", "answer": "能。", "nothing": 1}])
    async def test_other_shapes_are_refused(self, editor, body):
        assert (await editor.api("POST", "/admin/api/v1/faqs", body))[0] == 422

    async def test_check_names_doubles_and_shows_the_reply(self, editor):
        status, found = await editor.api("POST", "/admin/api/v1/faqs/check", {"values": {"question": "公积金中心的电话是什么", "answer": "12329。"}})
        assert (status, found["near"][0]["id"], found["reply"]["text"], found["training"]) == (200, "faq_branches", "12329。", True)

    async def test_unanswered_messages_are_offered(self, editor, monkeypatch):
        async def unanswered(question):
            return ["门口停车收费吗"]

        monkeypatch.setattr(editor.app[content.FAQS], "_suggestions", unanswered)
        _, found = await editor.api("POST", "/admin/api/v1/faqs/check", {"values": {"question": "门口能停车吗", "answer": "能。"}})
        assert found["suggestions"] == ["门口停车收费吗"]

    async def test_an_import_in_two_steps(self, editor, root):
        response = await editor.post("/admin/api/v1/faqs/import", upload("新的.csv", "问题,答案\n门口能停车吗,能。\n".encode()))
        planned = await response.json()
        assert (response.status, planned["added"], planned["rows"][0]["row"]) == (200, 1, 2)
        assert (await editor.api("POST", f"/admin/api/v1/faqs/import/{planned['upload']}"))[0] == 200
        assert (await stored(root, "门口能停车吗")).answer == "能。"

    async def test_unknown(self, editor):
        assert (await editor.api("GET", "/admin/api/v1/faqs/faq_nothing"))[0] == 404
        assert "可能已经改名或删除" in await editor.text("/admin/faqs/faq_nothing", 404)
