"""Everything the application opens, each with its own ``cleanup_ctx`` that also closes it."""
from __future__ import annotations

import asyncio
from typing import AsyncIterator

from aiohttp import WSCloseCode, web

from bot.gateway import keys
from bot.gateway.feedback import FeedbackStore
from bot.gateway.sessions import Sessions
from bot.gateway.shared_limits import SharedLimits
from bot.gateway.tokens import Tokens
from bot.gateway.workers import Workers
from bot.state.client import close, connect
from bot.state.masking import mask

MOST_REDIS_CONNECTIONS = 32
"""In a rush, questions to Redis wait for a free connection; the ordinary pool would fail at its hundredth."""


async def redis(app: web.Application) -> AsyncIterator[None]:
    """The connection pool, and what is kept in Redis. Connecting happens at first use, so Redis may start later."""
    settings = app[keys.SETTINGS]
    client = connect(settings.redis_url, settings.redis_timeout, decode=True, most=MOST_REDIS_CONNECTIONS)
    app[keys.REDIS] = client
    app[keys.SESSIONS] = Sessions(Tokens(settings.secret, settings.session_ttl, previous=settings.previous_secrets), client)
    app[keys.FEEDBACK] = FeedbackStore(client, mask, settings.conversation_ttl)
    yield
    await close(client)


async def workers(app: web.Application) -> AsyncIterator[None]:
    settings = app[keys.SETTINGS]
    app[keys.WORKERS] = Workers(settings.worker_sockets, settings.message_timeout, app[keys.METRICS], settings.worker_secret)
    await app[keys.WORKERS].open()
    yield
    await app[keys.WORKERS].close()


async def shared_limits(app: web.Application) -> AsyncIterator[None]:
    """Meets the other gateways, if there are any, as long as limits count at all."""
    if not app[keys.LIMITER].enabled:
        yield
        return
    sharing = asyncio.create_task(SharedLimits(app[keys.LIMITER], app[keys.REDIS], app[keys.SETTINGS].secret).run())
    yield
    sharing.cancel()
    await asyncio.gather(sharing, return_exceptions=True)


async def close_sockets(app: web.Application) -> None:
    """On shutdown, tell open chat windows that we leave, so that they reconnect instead of waiting."""
    sockets = app[keys.SOCKETS]
    for socket in set(sockets):
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart")

