"""The dialogue for servers of partners (a government app, the bank's counter, 12329's own system); see docs/channels.md."""
from __future__ import annotations

import re

from aiohttp import web

from bot.gateway import bodies, keys, middlewares
from bot.gateway.channels import names, signed
from bot.gateway.errors import ApiError

_USER = re.compile(r"[A-Za-z0-9_.@:-]{1,64}", re.ASCII)


class PartnerMessage(bodies.Strict, frozen=True):
    """``user``: the partner's own id of the person, without meaning to us."""

    user: str
    id: str
    text: "str | None" = None
    choice: "str | None" = None


class PartnerUser(bodies.Strict, frozen=True):
    user: str


def add_to(app: web.Application) -> None:
    app.router.add_post("/api/v1/partner/messages", message)
    app.router.add_post("/api/v1/partner/history", history)
    app.router.add_post("/api/v1/partner/erase", erase)


async def message(request: web.Request) -> web.Response:
    """One message of one person; same answer as POST /api/v1/messages."""
    partner, value = await _call(request)
    body = bodies.convert(value, PartnerMessage)
    conversation = _conversation(request, partner, body.user)
    request.app[keys.LIMITER].spend("message", "session", conversation)
    given = {"text": body.text} if body.text is not None else {}
    chosen = {"choice": body.choice} if body.choice is not None else {}
    checked = bodies.message({"id": body.id, **given, **chosen}, request.app[keys.SETTINGS].max_text_length)
    answer = await request.app[keys.WORKERS].answer(checked.for_worker(conversation), request[middlewares.REQUEST_ID])
    return web.Response(body=answer, content_type="application/json", charset="utf-8")


async def history(request: web.Request) -> web.Response:
    partner, value = await _call(request)
    conversation = _conversation(request, partner, bodies.convert(value, PartnerUser).user)
    found = await request.app[keys.WORKERS].history(conversation, request[middlewares.REQUEST_ID])
    return web.Response(body=found, content_type="application/json", charset="utf-8")


async def erase(request: web.Request) -> web.Response:
    partner, value = await _call(request)
    conversation = _conversation(request, partner, bodies.convert(value, PartnerUser).user)
    await request.app[keys.WORKERS].erase(conversation, request[middlewares.REQUEST_ID])
    await request.app[keys.FEEDBACK].erase(conversation)
    return web.Response(status=204)


async def _call(request: web.Request) -> "tuple[str, object]":
    """Who calls and what; the body is read once, so that what is checked is what is used."""
    raw = await bodies.read(request)
    try:
        partner = await signed.check(request.app[keys.REDIS], dict(request.app[keys.SETTINGS].partners), request.method, request.path_qs, request.headers, raw)
    except ApiError as error:
        if error.status == 401:
            request.app[keys.LIMITER].spend("auth.failure", "address", middlewares.address(request))
        raise
    return partner, bodies.parse_json(raw)


def _conversation(request: web.Request, partner: str, user: str) -> str:
    if not _USER.fullmatch(user):
        raise ApiError("invalid", "user 应是 1 到 64 个字母、数字或 . _ @ : - 。")
    return names.conversation(request.app[keys.SETTINGS].secret, f"partner:{partner}", user)
