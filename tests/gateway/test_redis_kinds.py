"""What the gateway keeps in Redis, on real servers of every kind."""
from __future__ import annotations

import asyncio
import time

import pytest

from bot.cli import redis_server
from bot.gateway.bodies import RatingBody
from bot.gateway.errors import ApiError
from bot.gateway.feedback import STREAM, FeedbackStore
from bot.gateway.sessions import Sessions
from bot.gateway.tokens import Session, Tokens
from bot.state.client import RedisError, close, connect
from bot.state.masking import mask
from tests.redis_kinds import KINDS, address_of, sentinels


async def exercise(client):
    sessions = Sessions(Tokens(b"k" * 32, 600), client)
    feedback = FeedbackStore(client, mask, 600)
    session = Session("c1", int(time.time()), int(time.time()) + 600)
    assert await client.ping()
    assert await sessions.require(session) is session
    await feedback.stars("c1", RatingBody(stars=5, comment="电话13812341234"))
    ((_, entry),) = await client.xrange(STREAM)
    assert entry["comment"] == "电话138****1234"
    await feedback.erase("c1")
    assert await client.xlen(STREAM) == 0
    await sessions.revoke(session)
    with pytest.raises(ApiError, match="unauthorized"):
        await sessions.require(session)


@pytest.mark.parametrize("kind", KINDS)
def test_sessions_and_feedback_on_every_kind_of_redis(kind, tmp_path):
    async def run(url):
        client = connect(url, 3, decode=True, most=4)
        try:
            await exercise(client)
        finally:
            await close(client)

    with address_of(kind, tmp_path) as url:
        asyncio.run(run(url))
        assert int(redis_server.require_reachable(url, 3).split(".")[0]) >= 6


def test_after_a_failover_the_new_master_is_asked(tmp_path):
    async def run(watched):
        client = connect(watched.url, 1, decode=True)
        session = Session("c1", int(time.time()), int(time.time()) + 600)
        sessions = Sessions(Tokens(b"k" * 32, 600), client)
        await sessions.revoke(session)
        await asyncio.to_thread(watched.kill_master)
        for _ in range(20):
            try:
                assert await client.exists("gjj:revoked:c1") == 1
                break
            except (RedisError, OSError):
                continue
        with pytest.raises(ApiError, match="unauthorized"):
            await sessions.require(session)
        await close(client)

    with sentinels(tmp_path) as watched:
        asyncio.run(run(watched))
