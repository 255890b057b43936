"""The bounded pool: its size, what it knows of its jobs, and what becomes of jobs nobody waits for any more."""
from __future__ import annotations

import asyncio
import threading

import pytest

from bot.worker.threads import Threads


@pytest.fixture
def pool():
    opened = Threads(2, "test", clock=lambda: now[0])
    now[0] = 100.0
    yield opened
    opened.shutdown()


now = [100.0]


def test_the_longest_job_is_known(pool):
    assert pool.longest() == 0.0
    begun, end = threading.Event(), threading.Event()
    job = pool.submit(lambda: (begun.set(), end.wait()))
    begun.wait()
    now[0] = 130.0
    assert pool.longest() == 30.0
    end.set()
    job.result()
    assert pool.longest() == 0.0


def test_a_job_that_fails_is_over_too(pool):
    with pytest.raises(ZeroDivisionError):
        pool.submit(lambda: 1 / 0).result()
    assert pool.longest() == 0.0


def test_jobs_that_hang_take_no_more_threads_than_the_pool_has_and_abandoned_ones_never_start(pool):
    """Ten actions in a row run into their time limit while two hang."""
    end, started = threading.Event(), []

    def hangs(number):
        started.append(number)
        end.wait()

    async def give_up(number):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(pool, hangs, number), 0.01)

    async def all_of_them():
        for number in range(10):
            await give_up(number)

    before = threading.active_count()
    asyncio.run(all_of_them())
    assert threading.active_count() - before <= 2
    end.set()
    pool.submit(int).result()
    assert started == [0, 1]
