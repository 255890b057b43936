"""One turn at a time per conversation, each message once."""
from __future__ import annotations

import asyncio
import time

import pytest
from rasa.shared.core.trackers import DialogueStateTracker

from bot.state import keys
from bot.state.client import connect
from bot.state.turns import Busy, Turns
from tests.state.talk import start, turn

WHO = "citizen-1"


@pytest.fixture
def turns(client):
    return Turns(client, lease=5)


def test_the_same_id_twice_gets_the_same_replies(turns, store, run):
    assert run(turns.recall(WHO, "m1")) is None
    run(store.save(DialogueStateTracker.from_events(WHO, [*start(), *turn("租房怎么提", {}, "m1")], domain=store.domain)))
    assert run(turns.recall(WHO, "m1")) == [{"id": "m1.1", "kind": "answer", "text": "答：租房怎么提"}]
    assert run(turns.recall(WHO, "m2")) is None
    assert run(turns.recall("another", "m1")) is None


def test_two_workers_never_hold_one_conversation_together(redis_url, server, run):
    inside, order = [0], []

    async def worker(number):
        client = connect(redis_url, 3)
        for _ in range(5):
            async with Turns(client, lease=5).alone(WHO, wait=10):
                inside[0] += 1
                assert inside[0] == 1
                await asyncio.sleep(0.005)
                order.append(number)
                inside[0] -= 1
        await client.close()

    async def both():
        await asyncio.gather(*(worker(n) for n in range(4)))

    run(both())
    assert sorted(order) == sorted([0, 1, 2, 3] * 5)
    assert server.exists(keys.lock(WHO)) == 0


def test_conversations_do_not_wait_for_each_other(turns, run):
    async def nested():
        async with turns.alone("a", wait=0):
            async with turns.alone("b", wait=0):
                return True

    assert run(nested())


def test_busy_after_the_wait(turns, run):
    async def second():
        async with turns.alone(WHO, wait=1):
            started = time.monotonic()
            with pytest.raises(Busy):
                async with turns.alone(WHO, wait=0.2):
                    raise AssertionError("both inside")
            return time.monotonic() - started

    assert 0.2 <= run(second()) < 0.6


def test_a_dead_workers_lock_frees_itself_after_the_lease(client, server, run):
    async def after_death():
        dead = Turns(client, lease=0.3).alone(WHO, wait=0)
        await dead.__aenter__()  # this worker dies: it never leaves
        started = time.monotonic()
        async with Turns(client, lease=5).alone(WHO, wait=5):
            return time.monotonic() - started

    assert 0.1 <= run(after_death()) < 1


def test_the_lock_has_a_time_to_live(turns, server, run):
    async def held():
        async with turns.alone(WHO, wait=0):
            return server.pttl(keys.lock(WHO))

    assert 4000 < run(held()) <= 5000


def test_only_the_owner_releases(turns, server, run):
    async def overtaken():
        async with turns.alone(WHO, wait=0):
            server.set(keys.lock(WHO), "another worker's token")  # our lease ran out, another took over

    run(overtaken())
    assert server.get(keys.lock(WHO)) == "another worker's token"


def test_an_error_inside_frees_the_conversation(turns, server, run):
    async def failing():
        async with turns.alone(WHO, wait=0):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        run(failing())
    assert server.exists(keys.lock(WHO)) == 0


def test_a_cancelled_turn_frees_the_conversation(turns, server, run):
    async def cancelled():
        async def hold():
            async with turns.alone(WHO, wait=0):
                await asyncio.sleep(60)

        task = asyncio.create_task(hold())
        while not server.exists(keys.lock(WHO)):
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run(cancelled())
    assert server.exists(keys.lock(WHO)) == 0
