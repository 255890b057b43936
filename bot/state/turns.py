"""One turn at a time per conversation, and each message once: a lock with a lease, and the replies already given."""
from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Dict, List, Optional

import redis.asyncio as redis

from . import keys

_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
_FIRST_WAIT = 0.01
_LONGEST_WAIT = 0.1


class Busy(RuntimeError):
    """The conversation is still being answered and did not become free in time."""


class Turns:
    """``lease``: seconds after which a dead worker's lock frees itself."""

    def __init__(self, client: "redis.Redis", lease: float):
        self._redis = client
        self._lease = lease
        self._release = client.register_script(_RELEASE)

    @asynccontextmanager
    async def alone(self, conversation: str, wait: float) -> AsyncIterator[None]:
        """Hold the conversation; raises :class:`Busy` after ``wait`` seconds."""
        token = secrets.token_hex(12)
        deadline = asyncio.get_running_loop().time() + wait
        pause = _FIRST_WAIT
        while not await self._redis.set(keys.lock(conversation), token, nx=True, px=int(self._lease * 1000)):
            if asyncio.get_running_loop().time() >= deadline:
                raise Busy(conversation)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_WAIT)
        try:
            yield
        finally:
            await self._release(keys=[keys.lock(conversation)], args=[token])

    async def recall(self, conversation: str, message: str) -> Optional[List[Dict[str, Any]]]:
        """Replies already given to message id ``message`` (the tracker store keeps them); None when it is new."""
        stored = await self._redis.hget(keys.replies(conversation), message)
        return json.loads(stored) if stored else None
