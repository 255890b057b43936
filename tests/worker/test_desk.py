"""While staff hold a conversation the assistant is silent in it; a real Redis, and an assistant that would answer."""
from __future__ import annotations

import asyncio

import pytest
import redis
import yaml
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from rasa.shared.core.domain import Domain

from actions.handoff import Desk, Draft, NoOrders
from bot.settings import ROOT, Settings
from bot.state.inbox import Entry, Inbox
from bot.state.talks import Note, Talks
from bot.state.tracker_store import RedisTrackerStore
from bot.worker.desk import ServiceDesk
from bot.worker.history import messages
from bot.worker.incoming import Incoming
from bot.worker.staff_api import DESK, routes
from tests.state.talk import start, turn

REPLY = [{"id": "x.1", "kind": "answer", "text": "助手答"}]
MEMORY = {"turns": 1, "handed_off": True}


class StubAssistant:
    async def answer(self, incoming, sink=None):
        return REPLY


@pytest.fixture
def call(redis_url):
    """``call(story)``: runs ``story(client, desk, store)`` with one stored conversation ``c1``."""
    with redis.Redis.from_url(redis_url) as server:
        server.flushall()

    async def run(story):
        domain = Domain.from_dict({**yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))})
        store = RedisTrackerStore(domain, host=redis_url)
        app = web.Application()
        app[DESK] = desk = ServiceDesk(Settings(redis_url=redis_url), store)
        app.router.add_routes(routes)
        tracker = store._replay("c1", [])
        for event in [*start(), *turn("租房能提吗", MEMORY, "m1")]:
            tracker.update(event)
        await store.save(tracker)
        try:
            async with TestClient(TestServer(app)) as client:
                await story(client, desk, store)
        finally:
            desk.close()
            await store.close()

    return lambda story: asyncio.run(run(story))


async def said(store):
    return [(m["from"], m["text"]) for m in messages(await store.history("c1"))]


def test_taking_speaking_and_handing_back(call):
    async def story(client, desk, store):
        assert await desk.answer(StubAssistant(), Incoming("c1", "m2", "在吗")) == REPLY
        assert (await client.post("/v1/conversations/c1/person", json={"staff": "小田"})).status == 200
        assert await desk.answer(StubAssistant(), Incoming("c1", "m3", "我的电话13812345678")) == []
        assert await desk.answer(StubAssistant(), Incoming("c1", "m3", "我的电话13812345678")) == []  # sent again: kept once
        for _ in range(2):
            spoken = {"staff": "小田", "id": "s1", "text": "您好，请讲"}
            assert (await client.post("/v1/conversations/c1/person/messages", json=spoken)).status == 200
        assert (await said(store))[-2:] == [("citizen", "我的电话138****5678"), ("staff", "您好，请讲")]
        assert (await client.delete("/v1/conversations/c1/person/小田")).status == 204
        assert await desk.answer(StubAssistant(), Incoming("c1", "m4", "好的")) == REPLY
        assert (await store.retrieve("c1")).get_slot("memory").get("handed_off", False) is False

    call(story)


def test_only_who_holds_it_speaks(call):
    async def story(client, desk, store):
        speech = {"staff": "小彭", "id": "s1", "text": "您好"}
        assert (await client.post("/v1/conversations/c1/person/messages", json=speech)).status == 409
        await desk.take("c1", "小田")
        assert (await client.post("/v1/conversations/c1/person", json={"staff": "小彭"})).status == 409
        assert (await client.post("/v1/conversations/c1/person/messages", json=speech)).status == 409
        assert (await client.delete("/v1/conversations/c1/person/小彭")).status == 409
        assert (await client.post("/v1/conversations/nobody/person", json={"staff": "小田"})).status == 404
        assert (await client.post("/v1/conversations/c1/person", json={"who": 1})).status == 400
        assert await said(store) == [("citizen", "租房能提吗"), ("assistant", "答：租房能提吗")]

    call(story)


def test_erasing_lets_go_of_everything(call):
    async def story(client, desk, store):
        number = await desk.orders.open(Draft("c1", "m1", "wish", "", []))
        await desk.take("c1", "小田")
        talks = Talks(store.redis, 600)
        await talks.note([Note("c1", 1, entry=Entry("c1", "m1", 1, "unanswered", "租房能提吗").stored(1))], 1)
        await desk.erase("c1")
        assert await desk.persons.holder("c1") is None and await desk.orders.get(number) is None
        assert (await talks.find([], 0, 10))[1] == 0 and await Inbox(store.redis).all() == []


def test_staff_read_the_whole_conversation_with_what_was_understood(call):
    async def story(client, desk, store):
        told = (await (await client.get("/v1/conversations/c1")).json())["messages"]
        assert [(m["from"], m["text"], "candidates" in m) for m in told] == [("citizen", "租房能提吗", True), ("assistant", "答：租房能提吗", False)]
        assert (await (await client.get("/v1/conversations/nobody")).json()) == {"messages": []}

    call(story)


def test_what_happens_at_the_desk_is_told_at_once_without_a_word_of_it(call):
    async def story(client, desk, store):
        place = await desk.live.now()
        await desk.take("c1", "小田")
        await desk.answer(StubAssistant(), Incoming("c1", "m3", "我的电话13812345678"))
        await desk.say("c1", "小田", "s1", "您好，请讲")
        await desk.hand_back("c1", "小田")
        await asyncio.to_thread(Desk.orders.open, Draft("c1", "m9", "wish", "", []))
        heard = []
        while len(heard) < 5:
            place, changes = await desk.live.since(place)
            heard += changes
        assert sorted(change.kind for change in heard) == ["citizen", "order", "person", "person", "staff"] and {change.conversation for change in heard} == {"c1"}
        assert "请讲" not in str(await store.redis.xrange("gjj:live"))

    call(story)


def test_staff_read_and_change_orders(call):
    async def story(client, desk, store):
        number = await asyncio.to_thread(Desk.orders.open, Draft("c1", "m1", "wish", "租房提取", ["转人工"]))
        listed = (await (await client.get("/v1/orders")).json())["orders"]
        assert [(o["number"], o["said"]) for o in listed] == [(number, ["转人工"])]
        assert (await client.post(f"/v1/orders/{number}", json={"staff": "小田", "state": "done", "note": "已答复"})).status == 200
        assert (await asyncio.to_thread(Desk.orders.state, "c1", number)).note == "已答复"
        assert (await (await client.get(f"/v1/orders/{number}")).json())["state"] == "done"
        assert (await client.post(f"/v1/orders/{number}", json={"staff": "小田", "state": "lost"})).status == 422
        assert (await client.get("/v1/orders/000000-0001")).status == 404
        assert (await client.post("/v1/orders/000000-0001", json={"staff": "小田", "state": "done"})).status == 404

    call(story)
    assert isinstance(Desk.orders, NoOrders)


def test_an_order_that_cannot_be_kept_is_no_order(call, monkeypatch):
    async def story(client, desk, store):
        async def broken(draft):
            raise ConnectionError

        monkeypatch.setattr(desk.orders, "open", broken)
        assert await asyncio.to_thread(Desk.orders.open, Draft("c1", "m1", "wish", "", [])) == ""

    call(story)
