"""The same dialogue over other channels: a WeChat Official Account, and signed calls from servers of partners."""
from __future__ import annotations

from aiohttp import web

from bot.gateway import keys
from bot.gateway.channels import partner, wechat


def add_to(app: web.Application) -> None:
    """Routes of the channels that are configured; the others answer 404 as if they did not exist."""
    settings = app[keys.SETTINGS]
    if settings.wechat_token:
        wechat.add_to(app)
    if settings.partners:
        partner.add_to(app)
