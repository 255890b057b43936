"""Thumbs, stars and kept dates: counted by day, service and rule, and in the level of the conversation."""
import pytest
import pytest_asyncio

from bot.clock import today
from bot.gateway import keys
from bot.state import service_counts
from tests.gateway.conftest import refusal

pytestmark = pytest.mark.asyncio
MINE = "r-1"


@pytest_asyncio.fixture
async def counted(client, token):
    """``counted()``: what the day shows, after a conversation with one answer that a thumb can be given for."""
    redis = client.app[keys.REDIS]
    await redis.flushdb()
    conversation = client.app[keys.SESSIONS].read(token).conversation
    await service_counts.record(redis, conversation, 600, {"answered": 1, "resolved": 1, "accepted": 1, "dated": 1}, {MINE: "wd_rent|C08-Q1"})

    async def read():  # how conversations end is counted beside: tests/state/test_service_counts.py
        found = await service_counts.counts(redis, today().isoformat())
        return {name: number for name, number in found.items() if not name.startswith("outcome:")}

    assert await read() == {"level:beyond": 1}
    return read


async def test_a_thumb_is_counted_by_service_rule_and_reason(client, auth, counted):
    await client.post("/api/v1/feedback", headers=auth, json={"reply": MINE, "score": -1, "reason": "unclear"})
    found = await counted()
    assert found == {"down:all": 1, "down:service:wd_rent": 1, "down:rule:C08-Q1": 1, "down:reason:unclear": 1, "level:beyond": 0, "level:basic": 1}


async def test_a_second_thumb_does_not_count_twice(client, auth, counted):
    for score in (1, 1, -1):
        await client.post("/api/v1/feedback", headers=auth, json={"reply": MINE, "score": score})
    assert (await counted())["up:all"] == 1 and "down:all" not in await counted()


async def test_words_of_the_citizen_never_become_a_count(client, auth, counted):
    await client.post("/api/v1/feedback", headers=auth, json={"reply": MINE, "score": -1, "reason": "我叫张三"})
    assert "张三" not in str(await counted()) and (await counted())["down:reason:other"] == 1


async def test_a_reply_nobody_knows_is_counted_all_the_same(client, auth, counted):
    await client.post("/api/v1/feedback", headers=auth, json={"reply": "unknown", "score": 1})
    assert (await counted())["up:all"] == 1 and not any(":service:" in name for name in await counted())


@pytest.mark.parametrize("stars, level", [(5, "moved"), (4, "beyond"), (2, "basic")])
async def test_stars_move_the_level(client, auth, counted, stars, level):
    await client.post("/api/v1/rating", headers=auth, json={"stars": stars})
    found = await counted()
    assert found[f"stars:{stars}"] == 1 and found[f"level:{level}"] == 1
    assert sum(n for name, n in found.items() if name.startswith("level:")) == 1  # one conversation, counted once


async def test_a_date_taken_into_the_calendar_moves_the_level(client, auth, counted):
    response = await client.post("/api/v1/kept", headers=auth, json={"reply": MINE})
    assert (response.status, await response.json()) == (200, {"ok": True})
    assert (await counted())["level:moved"] == 1 and (await counted())["kept"] == 1


@pytest.mark.parametrize("body", [{}, {"reply": ""}, {"reply": "a b"}, {"reply": 1}, {"reply": "r", "more": 1}])
async def test_refused(client, auth, body):
    assert await refusal(await client.post("/api/v1/kept", headers=auth, json=body)) == (422, "invalid")


async def test_erasing_forgets_the_deeds_but_not_the_counts(client, auth, counted):
    assert (await client.delete("/api/v1/session", headers=auth)).status == 204
    assert await client.app[keys.REDIS].keys("gjj:{*}:service") == [] and await counted() == {"level:beyond": 1}
