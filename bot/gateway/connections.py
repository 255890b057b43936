"""Open connections: how many there may be, how long they may keep silent, and who gives way when there are too many.

aiohttp bounds what a request holds, not how many sockets somebody opens. Attack: thousands of connections that say
nothing, or one letter a minute, until no file descriptor is left for citizens.
"""
from __future__ import annotations

import asyncio
import resource
import socket
from collections import Counter, OrderedDict
from typing import Any, Awaitable, Callable, Optional, Tuple, cast

from aiohttp import HttpVersion11, StreamReader, web
from aiohttp.web_protocol import RequestHandler

from bot.gateway.address import counted
from bot.gateway.errors import ApiError
from bot.gateway.logs import ACCESS, LOGGER
from bot.gateway.metrics import Metrics
from bot.gateway.middlewares import refusal_outside_the_application

MOST = 16_384
MOST_PER_ADDRESS = 1_000
"""A whole service hall may share one address; each window holds one or two connections."""
KEPT_FREE = 1_280
"""File descriptors that connections never take: Redis, workers, files, and those being closed (at most a backlog)."""
FIRST_REQUEST_SECONDS = 10.0
"""From opening a connection to the end of its first request's headers."""
KEEPALIVE_SECONDS = 75.0
"""From one answer to the end of the next request's headers; longer than a proxy keeps its own connections (nginx: 60)."""
BODY_SECONDS = 60.0
"""For a whole body, uploads in the console included; the chat's own limit is shorter (bodies.READ_SECONDS)."""
UNREAD_SECONDS = 30
"""A client that takes nothing of an answer for so long is cut off by the kernel."""
LINGER_SECONDS = 2.0
"""For the rest of a body that nobody reads, such as one that is too large."""
LowHandler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
"""What aiohttp's server calls; routes and middlewares come behind it."""

SINGLE = ("Authorization", "Content-Type", "Cookie", "Origin", "X-CSRF-Token", "X-Forwarded-Proto", "X-Request-ID")
"""Headers that count once or not at all; aiohttp itself sees to Host, Content-Length and Transfer-Encoding."""


class Connections:
    """Counts connections. ``exempt`` says which addresses stand for many clients (trusted proxies, this machine)."""

    def __init__(self, metrics: Metrics, exempt: Callable[[str], bool], most: int = MOST, most_per_address: int = MOST_PER_ADDRESS) -> None:
        self._metrics = metrics
        self._exempt = exempt
        self._most = most
        self._most_per_address = most_per_address
        self._open = 0
        self._by_address: "Counter[str]" = Counter()
        self._idle: "OrderedDict[Connection, None]" = OrderedDict()

    def __len__(self) -> int:
        return self._open

    def enter(self, connection: "Connection", address: str) -> bool:
        """Count a new connection; False when there is no place for it. When all places are taken, the connection that
        has been waiting longest for a request gives way: citizens in conversation (WebSockets, requests) never do."""
        if self._by_address[address] >= self._most_per_address and not self._exempt(address):
            self._metrics.connections_refused.labels("address").inc()
            return False
        if self._open >= self._most:
            if not self._idle:
                self._metrics.connections_refused.labels("full").inc()
                return False
            self._metrics.connections_refused.labels("idle").inc()
            self._idle.popitem(last=False)[0].force_close()
        self._open += 1
        self._by_address[address] += 1
        self._idle[connection] = None
        self._metrics.connections.set(self._open)
        return True

    def leave(self, connection: "Connection", address: str) -> None:
        self._idle.pop(connection, None)
        self._open -= 1
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]
        self._metrics.connections.set(self._open)

    def busy(self, connection: "Connection") -> None:
        self._idle.pop(connection, None)

    def idle(self, connection: "Connection") -> None:
        self._idle[connection] = None


class Connection(RequestHandler):
    """One connection of :class:`Connections`."""

    def __init__(self, connections: Connections, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._connections = connections
        self._address: Optional[str] = None
        self._first = self._loop.call_later(FIRST_REQUEST_SECONDS, self._close_if_silent)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        wire = cast(asyncio.Transport, transport)
        address = counted(str((wire.get_extra_info("peername") or ("unknown",))[0]))
        if not self._connections.enter(self, address):
            self._force_close = True
            wire.abort()
            return
        self._address = address
        wire.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)

    def connection_lost(self, error: Optional[BaseException]) -> None:
        self._first.cancel()
        if self._address is not None:
            self._connections.leave(self, self._address)
            self._address = None
        super().connection_lost(error)

    async def _handle_request(
            self, request: web.BaseRequest, start_time: Optional[float], request_handler: LowHandler,
    ) -> Tuple[web.StreamResponse, bool]:
        self._connections.busy(self)
        patience = self._loop.call_later(BODY_SECONDS, self._close_if_unfinished, request.content)
        try:
            if request_handler == self._request_handler and _is_dubious(request):  # else the parser has refused it already
                request_handler = _refuse
            return await super()._handle_request(request, start_time, request_handler)
        finally:
            patience.cancel()
            if self._address is not None:
                self._connections.idle(self)

    def handle_error(
            self, request: web.BaseRequest, status: int = 500, exc: Optional[BaseException] = None, message: Optional[str] = None,
    ) -> web.StreamResponse:
        """A request that is no HTTP. Attack: reading parser messages, or having what was sent reflected in a page."""
        ACCESS.info("request", extra={"route": "malformed", "status": status, "code": type(exc).__name__})
        if status >= 500:
            LOGGER.error("unhandled", exc_info=exc, extra={"route": "malformed"})
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun")
        return refusal_outside_the_application(ApiError("bad_request" if status < 500 else "internal"))

    def _close_if_silent(self) -> None:
        if not self._request_count:
            self.force_close()

    def _close_if_unfinished(self, body: StreamReader) -> None:
        if not body.is_eof() and not body.at_eof():
            self.force_close()


class Server(web.Server):
    """Makes :class:`Connection` objects. Bodies are never unpacked (attack: decompression bombs)."""

    def __init__(self, connections: Connections, handler: LowHandler, request_factory: Callable[..., web.BaseRequest]) -> None:
        super().__init__(handler, request_factory=request_factory, access_log=None, keepalive_timeout=KEEPALIVE_SECONDS,
                         lingering_time=LINGER_SECONDS, auto_decompress=False)
        self._connections_guard = connections

    def __call__(self) -> Connection:
        return Connection(self._connections_guard, self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Runs the application on guarded connections."""

    __slots__ = ("_guard",)

    def __init__(self, app: web.Application, connections: Connections, **options: Any) -> None:
        super().__init__(app, **options)
        self._guard = connections

    async def _make_server(self) -> Server:
        plain = await super()._make_server()
        return Server(self._guard, plain.request_handler, plain.request_factory)


def _is_dubious(request: web.BaseRequest) -> bool:
    """Attacks: request smuggling with chunks in HTTP/1.0, which a proxy of that time would frame otherwise; a header given
    twice, of which a proxy checks one and we read the other; an Expect that nobody defined, which aiohttp would quote."""
    if request.version < HttpVersion11 and "Transfer-Encoding" in request.headers:
        return True
    if any(len(request.headers.getall(name, ())) > 1 for name in SINGLE):
        return True
    return "Expect" in request.headers and request.headers["Expect"].lower() != "100-continue"


async def _refuse(request: web.BaseRequest) -> web.StreamResponse:
    return refusal_outside_the_application(ApiError("bad_request"))


def places() -> int:
    """How many connections this process can hold, after asking the system for as many file descriptors as it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + KEPT_FREE
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max(64, min(MOST, soft - KEPT_FREE) if soft != resource.RLIM_INFINITY else MOST)
