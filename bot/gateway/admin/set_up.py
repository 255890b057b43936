"""One-time links with which a new person chooses the first password; kept as digests, good once and for three days."""
from __future__ import annotations

import hashlib
import secrets
from typing import Optional

from bot.gateway.admin.keys import PREFIX
from bot.state.client import TextClient

LIFETIME = 3 * 86_400
"""Seconds."""
PATH = "/admin/set-up/"


class SetUpLinks:
    """Makes links and tells whose they are."""

    def __init__(self, redis: TextClient) -> None:
        self._redis = redis

    async def create(self, name: str) -> str:
        """The link's token. An earlier link of the same account stays good until it is used or the account has a password."""
        token = secrets.token_urlsafe(32)
        await self._redis.set(_key(token), name, ex=LIFETIME)
        return token

    async def whose(self, token: str) -> Optional[str]:
        """The account's name, or ``None`` for a link that was used, is too old or never was."""
        return await self._redis.get(_key(token))

    async def use(self, token: str) -> bool:
        """Whether this call is the one that used the link up."""
        return bool(await self._redis.delete(_key(token)))


def _key(token: str) -> str:
    return f"{PREFIX}set-up:{hashlib.sha256(token.encode()).hexdigest()}"
