"""Thumbs and stars in Redis, without personal numbers, erased together with the conversation.

``gjj:feedback`` is a stream (newest 100,000, a year at most) for the center's reports. ``gjj:{<conversation>}:feedback`` is a hash
field → stream entry id, so that a second thumb replaces the first and erasing finds every entry.
Thumbs and stars are counted by day, service and rule, and go into the service level (bot.state.service_counts).
"""
from __future__ import annotations

from typing import Callable, Dict, Mapping

from redis.exceptions import RedisError

from bot.clock import now, today
from bot.gateway.bodies import FeedbackBody, RatingBody
from bot.gateway.errors import ApiError
from bot.state import service_counts
from bot.state.client import TextClient

STREAM = "gjj:feedback"
LONGEST = 100_000
DAYS_KEPT = 366
"""Comments are a citizen's words: they go after this time, however few there are."""
REASONS = ("not_asked", "incomplete", "unclear", "wrong", "other")
"""Reasons the page offers (wording.json); any other text is kept with its entry and counted as other."""


class FeedbackStore:
    """Writes and erases feedback. ``mask`` removes ID, phone and card numbers; ``ttl`` is seconds."""

    def __init__(self, redis: TextClient, mask: Callable[[str], str], ttl: int) -> None:
        self._redis = redis
        self._mask = mask
        self._ttl = ttl

    async def thumb(self, conversation: str, body: FeedbackBody) -> None:
        """Store a thumb; raises :class:`ApiError` 503 without Redis."""
        new = await self._store(conversation, f"reply:{body.reply}", {
            "type": "thumb", "reply": body.reply, "score": str(body.score),
            "reason": self._mask(body.reason), "comment": self._mask(body.comment)})
        await self._count(conversation, {"thumb": body.score}, await self._thumbs(conversation, body, new))

    async def stars(self, conversation: str, body: RatingBody) -> None:
        """Store stars; raises :class:`ApiError` 503 without Redis."""
        new = await self._store(conversation, "rating", {
            "type": "rating", "stars": str(body.stars), "comment": self._mask(body.comment)})
        await self._count(conversation, {"stars": body.stars}, {f"stars:{body.stars}": 1} if new else {})

    async def kept(self, conversation: str, reply: str) -> None:
        """The date computed in ``reply`` went into the citizen's own calendar; raises :class:`ApiError` 503 without Redis."""
        await self._count(conversation, {"kept": 1}, {"kept": 1})

    async def erase(self, conversation: str) -> None:
        """Remove everything this conversation left; raises :class:`ApiError` 503 without Redis."""
        try:
            entries = await self._redis.hvals(_key(conversation))
            if entries:
                await self._redis.xdel(STREAM, *entries)
            await self._redis.delete(_key(conversation), service_counts.key(conversation))
        except (RedisError, OSError):
            raise ApiError("unavailable", retry_after=5) from None

    async def _thumbs(self, conversation: str, body: FeedbackBody, new: bool) -> Dict[str, int]:
        """What a thumb is counted by; a second thumb on the same reply changes its entry, not the counts."""
        if not new:
            return {}
        try:
            service, rule = await service_counts.label(self._redis, conversation, body.reply)
        except (RedisError, OSError):
            raise ApiError("unavailable", retry_after=5) from None
        way = "up" if body.score > 0 else "down"
        reason = body.reason if body.reason in ("", *REASONS) else "other"
        named = {f"{way}:service:{service}": 1, f"{way}:rule:{rule}": 1, f"{way}:reason:{reason}": 1}
        return {f"{way}:all": 1, **{name: by for name, by in named.items() if not name.endswith(":")}}

    async def _count(self, conversation: str, deeds: Mapping[str, int], changes: Mapping[str, int]) -> None:
        try:
            await service_counts.count(self._redis, today().isoformat(), changes)
            await service_counts.record(self._redis, conversation, self._ttl, deeds)
        except (RedisError, OSError):
            raise ApiError("unavailable", retry_after=5) from None

    async def _store(self, conversation: str, field: str, entry: Mapping[str, str]) -> bool:
        """Whether this is the first of its kind."""
        key = _key(conversation)
        try:
            added = await self._redis.xadd(
                STREAM, {**entry, "at": now().isoformat(timespec="seconds")}, maxlen=LONGEST, approximate=True)
            oldest = int(now().timestamp() * 1000) - DAYS_KEPT * 24 * 3_600_000
            await self._redis.xtrim(STREAM, minid=str(oldest), approximate=False)
            earlier = await self._redis.hget(key, field)
            await self._redis.hset(key, field, added)
            await self._redis.expire(key, self._ttl)
            if earlier:
                await self._redis.xdel(STREAM, earlier)
            return not earlier
        except (RedisError, OSError):
            raise ApiError("unavailable", retry_after=5) from None


def _key(conversation: str) -> str:
    return f"gjj:{{{conversation}}}:feedback"
