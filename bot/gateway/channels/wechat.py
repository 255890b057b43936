"""A WeChat Official Account: ``/channels/wechat`` is the address to enter in its settings (服务器配置).

WeChat waits five seconds for a passive reply and then sends the message again, twice at most. The first two times the answer
is waited for and nothing is said when it comes too late; the last time the citizen is told to say 继续 for it. A message id
is processed once however often it comes (bot.state.turns), so the attempts may even reach different gateways.
"""
from __future__ import annotations

import asyncio
import time
from typing import AsyncIterator, Optional, Set

from aiohttp import web
from redis.exceptions import RedisError

from bot.gateway import bodies, keys, middlewares
from bot.gateway.channels import wechat_xml, wording
from bot.gateway.channels.pocket import Pockets
from bot.gateway.channels.wechat_crypto import Envelope, NotFromWeChat, check
from bot.gateway.channels.wechat_dialogue import Dialogue
from bot.gateway.errors import SENTENCES, ApiError
from bot.gateway.logs import LOGGER

PATH = "/channels/wechat"
ATTEMPTS = 3
IN_TIME = 4.3
"""Seconds until a reply must be on its way."""
TOO_LATE = 5.5
FRESH = 600
"""Seconds that clocks may differ, and that a message of WeChat may be repeated by somebody who overheard it."""

DIALOGUE = web.AppKey("wechat", Dialogue)
ENVELOPE: web.AppKey[Optional[Envelope]] = web.AppKey("wechat_envelope")
ANSWERS = web.AppKey("wechat_answers", Set["asyncio.Task[str]"])


def add_to(app: web.Application) -> None:
    settings = app[keys.SETTINGS]
    app[ENVELOPE] = Envelope(settings.wechat_aes_key, settings.wechat_app_id) if settings.wechat_aes_key else None
    app[ANSWERS] = set()
    words = wording.load(settings.root / "data")

    async def dialogue(app: web.Application) -> AsyncIterator[None]:
        app[DIALOGUE] = Dialogue(settings.secret, app[keys.WORKERS], Pockets(app[keys.REDIS], settings.conversation_ttl),
                                 app[keys.FEEDBACK], app[keys.LIMITER], words, settings.max_text_length)
        yield
        for task in app[ANSWERS]:
            task.cancel()

    app.cleanup_ctx.append(dialogue)
    app.router.add_get(PATH, verify)
    app.router.add_post(PATH, receive)


async def verify(request: web.Request) -> web.Response:
    """WeChat asks once whether the address is ours."""
    _check(request, request.query.get("signature", ""))
    return web.Response(text=request.query.get("echostr", "")[:128])


async def receive(request: web.Request) -> web.Response:
    """A message or event, answered in the same response."""
    raw = await bodies.read(request)
    envelope = request.app[ENVELOPE]
    try:
        if envelope is not None:
            inside = wechat_xml.fields(raw).get("Encrypt", "")
            _check(request, request.query.get("msg_signature", ""), inside)
            raw = envelope.open(inside)
        else:
            _check(request, request.query.get("signature", ""))
        got = wechat_xml.received(raw)
    except NotFromWeChat:
        raise _refusal(request) from None
    except wechat_xml.BadXml:
        raise ApiError("bad_request") from None
    text = await _in_time(request, got)
    if text is None:
        return web.Response(status=503)
    if not text:
        return web.Response(text="success")
    answer = wechat_xml.reply(got, text)
    if envelope is not None:
        answer = wechat_xml.sealed(envelope, request.app[keys.SETTINGS].wechat_token, answer, request.query["timestamp"], request.query["nonce"])
    return web.Response(body=answer, content_type="text/xml", charset="utf-8")


async def _in_time(request: web.Request, got: wechat_xml.Received) -> Optional[str]:
    """What to say now; None when WeChat shall send the message again."""
    app, dialogue = request.app, request.app[DIALOGUE]
    try:
        times = await dialogue.pockets.times(dialogue.conversation(got), dialogue.ident(got))
        task = asyncio.create_task(dialogue.answer(got, request[middlewares.REQUEST_ID]))
        app[ANSWERS].add(task)  # goes on when this call is over: the worker's answer is kept under the message's id
        task.add_done_callback(app[ANSWERS].discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        done, _ = await asyncio.wait({task}, timeout=IN_TIME)
        if done:
            return task.result()
        if times >= ATTEMPTS:
            return await dialogue.keep_waiting(got)
        await asyncio.sleep(TOO_LATE - IN_TIME)
        return None
    except RedisError as error:
        LOGGER.warning("wechat", extra={"request_id": request[middlewares.REQUEST_ID], "reason": type(error).__name__})
        return SENTENCES["unavailable"][1]


def _check(request: web.Request, given: str, *more: str) -> None:
    """Raises :class:`ApiError` 403 for everything that WeChat did not sign, or not lately."""
    timestamp, nonce = request.query.get("timestamp", ""), request.query.get("nonce", "")
    try:
        check(given, request.app[keys.SETTINGS].wechat_token, timestamp, nonce, *more)
        if abs(time.time() - int(timestamp)) > FRESH:
            raise NotFromWeChat("time")
    except ValueError:
        raise _refusal(request) from None


def _refusal(request: web.Request) -> ApiError:
    # Attack: guessing the token. Wrong signatures count against the address that tries them.
    request.app[keys.LIMITER].spend("auth.failure", "address", middlewares.address(request))
    return ApiError("forbidden")
