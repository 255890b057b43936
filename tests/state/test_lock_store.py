"""The lock store of plain ``rasa run``: Rasa's own interface, our turns."""
from __future__ import annotations

import asyncio

import pytest
from rasa.core.lock_store import LockError, LockStore
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig, read_endpoint_config

from bot.settings import ROOT
from bot.state import keys
from bot.state.client import close
from bot.state.lock_store import RedisLockStore
from tests.state.talk import start, turn

WHO = "citizen-1"


@pytest.fixture
def locks(redis_url, server, run):
    opened = RedisLockStore(EndpointConfig(redis_url))
    yield opened
    run(close(opened.redis))


def test_endpoints_name_it_and_rasa_makes_it(monkeypatch, redis_url, run):
    monkeypatch.setenv("REDIS_URL", redis_url)
    made = LockStore.create(read_endpoint_config(str(ROOT / "endpoints.yml"), "lock_store"))
    assert isinstance(made, RedisLockStore)
    run(close(made.redis))


def test_one_at_a_time_in_the_order_of_arrival(locks, server, run):
    order = []

    async def message(number):
        async with locks.lock(WHO):
            order.append(number)

    async def all_of_them():
        tasks = []
        async with locks.lock(WHO):
            for number in range(5):
                tasks.append(asyncio.create_task(message(number)))
                while server.hlen(keys.queue(WHO)) <= number:
                    await asyncio.sleep(0.001)
        await asyncio.gather(*tasks)

    run(all_of_them())
    assert order == [0, 1, 2, 3, 4]


def test_a_conversation_that_stays_busy_is_rasas_lock_error(locks, run):
    async def second():
        async with locks.lock(WHO):
            with pytest.raises(LockError):
                async with locks.lock(WHO, lock_lifetime=0.05):
                    raise AssertionError("both inside")

    run(second())


def test_tracker_store_and_lock_store_together_save_under_the_lock(locks, store, server, run):
    async def message():
        async with locks.lock(WHO):
            tracker = await store.get_or_create_tracker(WHO, append_action_listen=False)
            assert server.exists(keys.lock(WHO)) == 1
            tracker.update_with_events([*start(), *turn("你好", {}, "m1")], store.domain)
            await store.save(tracker)
            assert server.exists(keys.lock(WHO)) == 0

    run(message())
    assert server.llen(keys.events(WHO)) == 1


def test_without_an_address_the_error_says_what_to_do(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(RasaException, match="REDIS_URL"):
        RedisLockStore(EndpointConfig())
