"""One turn at a time per conversation, each message once."""
from __future__ import annotations

import asyncio
import time

import pytest
from rasa.shared.core.trackers import DialogueStateTracker

from bot.state import keys
from bot.state.client import RedisError, close, connect
from bot.state.tracker_store import LeaseLost
from bot.state.turns import Busy, Turns
from tests.state.talk import start, turn

WHO = "citizen-1"


@pytest.fixture
def turns(client):
    return Turns(client, lease=5)


@pytest.fixture
def die_inside(redis_url):
    """Enters a turn in an event loop that never runs again, as that of a killed or hanging worker."""
    loop = asyncio.new_event_loop()
    left = []

    def enter(lease):
        client = connect(redis_url, 3)
        left.append((client, Turns(client, lease).alone(WHO, wait=0)))
        return loop.run_until_complete(left[-1][1].__aenter__())

    yield enter
    for client, held in left:
        loop.run_until_complete(held.__aexit__(None, None, None))
        loop.run_until_complete(close(client))
    loop.close()


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
        await close(client)

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


def test_a_dead_workers_lock_frees_itself_after_the_lease(client, die_inside, run):
    async def after_death():
        started = time.monotonic()
        async with Turns(client, lease=5).alone(WHO, wait=5):
            return time.monotonic() - started

    die_inside(lease=0.4)
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


def test_first_come_first_served_over_several_workers(redis_url, server, run):
    """Each turn is woken when it is its own: the order is that of arrival, and nobody waits for the next look."""
    order = []

    async def answer(client, number):
        async with Turns(client, lease=5).alone(WHO, wait=20):
            order.append(number)
            await asyncio.sleep(0.002)

    async def all_of_them():
        clients = [connect(redis_url, 3) for _ in range(3)]
        tasks = []
        async with Turns(clients[0], lease=5).alone(WHO, wait=1):
            for number in range(12):
                tasks.append(asyncio.create_task(answer(clients[number % 3], number)))
                while server.hlen(keys.queue(WHO)) <= number:
                    await asyncio.sleep(0.001)
        await asyncio.gather(*tasks)
        for client in clients:
            await close(client)

    run(all_of_them())
    assert order == list(range(12))
    assert server.exists(keys.queue(WHO), keys.lock(WHO)) == 0


def test_a_waiting_turn_is_woken_at_once(client, server, run):
    async def freed_to_entered():
        waiting = asyncio.create_task(enter_and_tell())
        async with Turns(client, lease=5).alone(WHO, wait=1):
            while not server.hlen(keys.queue(WHO)):
                waiting = waiting if not waiting.done() else None
                await asyncio.sleep(0.001)
            freed = time.monotonic()
        return await waiting - freed

    async def enter_and_tell():
        await asyncio.sleep(0.02)
        async with Turns(client, lease=5).alone(WHO, wait=5):
            return time.monotonic()

    assert sorted(run(freed_to_entered()) for _ in range(3))[0] < 0.1


def test_a_dead_waiter_does_not_hold_up_those_behind_it(client, server, run, monkeypatch):
    async def behind_a_dead_one():
        server.hset(keys.queue(WHO), "dead", "1 1")  # asked last in 1970
        async with Turns(client, lease=5).alone(WHO, wait=0):
            return server.hgetall(keys.queue(WHO))

    assert run(behind_a_dead_one()) == {}


def test_a_lease_is_renewed_while_the_worker_lives(client, server, run):
    async def long_turn():
        async with Turns(client, lease=0.3).alone(WHO, wait=0) as turn:
            for _ in range(30):
                await asyncio.sleep(0.03)
                assert server.get(keys.lock(WHO)) == turn.token

    run(long_turn())


def test_a_worker_whose_lease_ran_out_cannot_save(store, new_store, server, run, die_inside):
    """It hung, another answered, now it goes on: its fence is stale."""
    run(store.save(DialogueStateTracker.from_events(WHO, start(), domain=store.domain)))

    async def hung_then_saves():
        async with Turns(store.redis, lease=5).alone(WHO, wait=0):
            tracker = await store.retrieve(WHO)
            tracker.update_with_events(turn("我", {"who": "mine"}, "m1"), store.domain)
            server.delete(keys.lock(WHO))  # the lease ran out
            with pytest.raises(LeaseLost):
                await store.save(tracker)

    run(hung_then_saves())
    assert server.llen(keys.events(WHO)) == 1 and server.hgetall(keys.replies(WHO)) == {}


def test_a_turn_reads_and_saves_with_two_questions_to_redis(store, server, run):
    run(store.save(DialogueStateTracker.from_events(WHO, [*start(), *turn("你好", {}, "m0")], domain=store.domain)))
    turns = Turns(store.redis, lease=5)

    async def one_message(ident):
        async with turns.alone(WHO, wait=5, message=ident) as mine:
            if mine.given is not None:
                return mine.given
            tracker = await store.get_or_create_tracker(WHO, append_action_listen=False)
            assert tracker.latest_message.text == "你好"
            tracker.update_with_events(turn("租房怎么提", {"turns": 1}, ident), store.domain)
            await store.save(tracker)
            return None

    asked = []
    ask = store.redis.execute_command

    async def counted(*args, **options):
        asked.append(args[0])
        return await ask(*args, **options)

    store.redis.execute_command = counted
    run(one_message("m1"))
    assert asked == ["EVALSHA", "EVAL", "EVALSHA"] or asked == ["EVALSHA", "EVALSHA"]
    assert server.exists(keys.lock(WHO)) == 0
    asked.clear()
    assert [reply["text"] for reply in run(one_message("m1"))] == ["答：租房怎么提"]
    assert asked == ["EVALSHA", "EVALSHA"]
    assert server.exists(keys.lock(WHO)) == 0


def test_redis_away_is_an_error_and_the_turn_is_not_entered(tmp_path, run):
    async def away():
        with pytest.raises(RedisError):
            async with Turns(connect(f"unix://{tmp_path}/nothing.sock", 0.1), lease=5).alone(WHO, wait=1):
                raise AssertionError("entered")

    run(away())


@pytest.mark.parametrize("back, texts", [(1, ["第三句"]), (6, ["第二句", "第三句"])])
def test_a_turn_reads_as_many_whole_saves_as_were_asked_for(store, run, back, texts):
    async def talk():
        for text in ("第一句", "第二句", "第三句"):
            tracker = await store.get_or_create_tracker(WHO, append_action_listen=False)
            tracker.update_with_events(turn(text, {"said": text, "kept": [1, 2]}), store.domain)
            await store.save(tracker)
        async with Turns(store.redis, lease=5, back=back).alone(WHO, wait=0):
            return await store.retrieve(WHO)

    tracker = run(talk())
    assert [event.text for event in tracker.events if event.type_name == "user"] == texts
    assert tracker.get_slot("memory") == {"said": "第三句", "kept": [1, 2]} and tracker.latest_message.text == "第三句"
