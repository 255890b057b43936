"""Citizens for ``./gjj bench load``: they read and type between two messages; half use plain requests, half a WebSocket.

Unlike :mod:`bench.citizens` they do not send a refused message again: every refusal is counted as what it is.
"""
from __future__ import annotations

import asyncio
import random
import time
import uuid
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, List, Optional

import aiohttp

ANSWERED = 200
SILENT = 0
"""Status of a message that got neither an answer nor a refusal: the connection was refused or cut."""
PATIENCE = 60.0
REST, SOCKET = "REST", "WebSocket"


@dataclass(frozen=True)
class Sent:
    """One message: when (seconds on the run's clock), how long until the whole answer, and what came of it."""

    at: float
    seconds: float
    status: int
    told: bool
    """Whether a refusal came with a Chinese sentence and the seconds after which to come again."""
    transport: str
    code: str = ""


class Citizen:
    """One citizen with a session and an address of their own. ``clock`` is the run's, ``note`` keeps what was sent."""

    transport = REST

    def __init__(self, http: aiohttp.ClientSession, url: str, number: int, clock: Callable[[], float], note: Callable[[Sent], None]) -> None:
        self._http, self._url = http, url
        self._address = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        self._clock, self._note = clock, note
        self._token: Optional[str] = None
        self.busy = False

    async def arrive(self) -> None:
        """Open a session; raises aiohttp.ClientError."""
        async with self._http.post(self._url + "/api/v1/sessions", json={}, headers=self._address) as response:
            response.raise_for_status()
            self._token = (await response.json())["token"]

    async def talk(self, texts: Iterator[str], pause: Callable[[], float]) -> None:
        """Read, type, send, for ever."""
        while True:
            await asyncio.sleep(pause())
            await self.say(next(texts))

    async def say(self, text: str) -> Sent:
        """Send one message and note what came of it."""
        self.busy = True
        at, started = self._clock(), time.perf_counter()
        sending = asyncio.ensure_future(self._send(text))
        try:
            await asyncio.wait({sending}, timeout=PATIENCE)  # wait_for of CPython 3.10 may swallow the end of this task
            status, told, code = sending.result() if sending.done() else (SILENT, False, "TimeoutError")
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError, TypeError) as error:
            status, told, code = SILENT, False, type(error).__name__  # TypeError: the socket was closed instead of answered
        finally:
            sending.cancel()
            self.busy = False
        sent = Sent(at, time.perf_counter() - started, status, told, self.transport, code)
        self._note(sent)
        return sent

    async def leave(self) -> None:
        """Close what is open."""

    async def _send(self, text: str) -> "tuple[int, bool, str]":
        if self._token is None:
            await self.arrive()
        headers = {"Authorization": f"Bearer {self._token}", **self._address}
        async with self._http.post(self._url + "/api/v1/messages", json=_message(text), headers=headers) as response:
            body = await response.json()
            if response.status == ANSWERED:
                return ANSWERED, False, ""
            return response.status, _told(body["error"], response.headers.get("Retry-After")), body["error"]["code"]


class SocketCitizen(Citizen):
    """Keeps one WebSocket open, and opens another when it is closed."""

    transport = SOCKET
    _socket: Optional[aiohttp.ClientWebSocketResponse] = None
    _listening: "Optional[asyncio.Task[None]]" = None

    async def leave(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        if self._listening is not None:
            self._listening.cancel()

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse, frames: "asyncio.Queue[Optional[Dict[str, Any]]]") -> None:
        """Browsers answer the server's heartbeat also while their citizen thinks; this library does only while it reads."""
        async for message in socket:
            frames.put_nowait(message.json())
        frames.put_nowait(None)

    async def _open(self) -> None:
        self._socket = await self._http.ws_connect(self._url + "/api/v1/ws", headers=self._address)
        await self._socket.send_json({"token": self._token})
        self._frames: "asyncio.Queue[Optional[Dict[str, Any]]]" = asyncio.Queue()
        self._listening = asyncio.create_task(self._listen(self._socket, self._frames))

    async def _send(self, text: str) -> "tuple[int, bool, str]":
        if self._token is None:
            await self.arrive()
        if self._socket is None or self._socket.closed:
            await self._open()
        assert self._socket is not None
        message = _message(text)
        await self._socket.send_json(message)
        while True:
            frame = await self._frames.get()
            if frame is None:
                raise ConnectionResetError("closed instead of answered")
            if frame.get("id", message["id"]) != message["id"]:
                continue  # a late frame of a message given up before
            if frame["type"] == "done":
                return ANSWERED, False, ""
            if frame["type"] == "error":
                code = frame["error"]["code"]
                return (429 if code == "rate_limited" else 503), _told(frame["error"], frame.get("retry_after")), code


def crowd(
    size: int, http: aiohttp.ClientSession, url: str, clock: Callable[[], float], note: Callable[[Sent], None], first: int = 0,
) -> List[Citizen]:
    """``size`` citizens, every other one with a WebSocket; ``first`` keeps addresses of several crowds apart."""
    kinds = (Citizen, SocketCitizen)
    return [kinds[number % 2](http, url, first + number, clock, note) for number in range(size)]


def thinking(mean: float, seed: int) -> Callable[[], float]:
    """Seconds between two messages: exponential, as independent people give, with ``mean``."""
    chance = random.Random(seed)
    return lambda: chance.expovariate(1 / mean)


def _message(text: str) -> Dict[str, str]:
    return {"id": str(uuid.uuid4()), "text": text}


def _told(error: Dict[str, Any], retry_after: Any) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in error.get("message", "")) and str(retry_after or "").isdecimal()
