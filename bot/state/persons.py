"""Who speaks to the citizen: while a member of staff holds a conversation, the assistant is silent in it."""
from __future__ import annotations

from typing import Optional

from .client import Client
from .keys import PREFIX

HELD_SECONDS = 30 * 60
"""A conversation that its member of staff has forgotten goes back to the assistant after this time."""


def key(conversation: str) -> str:
    return f"{PREFIX}{{{conversation}}}:person"


class Persons:
    """All calls raise RedisError."""

    def __init__(self, client: Client):
        self._redis = client

    async def take(self, conversation: str, staff: str) -> bool:
        """Hold the conversation, or go on holding it; False when another member of staff does."""
        await self._redis.set(key(conversation), staff, nx=True, ex=HELD_SECONDS)
        if await self.holder(conversation) != staff:
            return False
        await self._redis.expire(key(conversation), HELD_SECONDS)
        return True

    async def release(self, conversation: str) -> None:
        """Hand the conversation back to the assistant."""
        await self._redis.delete(key(conversation))

    async def holder(self, conversation: str) -> Optional[str]:
        """Who holds it; None while the assistant answers."""
        held = await self._redis.get(key(conversation))
        return held.decode() if isinstance(held, bytes) else held
