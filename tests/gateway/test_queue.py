"""Who is served next, and who is told at once that there is no hope."""
import asyncio
from contextlib import AsyncExitStack

import pytest

from bot.gateway import queue as module
from bot.gateway.errors import ApiError
from bot.gateway.metrics import Metrics
from bot.gateway.queue import NoWorkers, Queue, Served

pytestmark = pytest.mark.asyncio


class Worker(Served):
    def __init__(self, name):
        super().__init__()
        self.name = name


def by_name(worker):
    return worker.name


@pytest.fixture
def workers(monkeypatch):
    monkeypatch.setattr(module, "PLACES", 2)
    return [Worker(b"a"), Worker(b"b")]


@pytest.fixture
def queue(workers):
    return Queue(5.0, Metrics(), workers)


async def names(queue, count, **more):
    """Names of the workers that ``count`` messages get at the same time."""
    async with AsyncExitStack() as stack:
        return [(await stack.enter_async_context(queue.place(by_name, **more))).name for _ in range(count)]


async def test_places_are_given_evenly(queue):
    assert await names(queue, 4) == [b"a", b"b", b"a", b"b"]


async def test_an_ailing_worker_is_spared_while_another_is_well(queue, workers):
    workers[0].healthy = False
    assert await names(queue, 2) == [b"b", b"b"]


async def test_when_none_is_well_one_is_asked_all_the_same(queue, workers):
    for worker in workers:
        worker.healthy = False
    assert await names(queue, 2) == [b"a", b"b"]


async def test_one_that_was_tried_is_not_tried_again_while_there_is_another(queue, workers):
    assert await names(queue, 2, tried={workers[0]}) == [b"b", b"b"]
    assert await names(queue, 1, tried=set(workers)) == [b"a"]


async def test_first_come_first_served(queue, workers):
    order = []

    async def message(number):
        async with queue.place(by_name):
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(message(number) for number in range(12)))
    assert order == list(range(12)) and [worker.busy for worker in workers] == [0, 0]


async def test_who_gives_up_waiting_takes_no_place(queue, workers):
    async with AsyncExitStack() as stack:
        for _ in range(4):
            await stack.enter_async_context(queue.place(by_name))
        waiting = asyncio.create_task(names(queue, 1))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert [worker.busy for worker in workers] == [0, 0]
    assert await names(queue, 4) == [b"a", b"b", b"a", b"b"]


async def test_a_worker_that_recovers_serves_those_who_wait(queue, workers):
    workers[1].healthy = False
    async with queue.place(by_name), queue.place(by_name):
        waiting = asyncio.create_task(names(queue, 1))
        await asyncio.sleep(0)
        assert not waiting.done()
        workers[1].healthy = True
        queue.serve()
        assert await waiting == [b"b"]


async def test_messages_of_one_conversation_take_turns_and_others_do_not_wait_for_them(queue):
    inside, order = asyncio.Event(), []

    async def message(conversation, number):
        async with queue.line(conversation):
            order.append(number)
            if number == 1:
                await inside.wait()

    first, second = asyncio.create_task(message("c", 1)), asyncio.create_task(message("c", 2))
    await asyncio.sleep(0)
    await message("other", 3)
    assert order == [1, 3] and len(queue) == 2
    inside.set()
    await asyncio.gather(first, second)
    assert order == [1, 3, 2] and len(queue) == 0


async def test_no_hope_is_said_at_once_with_the_time_to_wait(queue, workers):
    """Each message takes 10 s; with four places the ninth would wait two rounds, the citizen waits five seconds."""
    queue._seconds = 10.0
    async with AsyncExitStack() as stack:
        for number in range(6):
            await stack.enter_async_context(queue.line(f"c{number}"))
        assert queue.expected_wait() == pytest.approx(7.5)
        with pytest.raises(ApiError) as refused:
            await stack.enter_async_context(queue.line("late"))
    assert refused.value.status == 503 and "12329" in refused.value.message
    assert 8 <= refused.value.retry_after <= 15, "the time it takes, and not the same moment for everybody"
    async with queue.line("later"):
        pass


async def test_a_worker_less_means_a_longer_wait(queue, workers):
    queue._seconds = 4.0
    async with AsyncExitStack() as stack:
        for number in range(4):
            await stack.enter_async_context(queue.line(f"c{number}"))
        both = queue.expected_wait()
        workers[0].healthy = False
        assert (both, queue.expected_wait()) == (pytest.approx(1.0), pytest.approx(6.0))


async def test_nobody_there_is_said_and_not_waited_for():
    with pytest.raises(NoWorkers):
        await names(Queue(5.0, Metrics()), 1)


async def test_workers_come_and_go(queue, workers):
    """A third one serves who waits; one that is sent away finishes what it has and gets nothing new."""
    third = Worker(b"c")
    async with AsyncExitStack() as stack:
        for _ in range(4):
            await stack.enter_async_context(queue.place(by_name))
        waiting = asyncio.create_task(names(queue, 1))
        await asyncio.sleep(0)
        queue.staff([workers[1], third])
        assert await waiting == [b"c"]
        assert workers[0].busy == 2
    assert workers[0].busy == 0
    assert await names(queue, 4) == [b"b", b"c", b"b", b"c"]


async def test_a_broken_call_says_nothing_of_how_long_a_message_takes(queue):
    before = queue._seconds
    with pytest.raises(ZeroDivisionError):
        async with queue.place(by_name):
            raise ZeroDivisionError
    assert queue._seconds == before


async def test_rest_and_websocket_wait_in_the_same_line(queue):
    """Whoever asks, the queue only knows who came first."""
    served = []

    async def message(name):
        async with queue.line(name), queue.place(by_name):
            served.append(name)
            await asyncio.sleep(0)

    names = [f"{transport}{number}" for number in range(10) for transport in ("rest", "ws")]
    await asyncio.gather(*map(message, names))
    assert served == names


async def test_when_the_wait_was_misjudged_it_ends_with_a_sentence(workers):
    queue = Queue(0.02, Metrics(), workers)
    async with AsyncExitStack() as stack:
        for _ in range(4):
            await stack.enter_async_context(queue.place(by_name))
        with pytest.raises(ApiError) as refused:
            await names(queue, 1)
        assert refused.value.status == 503 and refused.value.retry_after >= 1
    assert [worker.busy for worker in workers] == [0, 0]
    assert await names(queue, 4) == [b"a", b"b", b"a", b"b"]
