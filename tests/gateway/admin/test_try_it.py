"""The page for trying things out; the fake worker stands for the real one's explanation."""
import pytest

pytestmark = pytest.mark.asyncio


async def test_one_question_is_explained(admin, worker):
    browser = await admin("viewer")
    await browser.text("/admin/try")
    async with await browser.post("/admin/try", {"say": "租房能提吗", "turns": "[]"}) as response:
        text = await response.text()
        assert response.status == 200
    assert "租房提取" in text and "wd_rent" in text and "0.912" in text and "C08-Q1" in text and "已经说过" in text and "租了多久：成立" in text
    assert worker.state["tries"] == [{"turns": [{"say": "租房能提吗"}], "release": ""}]


async def test_a_conversation_goes_on_and_buttons_are_pressed(admin, worker):
    browser = await admin("viewer")
    await browser.text("/admin/try")
    await browser.post("/admin/try", {"say": "那多久到账", "turns": '[{"say": "租房能提吗"}]'})
    await browser.post("/admin/try", {"press": "两个人都有", "turns": '[{"say": "租房能提吗"}]'})
    assert [t["turns"] for t in worker.state["tries"]] == [
        [{"say": "租房能提吗"}, {"say": "那多久到账"}], [{"say": "租房能提吗"}, {"press": "两个人都有"}]]


async def test_beside_another_release(admin, worker, tmp_path):
    from bot.gateway.admin.trainings import RELEASES

    browser = await admin("viewer")
    (tmp_path / "m").write_bytes(b"m")
    release = browser.app[RELEASES].keep(tmp_path / "m", {}, {})
    await browser.text("/admin/try")
    async with await browser.post("/admin/try", {"say": "租房能提吗", "turns": "[]", "with": release.id}) as response:
        text = await response.text()
    assert sorted(t["release"] for t in worker.state["tries"]) == ["", release.id]
    assert "正在装入那个版本" in text and "data-loading" in text
    async with await browser.post("/admin/try", {"turns": '[{"say": "租房能提吗"}]', "with": release.id}) as response:
        text = await response.text()
    assert text.count("0.912") == 2 and "data-loading" not in text


async def test_what_cannot_be_tried_is_a_sentence(admin, worker):
    browser = await admin("viewer")
    status, body = await browser.api("POST", "/admin/api/v1/try", {"turns": []})
    assert status == 422 and "一次试 1 到 20 句" in body["error"]["message"]
    status, body = await browser.api("POST", "/admin/api/v1/try", {"turns": [{"say": "坏"}]})
    assert status == 409 and body["error"]["message"] == "内存不够再装一个版本"
    await browser.text("/admin/try")
    async with await browser.post("/admin/try", {"say": "坏", "turns": "[]"}) as response:
        assert "内存不够再装一个版本" in await response.text()
    async with await browser.post("/admin/try", {"say": "租房", "turns": "{"}) as response:
        assert response.status == 422


async def test_nobody_without_a_log_in(console, worker):
    browser = await console()
    status, _ = await browser.api("POST", "/admin/api/v1/try", {"turns": [{"say": "租房"}]})
    assert status == 401 and worker.state["tries"] == []
