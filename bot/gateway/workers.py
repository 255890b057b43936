"""Calls to the private workers over their Unix sockets.

A conversation always goes to the same worker (rendezvous hash), so that its state is warm there. Only when that worker
refuses the connection, and so cannot have begun, is the next one in order asked.
"""
from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass
from typing import AsyncIterator, Callable, List, Sequence

import aiohttp

from bot.gateway.errors import ApiError, SENTENCES
from bot.gateway.metrics import Metrics

MOST_TRIES = 3
MOST_IN_FLIGHT = 1000
"""Messages waiting for workers at once; more are refused at once with 503 rather than left to time out."""
MOST_CONNECTIONS = 64
"""Open connections per worker; further messages wait their turn here. A Unix socket whose backlog (128) is full
refuses at once instead of queueing, so a rush must not reach it all together."""
LARGEST_REPLY = 2 * 1024 * 1024
CONNECT_SECONDS = 2.0
PROBE_SECONDS = 2.0
RETRY_AFTER = 5
GRACE_SECONDS = 1.0
"""Added to the worker's own time limit, so that its kinder answer arrives before the gateway gives up."""

_REFUSED = (aiohttp.ClientConnectorError, FileNotFoundError, ConnectionRefusedError)


@dataclass(frozen=True)
class Worker:
    """One worker process. ``name`` is its place in the list, for logs and metrics."""

    name: str
    socket: str
    session: aiohttp.ClientSession


class Workers:
    """All workers. ``timeout`` is seconds a citizen waits for one message."""

    def __init__(self, sockets: Sequence[str], timeout: float, metrics: Metrics) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout + GRACE_SECONDS, sock_connect=CONNECT_SECONDS)
        self._metrics = metrics
        self._in_flight = 0
        self._workers = [
            Worker(str(number), socket, aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(socket, limit=MOST_CONNECTIONS), timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar()))
            for number, socket in enumerate(sockets, 1)]

    async def close(self) -> None:
        for worker in self._workers:
            await worker.session.close()

    def order(self, conversation: str) -> List[Worker]:
        """Workers for a conversation, preferred first."""
        def weight(worker: Worker) -> bytes:
            return hashlib.blake2b(f"{conversation}|{worker.socket}".encode(), digest_size=8).digest()
        return sorted(self._workers, key=weight, reverse=True)

    async def answer(self, body: dict, request_id: str) -> bytes:
        """The worker's JSON answer to one message, unchanged; raises :class:`ApiError`."""
        with self._slot():
            async with self._call("POST", "/v1/messages", body["conversation"], request_id, json=body) as response:
                return await _read(response)

    async def stream(self, body: dict, request_id: str) -> AsyncIterator[dict]:
        """Replies to one message, each as soon as it is ready; raises :class:`ApiError`."""
        headers = {"Accept": "application/x-ndjson"}
        with self._slot():
            async with self._call("POST", "/v1/messages", body["conversation"], request_id,
                                  json=body, headers=headers) as response:
                if response.content_type != "application/x-ndjson":
                    for reply in json.loads(await _read(response))["replies"]:
                        yield reply
                    return
                async for line in response.content:
                    event = json.loads(line)
                    if event.get("done"):
                        return
                    if "error" in event:
                        raise _translate(event, 503)
                    yield event["reply"]
                raise ApiError("unavailable", retry_after=RETRY_AFTER)  # cut off before "done"

    async def history(self, conversation: str, request_id: str) -> bytes:
        async with self._call("GET", "/v1/history", conversation, request_id,
                              params={"conversation": conversation}) as response:
            return await _read(response)

    async def erase(self, conversation: str, request_id: str) -> None:
        async with self._call("DELETE", f"/v1/conversations/{conversation}", conversation, request_id):
            return

    async def ready(self) -> bool:
        """Whether at least one worker says it can answer."""
        return any(await asyncio.gather(*(self._probe(worker) for worker in self._workers)))

    async def _probe(self, worker: Worker) -> bool:
        try:
            async with worker.session.get("http://worker/readyz",
                                          timeout=aiohttp.ClientTimeout(total=PROBE_SECONDS)) as response:
                return response.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    def _slot(self) -> "_Slot":
        return _Slot(self)

    def _call(self, method: str, path: str, conversation: str, request_id: str, **arguments) -> "_Call":
        arguments["headers"] = {"X-Request-ID": request_id, **arguments.get("headers", {})}
        return _Call(self, lambda worker: worker.session.request(method, "http://worker" + path, **arguments),
                     self.order(conversation)[:MOST_TRIES])


class _Slot:
    """One of :data:`MOST_IN_FLIGHT` places for messages."""

    def __init__(self, workers: Workers) -> None:
        self._owner = workers

    def __enter__(self) -> None:
        if self._owner._in_flight >= MOST_IN_FLIGHT:
            raise ApiError("unavailable", "现在咨询的人比较多，请稍等几秒再试，急事请拨打 12329。", RETRY_AFTER)
        self._owner._in_flight += 1
        self._owner._metrics.in_flight.set(self._owner._in_flight)

    def __exit__(self, *_: object) -> None:
        self._owner._in_flight -= 1
        self._owner._metrics.in_flight.set(self._owner._in_flight)


class _Call:
    """An open call to the first worker that accepts the connection; every failure inside becomes an ApiError."""

    def __init__(self, owner: Workers, start: Callable, candidates: List[Worker]) -> None:
        self._owner, self._start, self._candidates = owner, start, candidates
        self._worker = candidates[0]

    async def __aenter__(self) -> aiohttp.ClientResponse:
        for self._worker in self._candidates:
            try:
                self._response = await self._start(self._worker)
                break
            except _REFUSED:
                self._count("refused")
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                raise self._failure(error) from None
        else:
            raise ApiError("unavailable", retry_after=RETRY_AFTER)
        if self._response.status >= 400:
            try:
                raise _translate(await _error_body(self._response), self._response.status)
            finally:
                self._response.release()
        return self._response

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self._response.release()
            return
        self._response.close()  # half-read: the connection cannot be used again
        if isinstance(error, (aiohttp.ClientError, OSError, TimeoutError, ValueError, KeyError, TypeError)):
            raise self._failure(error) from None

    def _failure(self, error: BaseException) -> ApiError:
        slow = isinstance(error, TimeoutError)
        self._count("timeout" if slow else "broken")
        return ApiError("timeout" if slow else "unavailable", retry_after=RETRY_AFTER)

    def _count(self, reason: str) -> None:
        self._owner._metrics.worker_failures.labels(self._worker.name, reason).inc()


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The whole body; a worker gone mad must not fill the gateway's memory."""
    raw = await response.content.read(LARGEST_REPLY + 1)
    while len(raw) <= LARGEST_REPLY and not response.content.at_eof():
        raw += await response.content.read(LARGEST_REPLY + 1 - len(raw))
    if len(raw) > LARGEST_REPLY:
        raise ValueError("reply too large")
    return raw


async def _error_body(response: aiohttp.ClientResponse) -> object:
    try:
        return json.loads(await _read(response))
    except (ValueError, aiohttp.ClientError):
        return None


def _translate(body: object, status: int) -> ApiError:
    """A worker's refusal in the public API's codes: 422 stays, 504 becomes timeout, anything else unavailable."""
    error = body.get("error") if isinstance(body, dict) else None
    error = error if isinstance(error, dict) else {}
    message = error.get("message") if isinstance(error.get("message"), str) else None
    code = error.get("code")
    if status == 422 or (isinstance(code, str) and SENTENCES.get(code, (0,))[0] == 422):
        return ApiError(code if code in SENTENCES else "invalid", message)
    if status == 504 or code == "timeout":
        return ApiError("timeout", message, RETRY_AFTER)
    return ApiError("unavailable", message if status == 503 else None, RETRY_AFTER)
