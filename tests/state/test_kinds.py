"""The worker's state on real servers of every kind, and what happens when the master is killed."""
from __future__ import annotations

import asyncio

import pytest

from bot.state.client import RedisError, close, connect
from bot.state.tracker_store import ConflictingWriters, RedisTrackerStore
from bot.state.turns import Turns
from tests.redis_kinds import KINDS, URL_LOGIN, USER, address_of, sentinels
from tests.state.talk import start, turn

WHO = "citizen-1"


async def answer(store, turns, ident, text):
    """One message as the worker handles it: once per id."""
    async with turns.alone(WHO, wait=10, message=ident) as mine:
        if mine.given is not None:
            return mine.given
        tracker = await store.get_or_create_tracker(WHO, append_action_listen=False)
        events = [*([] if tracker.events else start()), *turn(text, {"last": text}, ident)]
        tracker.update_with_events(events, store.domain)
        await store.save(tracker)
        return None


def citizen(history):
    return [line["text"] for line in history if line["event"] == "user"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_redis_serves_the_whole_state(kind, tmp_path, domain, run):
    async def one_conversation(url):
        stores = [RedisTrackerStore(domain, host=url) for _ in range(2)]
        turns = [Turns(store.redis, lease=5) for store in stores]
        try:
            for i in range(4):
                await answer(stores[i % 2], turns[i % 2], f"m{i}", f"第{i}句")
            again = await answer(stores[0], turns[0], "m3", "又来一次")
            assert [reply["text"] for reply in again] == ["答：第3句"]
            await asyncio.gather(*(answer(stores[i % 2], turns[i % 2], f"n{i}", f"同时{i}") for i in range(6)))
            said = citizen(await stores[1].history(WHO))
            assert said[:4] == ["第0句", "第1句", "第2句", "第3句"] and sorted(said[4:]) == [f"同时{i}" for i in range(6)]
            assert (await stores[1].retrieve(WHO)).get_slot("memory") == {"last": said[-1]}
            other = await stores[0].get_or_create_tracker("另一位{x}", append_action_listen=False)
            other.update_with_events(start(), domain)
            await stores[0].save(other)
            assert set(await stores[1].keys()) == {WHO, "另一位{x}"}
            await stores[0].erase(WHO)
            assert await stores[1].retrieve(WHO) is None and await stores[1].history(WHO) == []
        finally:
            for store in stores:
                await store.close()

    with address_of(kind, tmp_path) as url:
        run(one_conversation(url))


def test_nothing_is_lost_or_doubled_when_the_master_is_killed(tmp_path, domain, run, monkeypatch):
    """A failover takes longer than the worker's patience: the citizen is told, sends the same message again, is answered."""
    monkeypatch.setenv("GJJ_REDIS_TIMEOUT", "1")
    refused = []

    async def until_answered(store, turns, ident, text):
        for _ in range(20):
            try:
                return await answer(store, turns, ident, text)
            except (RedisError, ConflictingWriters) as error:
                refused.append(type(error).__name__)
        raise AssertionError(refused)

    async def over_a_failover(watched):
        store = RedisTrackerStore(domain, host=watched.url)
        turns = Turns(store.redis, lease=2)
        first = watched.master()
        for i in range(3):
            await answer(store, turns, f"m{i}", f"第{i}句")
        await asyncio.to_thread(watched.kill_master)
        for i in range(3, 6):
            await until_answered(store, turns, f"m{i}", f"第{i}句")
        assert [r["text"] for r in await turns.recall(WHO, "m1")] == ["答：第1句"]
        assert citizen(await store.history(WHO)) == [f"第{i}句" for i in range(6)]
        assert watched.master() != first
        await store.close()

    with sentinels(tmp_path) as watched:
        run(over_a_failover(watched))


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("user", lambda url: url.replace(URL_LOGIN, f"{USER}:falsch")),
        ("tls", lambda url: url.split("?")[0]),
        ("tls", lambda url: url.replace("rediss", "redis").split("?")[0]),
        ("sentinel", lambda url: url.replace("mymaster", "another")),
    ],
)
def test_a_wrong_password_certificate_or_name_is_an_error_within_the_limit(kind, wrong, tmp_path, run):
    async def asked(url):
        client = connect(url, 0.5)
        try:
            with pytest.raises((RedisError, OSError)):
                await asyncio.wait_for(client.get("gjj:x"), 8)
        finally:
            await close(client)

    with address_of(kind, tmp_path) as url:
        run(asked(wrong(url)))
