"""The staff desk: one clerk takes over, speaks in the citizen's window, hands back and closes; and everybody hears of it at once."""
from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from bot.clock import today
from bot.gateway import keys
from bot.gateway.live import LIVE
from bot.state import day_counts

pytestmark = pytest.mark.asyncio
IDS = ["6f9619ff-8b86-4d01-b42d-00cf4fc964f" + n for n in "0123456789"]


@pytest_asyncio.fixture
async def clerk(admin, worker, new_token):
    """An editor, and a citizen of the same gateway who has asked for a person: ``clerk.say(text)`` lets the citizen speak."""
    browser = await admin("editor", name="田晓")
    redis = browser.app[keys.REDIS]
    await redis.delete("gjj:live", f"gjj:service:{today().isoformat()}")
    worker.state["redis"] = redis
    token, ids = await new_token(browser.client), iter(IDS)

    async def say(text):
        body = {"id": next(ids), "text": text}
        async with browser.client.post("/api/v1/messages", json=body, headers={"Authorization": f"Bearer {token}"}) as response:
            return (await response.json())["replies"]

    async def history():
        async with browser.client.get("/api/v1/history", headers={"Authorization": f"Bearer {token}"}) as response:
            return [(m["from"], m["text"]) for m in (await response.json())["messages"]]

    browser.say, browser.history, browser.token = say, history, token
    await say("租房能提吗")
    await say("我要人工")
    return browser


async def act(browser, verb, body=None, number="261122-0001"):
    return await browser.api("POST", f"/admin/api/v1/desk/{number}/{verb}", body or {})


async def test_the_story_from_waiting_to_closed(clerk, worker):
    page = await clerk.text("/admin/desk")
    assert "等人接手（1）" in page and "租房提取公积金" in page and "261122-0001" in page
    assert (await act(clerk, "take"))[0] == 200
    assert await clerk.say("在吗") == []
    assert (await act(clerk, "say", {"text": "您好，请讲", "message": "s1"}))[0] == 200
    assert (await act(clerk, "say", {"text": "您好，请讲", "message": "s1"}))[0] == 200  # sent again: said once
    assert (await clerk.history())[-2:] == [("citizen", "在吗"), ("staff", "您好，请讲")]
    page = await clerk.text("/admin/desk/261122-0001")
    assert "您正在接待" in page and "您好，请讲" in page and "市民说过" in page and "商品房" in page
    assert (await act(clerk, "back"))[0] == 200 and (await clerk.say("你好"))[0]["kind"] == "smalltalk"
    assert (await act(clerk, "close", {"note": "已答复"}))[0] == 200
    assert (worker.state["orders"]["261122-0001"]["state"], worker.state["orders"]["261122-0001"]["note"]) == ("done", "已答复")
    assert "现在没有市民在等" in await clerk.text("/admin/desk")
    counts = (await day_counts.read(clerk.app[keys.REDIS], today(), today()))[today()]
    assert (counts["waited:n"], counts["waited:5"]) == (1, 1)
    actions = [entry["action"] for entry in await clerk.audit()]
    assert [a for a in actions if a.startswith("desk.") and a != "desk.read"] == ["desk.take", "desk.say", "desk.say", "desk.back", "desk.close"]
    assert "请讲" not in str(await clerk.audit())


async def test_two_clerks_at_once_one_wins(clerk, admin):
    other = await admin("editor", name="彭勇", beside=clerk)
    answers = await asyncio.gather(act(clerk, "take"), act(other, "take"))
    assert sorted(status for status, _ in answers) == [200, 409]
    winner, loser = (clerk, other) if answers[0][0] == 200 else (other, clerk)
    assert "另一位工作人员正在和他说话" in str(answers)
    assert (await act(loser, "say", {"text": "我也来说", "message": "x"}))[0] == 409 and (await act(loser, "back"))[0] == 409
    assert (await act(winner, "say", {"text": "我在", "message": "y"}))[0] == 200
    page = await loser.text("/admin/desk/261122-0001")
    assert "正在和他说话，您可以看，不能插话" in page and 'name="text"' not in page
    counts = (await day_counts.read(clerk.app[keys.REDIS], today(), today()))[today()]
    assert counts["waited:n"] == 1


async def test_closing_what_one_holds_hands_it_back(clerk, worker):
    await act(clerk, "take")
    await act(clerk, "close")
    assert worker.state["held"] == {} and (await clerk.say("你好"))[0]["kind"] == "smalltalk"


async def test_words_of_staff_come_into_the_open_window_at_once(clerk):
    socket = await clerk.client.ws_connect("/api/v1/ws")
    await socket.send_json({"token": clerk.token})
    while not clerk.app[keys.WINDOWS]:
        await asyncio.sleep(0)
    await clerk.app[LIVE].wait(-1, 0)
    while not clerk.app[LIVE].following:
        await asyncio.sleep(0.01)
    await act(clerk, "take")
    assert await socket.receive_json(timeout=5) == {"type": "staff", "held": True}
    await act(clerk, "say", {"text": "您好，请讲", "message": "s1"})
    frame = await socket.receive_json(timeout=5)
    assert (frame["type"], frame["held"], frame["message"]["id"], frame["message"]["text"]) == ("staff", True, "s1", "您好，请讲")
    await act(clerk, "back")
    assert await socket.receive_json(timeout=5) == {"type": "staff", "held": False}
    await socket.close()


async def test_the_desk_hears_at_once_what_citizens_do(clerk):
    _, before = await clerk.api("GET", "/admin/api/v1/desk/changes?after=999")
    asking = asyncio.create_task(clerk.api("GET", f"/admin/api/v1/desk/changes?after={before['serial']}"))
    while not clerk.app[LIVE].following:
        await asyncio.sleep(0.01)
    await clerk.say("找人工")
    status, heard = await asyncio.wait_for(asking, 5)
    assert status == 200 and [change["kind"] for change in heard["changes"]] == ["order"] and heard["serial"] == before["serial"] + 1


@pytest.mark.parametrize("verb, body, status", [
    ("say", {"text": " ", "message": "s1"}, 422), ("say", {"text": "字" * 1001, "message": "s1"}, 422), ("say", {"texts": "x"}, 422), ("say", {"text": "没有接手就说", "message": "s1"}, 409),
    ("take", {"staff": "别人"}, 422), ("close", {"note": 1}, 422),
])
async def test_refused(clerk, verb, body, status):
    assert (await act(clerk, verb, body))[0] == status


@pytest.mark.parametrize("number", ["261122-9999", "..%2Fhealthz", "a", "1%2F2"])
async def test_no_such_order(clerk, number):
    assert (await act(clerk, "take", number=number))[0] == 404


async def test_forms_do_the_same(clerk):
    assert (await clerk.post("/admin/desk/261122-0001/take")).headers["Location"] == "/admin/desk/261122-0001"
    await clerk.post("/admin/desk/261122-0001/say", {"text": "您好", "message": "s9"})
    assert "已发给市民" in await clerk.text("/admin/desk/261122-0001")
    assert (await clerk.post("/admin/desk/261122-0001/close", {"note": ""})).headers["Location"] == "/admin/desk"


async def test_viewers_do_not_see_the_desk(admin, clerk):
    viewer = await admin("viewer", beside=clerk)
    assert (await viewer.get("/admin/desk")).status == 403 and "接待台" not in await viewer.text("/admin/")
