"""Calls to the private workers.

Every message goes to the least busy healthy worker. When that worker dies, leaves or cannot answer, the message is sent
again, to another one if there is one, as long as the citizen can be expected to wait. That is safe at any moment: a message
id is processed exactly once (:mod:`bot.state.turns`), and the replies kept under it are given again.
"""
from __future__ import annotations

import asyncio
import hashlib
import json
import re
from contextlib import aclosing, asynccontextmanager
from typing import Any, AsyncGenerator, AsyncIterator, Callable, Dict, Mapping, Optional, Sequence, Set, TypeVar

import aiohttp

from bot import tracing
from bot.gateway.attempts import CONNECT_SECONDS, RETRY_AFTER, Again, attempt, read
from bot.gateway.errors import ApiError
from bot.gateway.fleet import Fleet, Worker
from bot.gateway.metrics import Metrics
from bot.gateway.queue import NoWorkers, Queue

LONGEST_WAIT = 4.0
"""Seconds a message may be expected to wait for a free worker; beyond that citizens are told to come again in a moment. A
longer queue helps nobody: everyone in it waits as long, and it takes as long to empty when the rush is over."""
PATIENCE_SECONDS = 10.0
"""How long a message is tried again; then the citizen is told, and the page sends the same id again later."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
GRACE_SECONDS = 1.0
"""Added to the worker's own time limit, so that its kinder answer arrives before the gateway gives up."""


_TIMING = re.compile(r"(\w+);dur=(\d+(?:\.\d+)?)", re.ASCII)

T = TypeVar("T")
Body = Mapping[str, Any]
"""A JSON object on its way to or from a worker."""
Ask = Callable[[Worker], AsyncGenerator[T, None]]
"""One call to one worker, as an iterator over what it answers."""


class Workers:
    """All workers, at ``places`` (:mod:`bot.endpoint`). ``timeout`` is seconds a citizen waits for one message, ``secret`` is
    shown to workers on other machines."""

    def __init__(self, places: Sequence[str], timeout: float, metrics: Metrics, secret: bytes = b"") -> None:
        self._patience = min(PATIENCE_SECONDS, timeout)
        self._metrics = metrics
        limit = aiohttp.ClientTimeout(total=timeout + GRACE_SECONDS, sock_connect=CONNECT_SECONDS)
        self._queue: "Queue[Worker]" = Queue(min(LONGEST_WAIT, timeout / 2), metrics)
        self._fleet = Fleet(places, secret, limit, self._queue, metrics)

    async def open(self) -> None:
        await self._fleet.open()

    async def close(self) -> None:
        await self._fleet.close()

    async def answer(self, body: Body, request_id: str) -> bytes:
        """The worker's JSON answer to one message, unchanged; raises :class:`ApiError`."""
        async def ask(worker: Worker) -> AsyncGenerator[bytes, None]:
            async with self._call(worker, "POST", "/v1/messages", request_id, json=body) as response:
                raw = await read(response)
                json.loads(raw)  # half an answer is none
                self._metrics.timed(_server_timing(response.headers.get("Server-Timing", "")))
                yield raw

        async with self._queue.line(body["conversation"]):
            return await self._one(ask, body["conversation"])

    async def stream(self, body: Body, request_id: str) -> AsyncGenerator[Body, None]:
        """Replies to one message, each as soon as it is ready, none twice; raises :class:`ApiError`."""
        given: Set[str] = set()

        async def ask(worker: Worker) -> AsyncGenerator[Body, None]:
            headers = {"Accept": "application/x-ndjson"}
            async with self._call(worker, "POST", "/v1/messages", request_id, json=body, headers=headers) as response:
                async for reply in _replies(response, self._metrics.timed):
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

    async def visit(self, step: str, body: Body, request_id: str) -> bytes:
        """``remember``, ``greet`` or ``forget`` a visitor; raises :class:`ApiError`."""
        async def ask(worker: Worker) -> AsyncGenerator[bytes, None]:
            async with self._call(worker, "POST", f"/v1/visits/{step}", request_id, json=body) as response:
                yield await read(response)

        return await self._one(ask, body["visitor"])

    async def staff(self, method: str, path: str, request_id: str, body: Optional[Body] = None) -> bytes:
        """A call of the staff desk (bot/worker/staff_api.py); ``path`` begins behind ``/v1``. Raises :class:`ApiError`."""
        async def ask(worker: Worker) -> AsyncGenerator[bytes, None]:
            async with self._call(worker, method, f"/v1{path}", request_id, json=body) as response:
                yield await read(response)

        return await self._one(ask, path)

    async def ready(self) -> bool:
        """Whether at least one worker says it can answer."""
        return await self._fleet.probe()

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
            except NoWorkers:
                if clock() + pause > deadline:
                    raise ApiError("unavailable", retry_after=RETRY_AFTER) from None
                await asyncio.sleep(pause)
            except Again as failure:
                self._metrics.worker_failures.labels(worker.name, failure.reason).inc()
                worker.healthy = worker.healthy and not failure.worker_is_gone
                tried.add(worker)
                if tried.issuperset(self._queue.workers):  # all of them: now only time can help
                    if clock() + pause > deadline:
                        raise failure.error from None
                    tried.clear()
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)

    @asynccontextmanager
    async def _call(
            self, worker: Worker, method: str, path: str, request_id: str, headers: Optional[Dict[str, str]] = None, **request: Any,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        with tracing.calling("worker", {"gjj.worker": worker.name}) as span:
            headers = {"X-Request-ID": request_id, **span.headers(), **(headers or {})}
            try:
                async with attempt(worker.session.request(method, worker.endpoint.base + path, headers=headers, **request)) as response:
                    yield response
            except Again as failure:
                span.failed(failure.reason)
                raise
            except ApiError as refusal:
                span.failed(refusal.code)
                raise


def _preference(conversation: str) -> Callable[[Worker], bytes]:
    """Among equally busy workers a conversation keeps its own, whose caches know its questions (rendezvous hash)."""
    return lambda worker: hashlib.blake2b(f"{conversation}|{worker.endpoint}".encode(), digest_size=8).digest()


async def _replies(response: aiohttp.ClientResponse, timed: Callable[[Dict[str, float]], None]) -> AsyncIterator[Body]:
    """The replies of one answer, whichever way it came; raises :class:`Again` when it was cut off. ``timed`` is told where
    the worker's seconds went."""
    if response.content_type != "application/x-ndjson":
        for reply in json.loads(await read(response))["replies"]:
            yield reply
        return
    async for line in response.content:
        event = json.loads(line)
        if event.get("done"):
            timed(event.get("stages") or {})
            return
        if "error" in event:
            raise Again.of(event, 503)
        yield event["reply"]
    raise Again.broken("broken")


def _server_timing(header: str) -> Dict[str, float]:
    """Seconds by stage in HTTP's Server-Timing header."""
    return {name: float(milliseconds) / 1000 for name, milliseconds in _TIMING.findall(header)}
