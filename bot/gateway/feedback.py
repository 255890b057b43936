"""Thumbs and stars in Redis, without personal numbers, erased together with the conversation.

``gjj:feedback`` is a stream (newest 100,000) for the center's reports. ``gjj:{<conversation>}:feedback`` is a hash
field → stream entry id, so that a second thumb replaces the first and erasing finds every entry.
"""
from __future__ import annotations

from typing import Callable, Mapping

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.clock import now
from bot.gateway.bodies import FeedbackBody, RatingBody
from bot.gateway.errors import ApiError

STREAM = "gjj:feedback"
LONGEST = 100_000


class FeedbackStore:
    """Writes and erases feedback. ``mask`` removes ID, phone and card numbers; ``ttl`` is seconds."""

    def __init__(self, redis: Redis, mask: Callable[[str], str], ttl: int) -> None:
        self._redis = redis
        self._mask = mask
        self._ttl = ttl

    async def thumb(self, conversation: str, body: FeedbackBody) -> None:
        """Store a thumb; raises :class:`ApiError` 503 without Redis."""
        await self._store(conversation, f"reply:{body.reply}", {
            "type": "thumb", "reply": body.reply, "score": str(body.score),
            "reason": self._mask(body.reason), "comment": self._mask(body.comment)})

    async def stars(self, conversation: str, body: RatingBody) -> None:
        """Store stars; raises :class:`ApiError` 503 without Redis."""
        await self._store(conversation, "rating", {
            "type": "rating", "stars": str(body.stars), "comment": self._mask(body.comment)})

    async def erase(self, conversation: str) -> None:
        """Remove everything this conversation left; raises :class:`ApiError` 503 without Redis."""
        try:
            entries = await self._redis.hvals(_key(conversation))
            if entries:
                await self._redis.xdel(STREAM, *entries)
            await self._redis.delete(_key(conversation))
        except (RedisError, OSError):
            raise ApiError("unavailable", retry_after=5) from None

    async def _store(self, conversation: str, field: str, entry: Mapping[str, str]) -> None:
        key = _key(conversation)
        try:
            added = await self._redis.xadd(
                STREAM, {**entry, "at": now().isoformat(timespec="seconds")}, maxlen=LONGEST, approximate=True)
            earlier = await self._redis.hget(key, field)
            await self._redis.hset(key, field, added)
            await self._redis.expire(key, self._ttl)
            if earlier:
                await self._redis.xdel(STREAM, earlier)
        except (RedisError, OSError):
            raise ApiError("unavailable", retry_after=5) from None


def _key(conversation: str) -> str:
    return f"gjj:{{{conversation}}}:feedback"
