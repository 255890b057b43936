"""The pages about releases: list, comparison question by question, publishing with and without a passed gate, rolling back."""
import pytest

from bot.gateway.admin.trainings import RELEASES, SHARED
from bot.knowledge.base import DATA
from bot.training import assessment, content
from bot.training.assessment import Answered, Assessment, Turn
from bot.training.gate import gate, refusals
from bot.training.plots import confusion_plot, reliability_plot
from bot.training.run import GATE_FILE
from bot.training.shared_releases import Serving

pytestmark = pytest.mark.asyncio
GOOD = Assessment([Answered(f"问{i}", ["withdraw_rent"], ["withdraw_rent"], 0.9) for i in range(20)])
BAD = Assessment(
    [Answered(f"问{i}", ["withdraw_rent"], ["loan_rate" if i < 6 else "withdraw_rent"], 0.8) for i in range(20)], turns=[Turn("d", 1, "租房能提吗", ["没有说“三个月”"])])


@pytest.fixture(autouse=True)
def nothing_left(redis_url):
    import redis

    with redis.Redis.from_url(redis_url) as client:
        for key in client.keys("gjj:{releases}:*"):
            client.delete(key)


@pytest.fixture
def keep(tmp_path):
    """``keep(browser, assessment)`` makes a release as a training would."""
    def make(browser, found, before=None, files=None):
        import msgspec

        model = tmp_path / "model"
        model.write_bytes(repr(found).encode())
        checks = gate(found, before)
        return browser.app[RELEASES].keep(
            model, {"top1": 0.9}, {"事项": 46}, {
                assessment.FILE: found.encoded(), GATE_FILE: msgspec.json.encode(checks), content.FILE: content.pack(files or content.snapshot(DATA)),
                "confusion.svg": confusion_plot(found).encode(), "reliability.svg": reliability_plot(found).encode(),
            }, "小王", refusals(checks))

    return make


async def test_nothing_yet(admin):
    browser = await admin("viewer")
    text = await browser.text("/admin/releases")
    assert "还没有版本" in text and "没有对话进程报到" in text


async def test_who_serves_what(admin, keep):
    browser = await admin("viewer")
    release = keep(browser, GOOD)
    browser.app[RELEASES].switch(release.id, "小王")
    await browser.app[SHARED].report(Serving("一号机/1", release.id, "serving", 0.0, ready="20261121-090000"))
    await browser.app[SHARED].report(Serving("一号机/2", "20261121-090000", "loading", 0.0, loading=release.id))
    text = await browser.text("/admin/releases")
    assert "一号机/1" in text and "正在装入 " + release.id in text and "20261121-090000" in text and "换上" in text


async def test_comparison_question_by_question(admin, keep):
    browser = await admin("viewer")
    good = keep(browser, GOOD)
    browser.app[RELEASES].switch(good.id)
    bad = keep(browser, BAD, GOOD)
    text = await browser.text(f"/admin/releases/{bad.id}")
    assert "变差 6 句" in text and "问0" in text and "<td>租房提取</td>" in text and "不通过" in text and "没有说“三个月”" in text
    assert "confusion.svg" in text and "发布这个版本" not in text  # a viewer only looks
    status, body = await browser.api("GET", f"/admin/api/v1/releases/{bad.id}?with={good.id}")
    assert status == 200 and len(body["comparison"]["worse"]) == 6 and body["comparison"]["topics"] == [
        {"topic": "withdraw_rent", "n": 20, "before": 1.0, "after": 0.7}]
    assert (await browser.api("GET", "/admin/api/v1/releases/20200101-000000"))[0] == 404


async def test_plots_are_pictures(admin, keep):
    browser = await admin("viewer")
    bad = keep(browser, BAD)
    for name in ("confusion.svg", "reliability.svg"):
        async with await browser.get(f"/admin/releases/{bad.id}/{name}") as response:
            assert response.content_type == "image/svg+xml" and (await response.text()).startswith("<svg")


async def test_publishing_what_passed(admin, keep):
    browser = await admin("publisher", name="小王")
    release = keep(browser, GOOD)
    assert "发布这个版本" in await browser.text(f"/admin/releases/{release.id}")
    async with await browser.post(f"/admin/releases/{release.id}/service") as response:
        assert response.headers["Location"] == "/admin/releases"
    service = await browser.app[SHARED].in_service()
    assert (service.id, service.by) == (release.id, "小王") and browser.app[RELEASES].current_id() == release.id
    assert await browser.app[SHARED].ids() == {release.id}
    assert [e["action"] for e in await browser.audit()] == ["release.publish"]


async def test_what_the_gate_refused_needs_a_written_reason(admin, keep):
    browser = await admin("publisher", name="小王")
    good = keep(browser, GOOD)
    await browser.api("POST", f"/admin/api/v1/releases/{good.id}/service", {})
    bad = keep(browser, BAD, GOOD)
    status, body = await browser.api("POST", f"/admin/api/v1/releases/{bad.id}/service", {"reason": " "})
    assert status == 409 and "写明理由" in body["error"]["message"] and browser.app[RELEASES].current_id() == good.id
    status, _ = await browser.api("POST", f"/admin/api/v1/releases/{bad.id}/service", {"reason": "租房提取已停办"})
    assert status == 200 and browser.app[RELEASES].current_id() == bad.id
    entry = (await browser.audit())[-1]
    assert entry["target"] == bad.id and "租房提取已停办" in entry["reason"] and "没有通过" in entry["reason"]


async def test_an_editor_publishes_nothing(admin, keep):
    browser = await admin("editor")
    release = keep(browser, GOOD)
    assert (await browser.api("POST", f"/admin/api/v1/releases/{release.id}/service", {}))[0] == 403
    assert browser.app[RELEASES].current_id() is None


async def test_rolling_back_leaves_answers_alone_unless_it_is_asked_for(admin, keep, tmp_path):
    import shutil

    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    browser = await admin("publisher", name="小王", root=tmp_path)
    first = keep(browser, GOOD, files=content.snapshot(data))
    await browser.api("POST", f"/admin/api/v1/releases/{first.id}/service", {})
    file = sorted((data / "faq").glob("*.yml"))[0]
    before = file.read_text()
    after = before.replace("answer: |", "answer: |\n    （改过）", 1) if "answer: |" in before else before.replace("answer: ", "answer: 改过", 1)
    assert after != before
    file.write_text(after)
    second = keep(browser, GOOD, files=content.snapshot(data))
    await browser.api("POST", f"/admin/api/v1/releases/{second.id}/service", {})
    text = await browser.text(f"/admin/releases/{first.id}")
    assert "换回这个版本" in text and "照旧有效（1 处）" in text and "改了答案" in text
    await browser.api("POST", f"/admin/api/v1/releases/{first.id}/service", {})
    assert browser.app[RELEASES].current_id() == first.id and file.read_text() == after
    status, body = await browser.api("POST", f"/admin/api/v1/releases/{first.id}/service", {"content": True, "reason": "答案改错了"})
    assert status == 200 and file.read_text() == before
    kept = tmp_path / "var" / "content-backups" / body["content_kept"]
    assert content.unpack(kept.read_bytes())[f"faq/{file.name}"].decode() == after
    assert [e["action"] for e in await browser.audit()] == ["release.publish", "release.publish", "release.rollback", "release.rollback", "content.restore"]


async def test_a_release_of_another_machine_is_shown_and_published(admin, keep, tmp_path):
    browser = await admin("publisher")
    release = keep(browser, GOOD)
    shared = browser.app[SHARED]
    await shared.push(browser.app[RELEASES], release.id)
    import shutil

    shutil.rmtree(browser.app[RELEASES].folder / release.id)
    assert release.id in await browser.text("/admin/releases")
    assert "逐句" in await browser.text(f"/admin/releases/{release.id}")
    assert (await browser.api("POST", f"/admin/api/v1/releases/{release.id}/service", {}))[0] == 200
