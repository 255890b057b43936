"""The worker's private HTTP API on a Unix socket or, with a shared secret, in a private network (docs/operations.md lists
the routes). Its health is told elsewhere (:mod:`bot.worker.health`)."""
from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
import time
from typing import Any, AsyncIterator, Dict, Optional, Tuple

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from bot import tracing
from bot.quiet import place
from bot.settings import Settings
from bot.state.client import RedisError
from bot.state.turns import Busy
from bot.training.releases import ReleaseError, Releases

from . import heap, stages
from .assistant import Assistant
from .attention import Keeper
from .counter import Closing, Counter
from .desk import ServiceDesk
from .incoming import Incoming, UnknownChoice
from .logs import REQUEST
from .staff_api import DESK, routes as staff_routes
from .try_out import TRIALS, Trials, routes as try_routes
from .visits import VISITS, Visits, routes as visit_routes

logger = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
ASSISTANT = web.AppKey("assistant", Assistant)
COUNTER = web.AppKey("counter", Counter)


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """JSON body of ``POST /v1/messages``."""

    conversation: str
    id: str
    text: Optional[str] = None
    choice: Optional[str] = None


def build(settings: Settings, private: bool = False) -> web.Application:
    """Assemble the application; the model is loaded while it starts. ``private``: only who shows the secret is served."""
    middlewares = [observe, errors, *([bearer(settings.worker_secret)] if private else [])]
    app = web.Application(middlewares=middlewares, client_max_size=64 * 1024)
    app[COUNTER] = Counter()
    app.cleanup_ctx.append(lambda app: assistant(app, settings))
    app.router.add_post("/v1/messages", post_message)
    app.router.add_get("/v1/history", get_history)
    app.router.add_delete("/v1/conversations/{conversation}", delete_conversation)
    app.router.add_routes(visit_routes)
    app.router.add_routes(staff_routes)
    app.router.add_routes(try_routes)
    return app


async def assistant(app: web.Application, settings: Settings) -> AsyncIterator[None]:
    """Open the assistant with the application and close it with it."""
    app[ASSISTANT] = opened = Assistant(settings)
    await opened.load()
    heap.settle()
    app[VISITS] = Visits(opened.store)
    app[DESK] = desk = ServiceDesk(settings, opened.store)
    app[TRIALS] = trials = Trials(opened, Releases(settings.releases_dir))
    follower = asyncio.create_task(opened.follow_releases())
    keeper = Keeper(settings, opened.store.redis)
    keeping = asyncio.create_task(keeper.keep())
    yield
    follower.cancel()
    keeping.cancel()
    await keeper.close()
    desk.close()
    trials.close()
    await opened.close()


class InvalidRequest(ValueError):
    """The request itself is wrong; a ValueError from anywhere else is a mistake of ours."""


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Everything logged from here on, by actions too, carries the gateway's request id, and every span belongs to the gateway's;
    one line tells how long it took."""
    sent = request.headers.get("X-Request-ID", "")
    REQUEST.set(sent if _REQUEST_ID.fullmatch(sent) else "")
    found, started, status = stages.begin(), time.perf_counter(), 500
    route = _route(request)
    about = {tracing.REQUEST_ID: REQUEST.get(), "http.request.method": request.method, "http.route": route}
    try:
        with tracing.serving(f"{request.method} {route}", request.headers, about) as span:
            try:
                response = await handler(request)
                status = response.status
            except web.HTTPException as refusal:
                status = refusal.status
                raise
            finally:
                span.set("http.response.status_code", status)
                if status >= 500:
                    span.failed(str(status))
        if found and not response.prepared:
            response.headers["Server-Timing"] = stages.header(found)
        return response
    finally:
        milliseconds = {name: round(seconds * 1000, 1) for name, seconds in found.items()}
        logger.info("request", extra={
            "status": status, "ms": round((time.perf_counter() - started) * 1000, 1), **({"stages": milliseconds} if found else {})})


def _route(request: web.Request) -> str:
    """The route's pattern; never the path, which holds conversations."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unmatched"


def bearer(secret: bytes) -> Any:
    """Attack: reading conversations from another machine of the same network. Only the gateways know the secret."""
    expected = b"Bearer " + secret

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not secret or not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
            return failure(401, "unauthorized", "没有出示对话进程的密钥（GJJ_WORKER_SECRET）。")
        return await handler(request)

    return check


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure becomes a status, a code and a kind sentence; details go to the log with the request id."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 – the border of the process
        return failure(*explain(request, error))


def explain(request: web.Request, error: Exception) -> Tuple[int, str, str]:
    """Status, code and sentence for ``error``; what the operator must know is logged, never the message itself."""
    if isinstance(error, UnknownChoice):
        return 422, "unknown_choice", "这个按钮已经过期了，请直接打字问我。"
    if isinstance(error, InvalidRequest):
        return 422, "invalid", "消息的格式不对，请重新发一次。"
    if isinstance(error, Closing):
        return 503, "draining", "系统正在交接，请过几秒再发一次。"  # the gateway asks another worker; a citizen never sees it
    if isinstance(error, Busy):
        return 503, "busy", "上一句还在处理，请稍等几秒再发。"
    logger.error("request %s %s: %s", REQUEST.get() or "-", _route(request), place(error))
    if isinstance(error, (asyncio.TimeoutError, TimeoutError)):
        return 504, "timeout", "这句话处理得太久了，请再发一次；急的话请打12329。"
    if isinstance(error, (RedisError, OSError, ReleaseError)):
        return 503, "unavailable", "系统正在恢复，请过几秒再发一次；急的话请打12329。"
    return 503, "unavailable", "刚才出了点小状况，请再发一次；急的话请打12329。"


def failure(status: int, code: str, message: str) -> web.Response:
    return respond(error_body(code, message), status)


def error_body(code: str, message: str) -> Dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def respond(data: Dict[str, Any], status: int = 200) -> web.Response:
    return web.json_response(data, status=status, dumps=lambda d: json.dumps(d, ensure_ascii=False))


async def post_message(request: web.Request) -> web.StreamResponse:
    incoming = _incoming(await request.read())
    with request.app[COUNTER].serving():
        return await _answer(request, incoming)


async def _answer(request: web.Request, incoming: Incoming) -> web.StreamResponse:
    if "application/x-ndjson" not in request.headers.get("Accept", ""):
        return respond({"id": incoming.id, "replies": await request.app[DESK].answer(request.app[ASSISTANT], incoming)})
    stream = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})

    async def write(line: Dict[str, Any]) -> None:
        try:
            # The status line waits for the first reply, so a failure before it still has its own status.
            if not stream.prepared:
                await stream.prepare(request)
            await stream.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        except ConnectionResetError:
            pass  # nobody listens any more; the turn is finished and kept all the same

    try:
        await request.app[DESK].answer(request.app[ASSISTANT], incoming, lambda reply: write({"reply": reply}))
    except Exception as error:
        if not stream.prepared:
            raise
        _, code, sentence = explain(request, error)
        await write(error_body(code, sentence))
        return stream
    await write({"done": True, "stages": {name: round(seconds, 4) for name, seconds in stages.current().items()}})
    return stream


def _incoming(raw: bytes) -> Incoming:
    try:
        body = msgspec.json.decode(raw, type=Body)
    except msgspec.DecodeError as error:
        raise InvalidRequest from error
    if (body.text is None) == (body.choice is None) or not body.conversation or not body.id:
        raise InvalidRequest("exactly one of text and choice")
    return Incoming(body.conversation, body.id, body.text, body.choice)


async def get_history(request: web.Request) -> web.Response:
    if not request.query.get("conversation"):
        raise InvalidRequest("conversation")
    return respond({"messages": await request.app[ASSISTANT].history(request.query["conversation"])})


async def delete_conversation(request: web.Request) -> web.Response:
    await request.app[ASSISTANT].erase(request.match_info["conversation"])
    await request.app[DESK].erase(request.match_info["conversation"])
    return web.Response(status=204)

