"""Every part is killed, paused or starved once while citizens talk: nothing lost, doubled, out of order or unsaid.

The long version is ``./gjj bench faults``.
"""
from __future__ import annotations

import asyncio

import aiohttp
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bench import fault_kinds
from bench.citizens import Citizen, compare
from bench.own_disk import NotAllowed
from bench.sentinels import Sentinels

QUESTION = "租房提取要带什么材料"


def clean(found):
    """Whether nothing went wrong, and the citizens did talk."""
    assert found.wrong == 0, found
    return found.messages >= 5


@pytest.mark.parametrize(
    "fault", [fault_kinds.kill_worker, fault_kinds.kill_gateway, fault_kinds.kill_redis, fault_kinds.fill_disk],
    ids=lambda fault: fault.__name__)
def test_nothing_is_lost_doubled_out_of_order_or_unsaid(system, strike, fault):
    assert clean(strike(system, fault))


def test_a_full_disk_under_the_append_only_file(tmp_path, strike):
    """A real one: every block of Redis' own small file system is taken for five seconds."""
    try:
        system = fault_kinds.own_disk(tmp_path, fault_kinds.LIGHT)
    except NotAllowed as reason:
        pytest.skip(f"no file system of one's own here: {reason}")
    with system:
        found = strike(system, fault_kinds.fill_own_disk)
        assert system.redis is not None and "AOF write error looks solved" in system.redis.log(), "Redis did meet it"
    assert clean(found)


def test_a_redis_that_hangs_for_ten_seconds(system, strike):
    found = strike(system, fault_kinds.pause_redis)
    assert clean(found)
    assert found.slowest > fault_kinds.HANG_SECONDS / 2, "the citizens did meet the hang"


def test_a_worker_told_to_stop_is_not_noticed_by_the_citizens(system, strike):
    """It finishes what it has in hand, and there is another one: no message is refused."""
    found = strike(system, fault_kinds.drain_worker)
    assert clean(found) and (found.refusals, found.silent) == (0, 0), found


def talk(system, story):
    async def run():
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
            return await story(http, await Citizen(http, system.url).arrive())

    return asyncio.run(run())


def test_a_reply_lost_on_the_way_is_given_again_and_nothing_runs_twice(system):
    """The citizen's connection breaks before the answer arrives; the page sends the same id again."""

    async def story(http, citizen):
        await citizen.hang_up(QUESTION, ident="6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
        again = await citizen.say(QUESTION, ident="6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
        once_more = await citizen.say(QUESTION, ident=again.id)
        del citizen.sent[-1]
        assert again.replies == once_more.replies and again.replies[0]["kind"] == "answer"
        return await compare([citizen])

    found = talk(system, story)
    assert (found.wrong, found.messages) == (0, 1)


def test_the_same_message_sent_many_times_at_once_runs_once(system):
    async def story(http, citizen):
        ident = "6f9619ff-8b86-4d01-b42d-00cf4fc96400"
        sent = await asyncio.gather(*(citizen.say(QUESTION, ident=ident) for _ in range(10)))
        assert len({str(message.replies) for message in sent}) == 1
        del citizen.sent[1:]
        return await compare([citizen])

    found = talk(system, story)
    assert (found.wrong, found.messages) == (0, 1)


def test_parallel_messages_of_one_citizen_keep_their_order(system):
    async def story(http, citizen):
        await asyncio.gather(*(citizen.say(f"第{number}句：{QUESTION}") for number in range(10)))
        return [m["text"] for m in await citizen.history() if m["from"] == "citizen"], [s.text for s in citizen.sent]

    kept, said = talk(system, story)
    assert sorted(kept) == sorted(said) and len(kept) == 10


def test_a_worker_whose_clock_is_five_seconds_ahead(tmp_path, strike):
    """Leases and order come from Redis, not from the workers' clocks."""
    with fault_kinds.skewed(tmp_path, fault_kinds.LIGHT) as system:
        assert clean(strike(system, fault_kinds.kill_worker))


def test_another_release_is_put_in_service_without_a_failed_request(system, strike):
    found = strike(system, fault_kinds.reload)
    assert clean(found) and (found.refusals, found.silent) == (0, 0), found


def test_sentinel_failover(tmp_path, strike):
    with fault_kinds.sentinel(tmp_path, fault_kinds.LIGHT) as system:
        assert clean(strike(system, fault_kinds.kill_master))


def test_a_master_that_comes_back_takes_nothing_before_it_follows(tmp_path):
    """What it took in the meantime would be forgotten as soon as it follows the new one."""
    group = Sentinels(tmp_path).start().wait()
    try:
        old = group.replace_master()
        group.bring_back(old)
        # Connections are closed when it becomes a replica, so one more try.
        with redis.Redis(port=old, decode_responses=True, retry=Retry(NoBackoff(), 1), retry_on_error=[redis.ConnectionError]) as client:
            while client.info("replication")["role"] == "master":
                with pytest.raises(redis.ResponseError, match="NOREPLICAS|read only"):
                    client.set("said", "then")
            assert client.get("said") is None
    finally:
        group.stop()
