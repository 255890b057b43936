"""The chat API over a WebSocket: token in the first frame, then one message at a time, replies as they come."""
from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import Any, Dict, Optional

from aiohttp import WSMsgType, web

from bot import tracing
from bot.gateway import bodies, keys
from bot.gateway.errors import ApiError, dumps
from bot.gateway.logs import LOGGER
from bot.gateway.middlewares import REQUEST_ID, address
from bot.gateway.tokens import Session

routes = web.RouteTableDef()

HEARTBEAT_SECONDS = 25.0
TOKEN_SECONDS = 10.0
"""Attack: opening many connections and never saying who one is."""
MOST_WAITING = 8
"""Messages one connection may send ahead while the first is being answered."""
MOST_WINDOWS = 20
"""Open connections of one conversation (tabs, and those a lost network left behind); a further one ends the oldest."""
CLOSE_UNAUTHORIZED = 4401
CLOSE_REPLACED = 4409


@routes.get("/api/v1/ws")
async def chat(request: web.Request) -> web.StreamResponse:
    # Attack: cross-site WebSocket hijacking. Browsers let any page open a WebSocket to any host, and no preflight
    # protects it, so a foreign page is refused by its Origin before the handshake.
    request.app[keys.ORIGINS].check(request)
    request.app[keys.LIMITER].spend("ws.open", "address", address(request))
    # compress: 300 kB of memory for each of thousands of connections, and a way to send bombs, for frames this short.
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_SECONDS, max_msg_size=bodies.size_limit(request.app[keys.SETTINGS].max_text_length), compress=False)
    await socket.prepare(request)
    request.app[keys.SOCKETS].add(socket)
    request.app[keys.METRICS].websockets.inc()
    try:
        await _Connection(request, socket).run()
    finally:
        request.app[keys.METRICS].websockets.dec()
    return socket


class _Connection:
    """One open chat window. Reading goes on while a message is answered, so that heartbeats are heard."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._app = request.app
        self._request_id = request[REQUEST_ID]
        self._address = address(request)
        self._socket = socket
        self._waiting: "asyncio.Queue[bodies.MessageBody]" = asyncio.Queue(MOST_WAITING)

    async def run(self) -> None:
        session = await self._first_frame()
        if session is None:
            return
        windows = self._app[keys.WINDOWS].setdefault(session.conversation, [])
        windows.append(self._socket)
        answering = asyncio.create_task(self._answer_all(session))
        try:
            if len(windows) > MOST_WINDOWS:
                await windows.pop(0).close(code=CLOSE_REPLACED, message=b"replaced")
            await self._read_all(session)
        finally:
            if self._socket in windows:
                windows.remove(self._socket)
            if not windows:
                self._app[keys.WINDOWS].pop(session.conversation, None)
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)

    async def _first_frame(self) -> Optional[Session]:
        sessions = self._app[keys.SESSIONS]
        try:
            async with asyncio.timeout(TOKEN_SECONDS):
                frame = await self._socket.receive()
            if frame.type is not WSMsgType.TEXT:
                raise ApiError("unauthorized")
            value = bodies.parse_json(frame.data)
            if not isinstance(value, dict) or set(value) != {"token"} or not isinstance(value["token"], str):
                raise ApiError("unauthorized")
            return await sessions.require(sessions.read(value["token"]))
        except TimeoutError:
            await self._refuse(ApiError("unauthorized"))
        except ApiError as error:
            await self._refuse(error)
        return None

    async def _read_all(self, session: Session) -> None:
        """Check and queue frames until the client leaves or the session ends."""
        while True:
            try:
                async with asyncio.timeout(max(0.0, session.expires_at - time.time())):
                    frame = await self._socket.receive()
            except TimeoutError:
                await self._refuse(ApiError("session_expired"))
                return
            if frame.type is WSMsgType.BINARY:
                await self._error(ApiError("bad_json"), None)
            elif frame.type is WSMsgType.TEXT:
                await self._accept(frame.data, session)
            else:
                return  # closed, or an over-long frame (aiohttp has closed with 1009)

    async def _accept(self, raw: str, session: Session) -> None:
        identifier = None
        try:
            value = bodies.parse_json(raw)
            if isinstance(value, dict) and isinstance(value.get("id"), str) and len(value["id"]) <= 64:
                identifier = value["id"] if value["id"].isascii() else None
            limiter = self._app[keys.LIMITER]
            limiter.spend("message", "session", session.conversation)
            limiter.spend("message", "address", self._address)
            body = bodies.message(value, self._app[keys.SETTINGS].max_text_length)
            try:
                self._waiting.put_nowait(body)
            except asyncio.QueueFull:
                raise ApiError("rate_limited", retry_after=5) from None
        except ApiError as error:
            await self._error(error, identifier)

    async def _answer_all(self, session: Session) -> None:
        while True:
            body = await self._waiting.get()
            count = self._app[keys.METRICS].messages
            try:
                await self._followed(body, session)
                count.labels("ws", "ok").inc()
            except ApiError as error:
                count.labels("ws", error.code).inc()
                if error.status == 401:
                    await self._refuse(error)
                    return
                await self._error(error, body.id)
            except ConnectionError:
                return  # the client left; the worker keeps the replies for when the same id comes again
            except Exception:  # noqa: BLE001
                LOGGER.error("unhandled", exc_info=True, extra={"request_id": self._request_id, "route": "/api/v1/ws"})
                count.labels("ws", "internal").inc()
                await self._error(ApiError("internal"), body.id)

    async def _followed(self, body: bodies.MessageBody, session: Session) -> None:
        """:meth:`_answer` as a trace of its own."""
        with tracing.serving("message", attributes={tracing.REQUEST_ID: self._request_id, "http.route": "/api/v1/ws"}) as span:
            try:
                await self._answer(body, session)
            except ApiError as error:
                if error.status >= 500:
                    span.failed(error.code)
                raise

    async def _answer(self, body: bodies.MessageBody, session: Session) -> None:
        await self._app[keys.SESSIONS].require(session)  # erased in another window meanwhile?
        await self._send({"type": "typing"})
        stream = self._app[keys.WORKERS].stream(body.for_worker(session.conversation), self._request_id)
        async with aclosing(stream) as replies:  # a client that left must not keep its place in the queue
            async for reply in replies:
                await self._send({"type": "reply", "id": body.id, "reply": reply})
        await self._send({"type": "done", "id": body.id})

    async def _send(self, frame: Dict[str, Any]) -> None:
        await self._socket.send_str(dumps(frame))

    async def _error(self, error: ApiError, identifier: Optional[str]) -> None:
        frame: Dict[str, Any] = {"type": "error", "error": error.body(self._request_id)}
        if identifier is not None:
            frame["id"] = identifier
        if error.retry_after is not None:
            frame["retry_after"] = error.retry_after
        if not self._socket.closed:
            await self._send(frame)

    async def _refuse(self, error: ApiError) -> None:
        """Say why, then close; the page then starts a new session."""
        await self._error(error, None)
        await self._socket.close(code=CLOSE_UNAUTHORIZED if error.status == 401 else 1013, message=error.code.encode())
