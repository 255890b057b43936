"""Everything the application opens, each with its own ``cleanup_ctx`` that also closes it."""
from __future__ import annotations

from typing import AsyncIterator

from aiohttp import WSCloseCode, web
from redis.asyncio import BlockingConnectionPool, Redis

from bot.gateway import keys
from bot.gateway.feedback import FeedbackStore
from bot.gateway.sessions import Sessions
from bot.gateway.tokens import Tokens
from bot.gateway.workers import Workers
from bot.state.masking import mask

MOST_REDIS_CONNECTIONS = 32
"""In a rush, questions to Redis wait for a free connection; the ordinary pool would fail at its hundredth."""


async def redis(app: web.Application) -> AsyncIterator[None]:
    """The connection pool, and what is kept in Redis. Connecting happens at first use, so Redis may start later."""
    settings = app[keys.SETTINGS]
    client = Redis(connection_pool=BlockingConnectionPool.from_url(
        settings.redis_url, decode_responses=True, max_connections=MOST_REDIS_CONNECTIONS, timeout=settings.redis_timeout,
        socket_timeout=settings.redis_timeout, socket_connect_timeout=settings.redis_timeout, health_check_interval=30))
    app[keys.REDIS] = client
    app[keys.SESSIONS] = Sessions(Tokens(settings.secret, settings.session_ttl), client)
    app[keys.FEEDBACK] = FeedbackStore(client, mask, settings.conversation_ttl)
    yield
    await client.aclose()
    await client.connection_pool.disconnect()


async def workers(app: web.Application) -> AsyncIterator[None]:
    settings = app[keys.SETTINGS]
    app[keys.WORKERS] = Workers(settings.worker_sockets, settings.message_timeout, app[keys.METRICS])
    yield
    await app[keys.WORKERS].close()


async def close_sockets(app: web.Application) -> None:
    """On shutdown, tell open chat windows that we leave, so that they reconnect instead of waiting."""
    for socket in set(app[keys.SOCKETS]):
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart")

