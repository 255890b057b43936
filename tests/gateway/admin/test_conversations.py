"""Finding, reading and using conversations; every reading is on record."""
from __future__ import annotations

import shutil

import pytest
import pytest_asyncio

from bot.clock import now, today
from bot.gateway import keys
from bot.gateway.ratings import RATINGS
from bot.settings import ROOT
from bot.state import service_counts
from bot.state.inbox import Inbox
from bot.state.talks import Note, Talks

pytestmark = pytest.mark.asyncio
ASK = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("content")
    shutil.copytree(ROOT / "data", folder / "data")
    return folder


@pytest_asyncio.fixture
async def staff(admin, root, worker, new_token):
    """Call with a role: a browser, and one conversation in the index (``staff.id``), as a worker would have noted it."""
    async def make(role):
        browser = await admin(role, root=root)
        redis = browser.app[keys.REDIS]
        for key in [key async for key in redis.scan_iter("gjj:{insight}*")]:
            await redis.delete(key)
        token = await new_token(browser.client)
        headers = {"Authorization": f"Bearer {token}"}
        async with browser.client.post("/api/v1/messages", json={"id": ASK, "text": "租房要带什么，电话13812345678"}, headers=headers) as response:
            browser.replies = (await response.json())["replies"]
        browser.id = next(iter(worker.state["history"]))
        browser.headers = headers
        at = int(now().timestamp())
        note = Note(browser.id, at, turns=1, facets=["topic:withdraw_rent", "rule:C08-Q1", "hit:direct"], first={"said": "租房要带什么"})
        await Talks(redis, 10**6).note([note, Note("other", at - 90_000, turns=3, facets=["topic:loan_rate", "stars:5"])], at)
        return browser
    return make


async def found(browser, query=""):
    return [one["conversation"] for one in (await browser.api("GET", f"/admin/api/v1/conversations?{query}"))[1]["conversations"]]


async def test_search_by_topic_rule_rating_and_time(staff):
    browser = await staff("viewer")
    assert await found(browser) == [browser.id, "other"]
    assert await found(browser, "topic=withdraw_rent&rule=C08-Q1") == [browser.id] and await found(browser, "topic=withdraw_rent&stars=5") == []
    assert await found(browser, "stars=5") == ["other"] and await found(browser, f"from={today()}") == [browser.id]
    assert await found(browser, "hit=thumb:down") == [] and await found(browser, "hit=nonsense&from=x&page=x") == [browser.id, "other"]
    page = await browser.text("/admin/conversations")
    assert "租房要带什么" in page and 'value="C08-Q1"' in page


async def test_reading_shows_what_was_understood_and_decided_and_is_on_record(staff):
    browser = await staff("viewer")
    page = await browser.text(f"/admin/conversations/{browser.id}")
    for part in ("138****5678", "听成：租房提取：要带什么 0.90", "把握 0.97", "规则 C08-Q1（2 级）", "理由：夫妻双方都可以提取", "租房提取：要带什么 · 主题"):
        assert part in page, part
    assert "13812345678" not in page and "放进待学问题" not in page
    assert [(e["action"], e["target"]) for e in await browser.audit()] == [("conversation.read", browser.id)]


@pytest.mark.parametrize("name", ["nobody", "a%2Fb", "..%2F..%2Freadyz", "x" * 65])
async def test_no_such_conversation(staff, name):
    assert (await (await staff("viewer")).get(f"/admin/conversations/{name}")).status == 404


async def test_a_message_goes_to_the_inbox(staff):
    browser = await staff("editor")
    assert (await browser.api("POST", f"/admin/api/v1/conversations/{browser.id}/learn", {"message": ASK}))[0] == 204
    (item,) = await Inbox(browser.app[keys.REDIS]).all()
    assert (item.entry.kind, item.entry.text, item.entry.answered) == ("marked", "租房要带什么，电话138****5678", "wd_rent.materials")
    assert (await browser.api("POST", f"/admin/api/v1/conversations/{browser.id}/learn", {"message": "nobody"}))[0] == 404


async def test_a_message_becomes_a_regression_question(staff, root):
    browser = await staff("editor")
    path = f"/admin/api/v1/conversations/{browser.id}/regression"
    assert (await browser.api("POST", path, {"message": ASK, "topic": "withdraw_rent"}))[0] == 204
    assert (root / "data/regression/center.tsv").read_text("utf-8").splitlines()[1].startswith("租房要带什么，电话138****5678\twithdraw_rent\t")
    status, body = await browser.api("POST", path, {"message": ASK, "topic": "nonsense"})
    assert status == 422 and "nonsense" in body["error"]["message"]


async def test_only_moving_service_becomes_a_case(staff):
    browser = await staff("editor")
    path = f"/admin/api/v1/conversations/{browser.id}/case"
    assert (await browser.api("POST", path, {"why": "算出了日子"}))[0] == 422
    await browser.app[keys.REDIS].hset(service_counts.key(browser.id), mapping={"level": "moved", "outcome": "self", "stars": 5})
    assert "记成案例" in await browser.text(f"/admin/conversations/{browser.id}")
    status, body = await browser.api("POST", path, {"why": "吉首的田大姐省了一趟"})
    page = await browser.text(f"/admin/cases/{body['case']}")
    assert status == 200 and "13812345678" not in page and "138****5678" not in page and "吉首" not in page


async def test_erasing_on_request_needs_a_reason_and_leaves_nothing(staff, worker):
    browser = await staff("publisher")
    await browser.client.post("/api/v1/feedback", headers=browser.headers, json={"reply": browser.replies[0]["id"], "score": 1})
    await browser.app[RATINGS].finished()
    path = f"/admin/api/v1/conversations/{browser.id}/erase"
    assert (await browser.api("POST", path, {"reason": " "}))[0] == 422
    assert (await browser.api("POST", path, {"reason": "市民来电要求"}))[0] == 204
    assert worker.state["erased"] == [browser.id] and (await browser.get(f"/admin/conversations/{browser.id}")).status == 404
    async with browser.client.get("/api/v1/history", headers=browser.headers) as response:
        assert response.status == 401  # the citizen's window begins anew
    assert (await browser.audit())[-1]["reason"] == "市民来电要求"


async def test_editors_do_not_erase_and_viewers_change_nothing(staff):
    browser = await staff("editor")
    assert (await browser.api("POST", f"/admin/api/v1/conversations/{browser.id}/erase", {"reason": "x"}))[0] == 403
    browser = await staff("viewer")
    assert (await browser.api("POST", f"/admin/api/v1/conversations/{browser.id}/learn", {"message": ASK}))[0] == 403


async def test_forms_do_the_same(staff):
    browser = await staff("publisher")
    for verb, fields in (("learn", {"message": ASK}), ("regression", {"message": ASK, "topic": "withdraw_rent"}), ("case", {"why": ""})):
        assert (await browser.post(f"/admin/conversations/{browser.id}/{verb}", fields)).status == 303
    assert "请写明为什么清除" in await (await browser.client.post(f"/admin/conversations/{browser.id}/erase", data={"reason": ""}, headers={"X-CSRF-Token": browser.csrf})).text()
    assert (await browser.post(f"/admin/conversations/{browser.id}/erase", {"reason": "市民来电要求"})).headers["Location"] == "/admin/conversations"
