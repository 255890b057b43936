"""Who is asking: the bearer token of a request becomes a session; erased sessions stay erased until they would expire."""
from __future__ import annotations

import asyncio
import time

from aiohttp import web
from redis.exceptions import RedisError

from bot.gateway.errors import ApiError
from bot.gateway.tokens import Session, TokenError, TokenExpired, Tokens
from bot.state.client import TextClient

MOST_CHECKS = 24
"""Checks that ask Redis at the same time, first come first served; fewer than the pool's connections, whose own queue
is not fair: in a rush some would wait there until their time is over."""


class Sessions:
    """Checks tokens and remembers revoked ones in Redis under ``gjj:revoked:<conversation>``."""

    def __init__(self, tokens: Tokens, redis: TextClient) -> None:
        self.tokens = tokens
        self._redis = redis
        self._gate = asyncio.Semaphore(MOST_CHECKS)

    def read(self, token: str) -> Session:
        """Check signature and time only; raises :class:`ApiError` (401)."""
        try:
            return self.tokens.read(token)
        except TokenExpired:
            raise ApiError("session_expired") from None
        except TokenError:
            raise ApiError("unauthorized") from None

    async def require(self, session: Session) -> Session:
        """Check that the session still counts at this moment; raises :class:`ApiError` 401, or 503 without Redis.

        Never fails open: when Redis cannot be asked, an erased session must not come back to life.
        """
        if time.time() >= session.expires_at:
            raise ApiError("session_expired")
        try:
            async with self._gate:
                revoked = await self._redis.exists(_key(session))
        except (RedisError, OSError):
            raise ApiError("unavailable", retry_after=5) from None
        if revoked:
            raise ApiError("unauthorized")
        return session

    async def revoke(self, session: Session) -> None:
        """Refuse this session from now on; raises :class:`ApiError` 503 without Redis."""
        left = max(1, session.expires_at - int(time.time()) + 1)
        try:
            await self._redis.set(_key(session), "1", ex=left)
        except (RedisError, OSError):
            raise ApiError("unavailable", retry_after=5) from None


def bearer(request: web.Request) -> str:
    """The token of the Authorization header; raises :class:`ApiError` 401. Tokens in URLs are never accepted:
    they would end up in proxies' logs and in the browser's history."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ApiError("unauthorized")
    return token.strip()


def _key(session: Session) -> str:
    return f"gjj:revoked:{session.conversation}"
