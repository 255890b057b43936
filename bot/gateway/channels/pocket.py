"""What a channel without buttons must remember between two messages of one person; erased together with the conversation."""
from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Dict, List, Optional

from bot.state import keys
from bot.state.client import TextClient

_MOST_SEEN = 50


@dataclass
class Pocket:
    """``choices``: what may be answered → button. ``rest``: texts that wait for 继续. ``waiting``: the message whose answer was
    not ready in time. ``seen``: messages of staff already shown. ``last``: id of the last 继续 and what was said to it."""

    choices: Dict[str, str] = field(default_factory=dict)
    rest: List[str] = field(default_factory=list)
    waiting: Optional[Dict[str, Any]] = None
    seen: List[str] = field(default_factory=list)
    last: List[str] = field(default_factory=list)


class Pockets:
    """All calls raise RedisError. ``ttl`` is seconds."""

    def __init__(self, redis: TextClient, ttl: int) -> None:
        self._redis = redis
        self._ttl = ttl

    async def get(self, conversation: str) -> Pocket:
        raw = await self._redis.get(keys.channel(conversation))
        return Pocket(**json.loads(raw)) if raw else Pocket()

    async def put(self, conversation: str, pocket: Pocket) -> None:
        pocket.seen = pocket.seen[-_MOST_SEEN:]
        await self._redis.set(keys.channel(conversation), json.dumps(asdict(pocket), ensure_ascii=False), ex=self._ttl)

    async def drop(self, conversation: str) -> None:
        await self._redis.delete(keys.channel(conversation))

    async def times(self, conversation: str, ident: str) -> int:
        """How often this message has come, this time included; forgotten after a minute."""
        key = f"{keys.channel(conversation)}:{ident}"
        count = await self._redis.incr(key)
        await self._redis.expire(key, 60)
        return int(count)
