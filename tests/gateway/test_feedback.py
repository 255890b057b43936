"""Thumbs and stars: stored without personal numbers, replaceable, erased with the conversation, counted."""
import pytest

from bot.clock import now
from bot.gateway import keys
from tests.gateway.conftest import refusal

pytestmark = pytest.mark.asyncio


async def stream(client):
    return [entry for _, entry in await client.app[keys.REDIS].xrange("gjj:feedback")]


@pytest.fixture(autouse=True)
def empty_stream(redis_url):
    import redis
    redis.Redis.from_url(redis_url).flushdb()


async def test_thumb_with_reason_and_comment(client, auth):
    response = await client.post("/api/v1/feedback", headers=auth, json={
        "reply": "r-1", "score": -1, "reason": "unclear", "comment": "看不懂"})
    assert (response.status, await response.json()) == (200, {"ok": True})
    entry = (await stream(client))[0]
    assert entry.pop("at") and entry == {"type": "thumb", "reply": "r-1", "score": "-1", "reason": "unclear", "comment": "看不懂"}


async def test_second_thumb_replaces_the_first(client, auth):
    for score in (1, -1):
        await client.post("/api/v1/feedback", headers=auth, json={"reply": "r-1", "score": score})
    assert [entry["score"] for entry in await stream(client)] == ["-1"]


async def test_stars(client, auth):
    assert (await client.post("/api/v1/rating", headers=auth, json={"stars": 5, "comment": "很好"})).status == 200
    entry = (await stream(client))[0]
    assert (entry["type"], entry["stars"], entry["comment"]) == ("rating", "5", "很好")


async def test_comments_are_masked_before_they_are_stored(client, auth):
    await client.post("/api/v1/rating", headers=auth, json={
        "stars": 1, "comment": "我的身份证是11010519491231002X，电话13812345678"})
    stored = (await stream(client))[0]["comment"]
    assert "11010519491231002X" not in stored and "13812345678" not in stored and stored.startswith("我的身份证是")


async def test_the_stream_does_not_name_the_conversation(client, auth, token):
    await client.post("/api/v1/rating", headers=auth, json={"stars": 4})
    conversation = client.app[keys.SESSIONS].read(token).conversation
    assert conversation not in str(await stream(client))


async def test_erasing_the_conversation_erases_its_feedback_only(client, auth, new_token):
    other = {"Authorization": f"Bearer {await new_token(client)}"}
    await client.post("/api/v1/feedback", headers=auth, json={"reply": "mine", "score": 1})
    await client.post("/api/v1/rating", headers=auth, json={"stars": 2})
    await client.post("/api/v1/feedback", headers=other, json={"reply": "theirs", "score": 1})
    assert (await client.delete("/api/v1/session", headers=auth)).status == 204
    assert [entry["reply"] for entry in await stream(client)] == ["theirs"]
    assert len(await client.app[keys.REDIS].keys("gjj:{*}:feedback")) == 1


async def test_what_is_kept_for_the_conversation_expires(client, auth):
    await client.post("/api/v1/rating", headers=auth, json={"stars": 2})
    redis = client.app[keys.REDIS]
    (key,) = await redis.keys("gjj:{*}:feedback")
    assert 0 < await redis.ttl(key) <= 7 * 24 * 3600


async def test_what_was_said_more_than_a_year_ago_is_gone(client, auth):
    redis, year = client.app[keys.REDIS], 366 * 24 * 3_600_000
    at = int(now().timestamp() * 1000)
    for age, comment in ((year + 60_000, "一年多以前"), (year - 60_000, "差一点一年")):
        await redis.xadd("gjj:feedback", {"comment": comment}, id=f"{at - age}-0")
    await client.post("/api/v1/rating", headers=auth, json={"stars": 5, "comment": "今天"})
    assert [entry["comment"] for entry in await stream(client)] == ["差一点一年", "今天"]


@pytest.mark.parametrize("path, body", [
    ("feedback", {}), ("feedback", {"reply": "r"}), ("feedback", {"reply": "r", "score": 0}), ("feedback", {"reply": "r", "score": 2}),
    ("feedback", {"reply": "r", "score": "1"}), ("feedback", {"reply": "r", "score": True}), ("feedback", {"reply": "a b", "score": 1}),
    ("feedback", {"reply": "", "score": 1}), ("feedback", {"reply": "r" * 65, "score": 1}),
    ("feedback", {"reply": "r", "score": 1, "comment": "字" * 501}), ("feedback", {"reply": "r", "score": 1, "reason": "字" * 61}),
    ("feedback", {"reply": "r", "score": 1, "extra": 1}), ("feedback", {"reply": "r", "score": 1, "comment": "\ud800"}),
    ("rating", {}), ("rating", {"stars": 0}), ("rating", {"stars": 6}), ("rating", {"stars": 4.5}), ("rating", {"stars": "5"}),
    ("rating", {"stars": 5, "comment": None}),
])
async def test_refused_feedback(client, auth, path, body):
    assert await refusal(await client.post(f"/api/v1/{path}", headers=auth, json=body)) == (422, "invalid")
    assert await stream(client) == []


@pytest.mark.parametrize("path", ["feedback", "rating"])
async def test_feedback_needs_a_session(client, path):
    assert await refusal(await client.post(f"/api/v1/{path}", json={})) == (401, "unauthorized")
