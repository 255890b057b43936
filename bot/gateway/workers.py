"""Calls to the private workers over their Unix sockets.

Every message goes to the least busy healthy worker. When that worker dies, leaves or cannot answer, the message is sent
again, to another one if there is one, as long as the citizen can be expected to wait. That is safe at any moment: a message
id is processed exactly once (:mod:`bot.state.turns`), and the replies kept under it are given again.
"""
from __future__ import annotations

import asyncio
import hashlib
import json
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from typing import AsyncGenerator, AsyncIterator, Callable, Dict, Optional, Sequence, Set, TypeVar

import aiohttp

from bot.gateway.attempts import CONNECT_SECONDS, Again, attempt, read
from bot.gateway.metrics import Metrics
from bot.gateway.queue import Queue, Served

PATIENCE_SECONDS = 10.0
"""How long a message is tried again; then the citizen is told, and the page sends the same id again later."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
MOST_CONNECTIONS = 64
"""Open connections per worker, messages, histories and probes together."""
PROBE_SECONDS = 2.0
PROBE_EVERY = 1.0
GRACE_SECONDS = 1.0
"""Added to the worker's own time limit, so that its kinder answer arrives before the gateway gives up."""


class Worker(Served):
    """One worker process. ``name`` is its place in the list, for logs and metrics."""

    def __init__(self, name: str, socket: str, timeout: aiohttp.ClientTimeout) -> None:
        super().__init__()
        self.name = name
        self.socket = socket
        self.session = aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(socket, limit=MOST_CONNECTIONS), timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())

    async def probe(self) -> bool:
        """Whether it says that it can answer."""
        try:
            limit = aiohttp.ClientTimeout(total=PROBE_SECONDS)
            async with self.session.get("http://worker/readyz", timeout=limit) as response:
                return response.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False


T = TypeVar("T")
Ask = Callable[[Worker], AsyncGenerator[T, None]]
"""One call to one worker, as an iterator over what it answers."""


class Workers:
    """All workers. ``timeout`` is seconds a citizen waits for one message."""

    def __init__(self, sockets: Sequence[str], timeout: float, metrics: Metrics) -> None:
        self._patience = min(PATIENCE_SECONDS, timeout)
        self._metrics = metrics
        limit = aiohttp.ClientTimeout(total=timeout + GRACE_SECONDS, sock_connect=CONNECT_SECONDS)
        self._workers = [Worker(str(number), socket, limit) for number, socket in enumerate(sockets, 1)]
        self._queue: "Queue[Worker]" = Queue(self._workers, timeout / 2, metrics.in_flight.set)
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        self._watching.cancel()
        with suppress(asyncio.CancelledError):
            await self._watching
        for worker in self._workers:
            await worker.session.close()

    async def answer(self, body: dict, request_id: str) -> bytes:
        """The worker's JSON answer to one message, unchanged; raises :class:`ApiError`."""
        async def ask(worker: Worker) -> AsyncGenerator[bytes, None]:
            async with self._call(worker, "POST", "/v1/messages", request_id, json=body) as response:
                raw = await read(response)
                json.loads(raw)  # half an answer is none
                yield raw

        async with self._queue.line(body["conversation"]):
            return await self._one(ask, body["conversation"])

    async def stream(self, body: dict, request_id: str) -> AsyncGenerator[dict, None]:
        """Replies to one message, each as soon as it is ready, none twice; raises :class:`ApiError`."""
        given: Set[str] = set()

        async def ask(worker: Worker) -> AsyncGenerator[dict, None]:
            headers = {"Accept": "application/x-ndjson"}
            async with self._call(worker, "POST", "/v1/messages", request_id, json=body, headers=headers) as response:
                async for reply in _replies(response):
                    if reply["id"] not in given:  # an earlier attempt may have been cut off behind it
                        given.add(reply["id"])
                        yield reply

        async with self._queue.line(body["conversation"]), aclosing(self._tries(ask, body["conversation"])) as replies:
            async for reply in replies:
                yield reply

    async def history(self, conversation: str, request_id: str) -> bytes:
        async def ask(worker: Worker) -> AsyncGenerator[bytes, None]:
            parameters = {"conversation": conversation}
            async with self._call(worker, "GET", "/v1/history", request_id, params=parameters) as response:
                yield await read(response)

        return await self._one(ask, conversation)

    async def erase(self, conversation: str, request_id: str) -> None:
        async def ask(worker: Worker) -> AsyncGenerator[bytes, None]:
            async with self._call(worker, "DELETE", f"/v1/conversations/{conversation}", request_id):
                yield b""

        await self._one(ask, conversation)

    async def visit(self, step: str, body: dict, request_id: str) -> bytes:
        """``remember``, ``greet`` or ``forget`` a visitor; raises :class:`ApiError`."""
        async def ask(worker: Worker) -> AsyncGenerator[bytes, None]:
            async with self._call(worker, "POST", f"/v1/visits/{step}", request_id, json=body) as response:
                yield await read(response)

        return await self._one(ask, body["visitor"])

    async def staff(self, method: str, path: str, request_id: str, body: Optional[dict] = None) -> bytes:
        """A call of the staff desk (bot/worker/staff_api.py); ``path`` begins behind ``/v1``. Raises :class:`ApiError`."""
        async def ask(worker: Worker) -> AsyncGenerator[bytes, None]:
            async with self._call(worker, method, f"/v1{path}", request_id, **({"json": body} if body is not None else {})) as response:
                yield await read(response)

        return await self._one(ask, path)

    async def ready(self) -> bool:
        """Whether at least one worker says it can answer."""
        return any(await asyncio.gather(*(worker.probe() for worker in self._workers)))

    async def _one(self, ask: "Ask[T]", conversation: str) -> T:
        async with aclosing(self._tries(ask, conversation)) as items:
            async for item in items:
                return item
        raise AssertionError("a call yields or raises")

    async def _tries(self, ask: "Ask[T]", conversation: str) -> "AsyncGenerator[T, None]":
        """What ``ask`` yields, asked of one worker after another until it does not raise :class:`Again`."""
        clock = asyncio.get_running_loop().time
        deadline, pause = clock() + self._patience, FIRST_PAUSE
        tried: Set[Worker] = set()
        while True:
            try:
                async with self._queue.place(_preference(conversation), tried) as worker, aclosing(ask(worker)) as items:
                    async for item in items:
                        yield item
                return
            except Again as failure:
                self._metrics.worker_failures.labels(worker.name, failure.reason).inc()
                worker.healthy = worker.healthy and not failure.worker_is_gone
                tried.add(worker)
                if len(tried) == len(self._workers):  # all of them: now only time can help
                    if clock() + pause > deadline:
                        raise failure.error from None
                    tried.clear()
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)

    def _call(
            self, worker: Worker, method: str, path: str, request_id: str, headers: Optional[Dict[str, str]] = None, **request,
    ) -> "AbstractAsyncContextManager[aiohttp.ClientResponse]":
        headers = {"X-Request-ID": request_id, **(headers or {})}
        return attempt(worker.session.request(method, "http://worker" + path, headers=headers, **request))

    async def _watch(self) -> None:
        """Keep ``healthy`` true to the facts."""
        while True:
            for worker, healthy in zip(self._workers, await asyncio.gather(*(worker.probe() for worker in self._workers))):
                worker.healthy = healthy
            self._queue.serve()
            await asyncio.sleep(PROBE_EVERY)


def _preference(conversation: str) -> Callable[[Worker], bytes]:
    """Among equally busy workers a conversation keeps its own, whose caches know its questions (rendezvous hash)."""
    return lambda worker: hashlib.blake2b(f"{conversation}|{worker.socket}".encode(), digest_size=8).digest()


async def _replies(response: aiohttp.ClientResponse) -> AsyncIterator[dict]:
    """The replies of one answer, whichever way it came; raises :class:`Again` when it was cut off."""
    if response.content_type != "application/x-ndjson":
        for reply in json.loads(await read(response))["replies"]:
            yield reply
        return
    async for line in response.content:
        event = json.loads(line)
        if event.get("done"):
            return
        if "error" in event:
            raise Again.of(event, 503)
        yield event["reply"]
    raise Again.broken("broken")
