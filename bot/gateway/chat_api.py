"""The chat API over plain HTTP: sessions, messages, history, erasing, feedback and suggestions."""
from __future__ import annotations

import json
import secrets
from typing import Any, List

from aiohttp import web

from bot.gateway import bodies, keys
from bot.gateway.errors import ApiError, dumps
from bot.gateway.middlewares import REQUEST_ID, address
from bot.gateway.ratings import RATINGS
from bot.gateway.sessions import bearer
from bot.gateway.tokens import Session

routes = web.RouteTableDef()

LONGEST_QUERY = 100
"""Characters of ``q`` that count; the rest is ignored."""


@routes.post("/api/v1/sessions")
async def create_session(request: web.Request) -> web.Response:
    request.app[keys.LIMITER].spend("session.create", "address", address(request))
    body = bodies.SessionBody()
    if request.can_read_body:
        body = await bodies.read_as(request, bodies.SessionBody)
    request.app[keys.METRICS].sessions.inc()
    answer = {"token": request.app[keys.SESSIONS].tokens.create(), "expires_in": request.app[keys.SETTINGS].session_ttl}
    if body.visitor is not None:
        answer["greeting"] = await _greeting(request, body.visitor)
    return _json(answer, status=201)


async def _greeting(request: web.Request, given: str) -> List[Any]:
    """What has come due for a returning visitor. A conversation must begin also when nobody can say."""
    visitor = bodies.visitor(given)
    if visitor is None:
        return []
    try:
        found: List[Any] = json.loads(await request.app[keys.WORKERS].visit("greet", {"visitor": visitor}, request[REQUEST_ID]))["greeting"]
    except ApiError:
        return []
    return found


@routes.post("/api/v1/reminders")
async def remember(request: web.Request) -> web.Response:
    """Called when the citizen has agreed: the dates told in this conversation are kept under a key for this browser."""
    session = await citizen(request, "reminders")
    body = await bodies.read_as(request, bodies.VisitorBody)
    visitor = bodies.visitor(body.visitor) or secrets.token_urlsafe(24)
    kept = await request.app[keys.WORKERS].visit(
        "remember", {"conversation": session.conversation, "visitor": visitor}, request[REQUEST_ID])
    return _json({"visitor": visitor, "kept": json.loads(kept)["kept"]}, status=201)


@routes.delete("/api/v1/reminders")
async def forget(request: web.Request) -> web.Response:
    """Needs no session: the key alone opens what is kept under it, and a browser may want to be forgotten at any time."""
    request.app[keys.LIMITER].spend("reminders", "address", address(request))
    visitor = bodies.visitor((await bodies.read_as(request, bodies.VisitorBody)).visitor)
    if visitor is not None:
        await request.app[keys.WORKERS].visit("forget", {"visitor": visitor}, request[REQUEST_ID])
    return web.Response(status=204)


@routes.post("/api/v1/messages")
async def post_message(request: web.Request) -> web.Response:
    session = await citizen(request, "message")
    request.app[keys.LIMITER].spend("message", "address", address(request))
    body = bodies.message(await bodies.read_json(request), request.app[keys.SETTINGS].max_text_length)
    count = request.app[keys.METRICS].messages
    try:
        answer = await request.app[keys.WORKERS].answer(body.for_worker(session.conversation), request[REQUEST_ID])
    except ApiError as error:
        count.labels("http", error.code).inc()
        raise
    count.labels("http", "ok").inc()
    return web.Response(body=answer, content_type="application/json", charset="utf-8")


@routes.get("/api/v1/history")
async def history(request: web.Request) -> web.Response:
    session = await citizen(request, "history")
    messages = await request.app[keys.WORKERS].history(session.conversation, request[REQUEST_ID])
    return web.Response(body=messages, content_type="application/json", charset="utf-8")


@routes.delete("/api/v1/session")
async def erase(request: web.Request) -> web.Response:
    """Revoke first, so that nothing new is written, then erase. Works again with the erased token, so that a citizen
    can retry when a part was unreachable."""
    session = identify(request)
    request.app[keys.LIMITER].spend("erase", "session", session.conversation)
    await request.app[keys.SESSIONS].revoke(session)
    await request.app[keys.WORKERS].erase(session.conversation, request[REQUEST_ID])
    await request.app[keys.FEEDBACK].erase(session.conversation)
    request.app[keys.METRICS].erasures.inc()
    return web.Response(status=204)


@routes.post("/api/v1/feedback")
async def feedback(request: web.Request) -> web.Response:
    session = await citizen(request, "feedback")
    body = bodies.feedback(await bodies.read_json(request))
    await request.app[keys.FEEDBACK].thumb(session.conversation, body)
    request.app[RATINGS].thumb(session.conversation, body)
    request.app[keys.METRICS].feedback.labels(str(body.score)).inc()
    return _json({"ok": True})


@routes.post("/api/v1/rating")
async def rating(request: web.Request) -> web.Response:
    session = await citizen(request, "rating")
    body = bodies.rating(await bodies.read_json(request))
    await request.app[keys.FEEDBACK].stars(session.conversation, body)
    request.app[RATINGS].stars(session.conversation, body.stars)
    request.app[keys.METRICS].ratings.labels(str(body.stars)).inc()
    return _json({"ok": True})


@routes.post("/api/v1/kept")
async def kept(request: web.Request) -> web.Response:
    session = await citizen(request, "feedback")
    body = bodies.kept(await bodies.read_json(request))
    await request.app[keys.FEEDBACK].kept(session.conversation, body.reply)
    return _json({"ok": True})


@routes.get("/api/v1/suggest")
async def suggest(request: web.Request) -> web.Response:
    """Needs no session: it only reads public questions."""
    request.app[keys.LIMITER].spend("suggest", "address", address(request))
    typed = request.query.get("q", "")[:LONGEST_QUERY]
    return _json({"questions": request.app[keys.QUESTIONS].suggest(typed)})


def identify(request: web.Request) -> Session:
    """The session of the bearer token, erased or not; wrong tokens count against the address."""
    try:
        return request.app[keys.SESSIONS].read(bearer(request))
    except ApiError:
        request.app[keys.LIMITER].spend("auth.failure", "address", address(request))
        raise


async def citizen(request: web.Request, what: str) -> Session:
    """The live session of this request, counted against the limit named ``what``."""
    session = identify(request)
    request.app[keys.LIMITER].spend(what, "session", session.conversation)
    return await request.app[keys.SESSIONS].require(session)


def _json(value: object, status: int = 200) -> web.Response:
    return web.json_response(value, status=status, dumps=dumps)
