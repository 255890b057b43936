"""Assembles the gateway; every part lives in its own module."""
from __future__ import annotations

import weakref

from aiohttp import web

from bot.gateway import admin, bodies, channels, chat_api, keys, middlewares, operations, pages, resources, websocket
from bot.gateway.address import Addresses, Pseudonyms
from bot.gateway.limits import RateLimiter
from bot.gateway.live import live
from bot.gateway.metrics import Metrics
from bot.gateway.origins import Origins
from bot.gateway.ratings import ratings
from bot.gateway.suggest import QuestionBank, QuestionFiles
from bot.settings import Settings


def build_app(settings: Settings) -> web.Application:
    """The application for checked settings (:func:`bot.gateway.startup.check`)."""
    app = web.Application(
        middlewares=[middlewares.observe, middlewares.errors, middlewares.unhurried, middlewares.same_origin],
        client_max_size=bodies.size_limit(settings.max_text_length))
    app[keys.SETTINGS] = settings
    app[keys.METRICS] = Metrics()
    app[keys.ORIGINS] = Origins(settings.allowed_origins)
    app[keys.LIMITER] = RateLimiter(enabled=not settings.for_tests)
    app[keys.QUESTIONS] = QuestionBank(QuestionFiles(settings.root / "data"))
    app[keys.WINDOWS] = {}
    app[keys.SOCKETS] = weakref.WeakSet()
    app[middlewares.ADDRESSES] = Addresses(settings.trusted_proxies)
    app[middlewares.PSEUDONYMS] = Pseudonyms(settings.secret)
    app.cleanup_ctx.extend([resources.redis, resources.shared_limits, resources.workers, live, ratings])
    app.on_shutdown.append(resources.close_sockets)
    app.on_response_prepare.append(middlewares.add_headers)
    for table in (chat_api.routes, websocket.routes, operations.routes, pages.routes(pages.load())):
        app.router.add_routes(table)
    channels.add_to(app)
    admin.add_to(app)
    return app
