"""Thumbs and stars → searchable conversations, and a message to learn from."""
from __future__ import annotations

from bot.gateway import keys
from bot.gateway.ratings import RATINGS
from bot.state.inbox import Inbox
from bot.state.talks import Talks

ASK = {"id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "text": "租房能提吗，我的电话13812345678"}


async def found(client, *facets):
    await client.app[RATINGS].finished()
    return [talk.facets for talk in (await Talks(client.app[keys.REDIS], 600).find(facets, 0, 10**11))[0]]


async def test_a_thumb_down_brings_the_question_it_is_about_masked(client, auth):
    await client.app[keys.REDIS].flushdb()
    replies = (await (await client.post("/api/v1/messages", headers=auth, json=ASK)).json())["replies"]
    await client.post("/api/v1/feedback", headers=auth, json={"reply": replies[0]["id"], "score": -1, "reason": "wrong"})
    assert await found(client, "thumb:down") == [["thumb:down"]]
    (item,) = await Inbox(client.app[keys.REDIS]).all()
    assert (item.entry.text, item.entry.kind, item.entry.answered, item.entry.reason) == ("租房能提吗，我的电话138****5678", "down", "wd_rent.materials", "wrong")
    assert [(g.home, g.topic) for g in item.entry.guesses] == [("wd_rent", "withdraw_rent")]


async def test_a_thumb_up_and_stars_are_searched_by_and_teach_nothing(client, auth):
    await client.app[keys.REDIS].flushdb()
    replies = (await (await client.post("/api/v1/messages", headers=auth, json=ASK)).json())["replies"]
    await client.post("/api/v1/feedback", headers=auth, json={"reply": replies[0]["id"], "score": 1})
    await client.post("/api/v1/rating", headers=auth, json={"stars": 4})
    assert await found(client, "stars:4", "thumb:up") == [["stars:4", "thumb:up"]]
    assert await Inbox(client.app[keys.REDIS]).all() == []


async def test_a_reply_nobody_knows_teaches_nothing(client, auth):
    await client.app[keys.REDIS].flushdb()
    await client.post("/api/v1/feedback", headers=auth, json={"reply": "unknown", "score": -1})
    assert await found(client, "thumb:down") == [["thumb:down"]] and await Inbox(client.app[keys.REDIS]).all() == []
