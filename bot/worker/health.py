"""The worker's health, told by a thread of its own: the event loop may be busy with messages for seconds.

The loop says that it lives by beating; the thread only reads when it last did. So a busy worker answers at once, and a
stuck one is found out although it can say nothing itself.
"""
from __future__ import annotations

import asyncio
import http.server
import json
import logging
import os
import resource
import socket
import socketserver
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, Optional, Tuple, Type

from bot.endpoint import Endpoint

logger = logging.getLogger(__name__)

BEAT = 0.25
"""Seconds between two beats of the loop."""
LATE = 3.0
"""Seconds without a beat after which the worker is not ready: messages would wait longer than is kind."""
LOOK = 1.0
"""Seconds between two looks at what being ready depends on."""
LONGEST_LOOK = 2.0
_CLIENT_SECONDS = 2.0
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Pulse:
    """What the loop last said, for the thread to read. ``dead`` is seconds without a beat after which the worker is lost."""

    def __init__(self, dead: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._dead = dead
        self._clock = clock
        self._beaten = clock()
        self.state: Dict[str, Any] = {"ready": False, "why": "loading"}

    def beat(self) -> None:
        self._beaten = self._clock()

    @property
    def age(self) -> float:
        """Seconds since the loop last beat."""
        return self._clock() - self._beaten

    @property
    def alive(self) -> bool:
        return self.age < self._dead

    def report(self) -> Dict[str, Any]:
        """``ready`` with ``why`` not (loading, redis, draining, stuck), and what metrics want to know."""
        state = dict(self.state)
        if self.age >= LATE:
            state.update(ready=False, why="stuck")
        times = os.times()
        return {
            "alive": self.alive, **state, "beat_seconds": round(self.age, 3),
            "cpu_seconds": round(times.user + times.system, 2), "resident_bytes": resident_bytes(),
        }


def resident_bytes() -> int:
    """Memory of this process now; its highest so far where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Heart:
    """Runs in the loop: beats, and looks at what being ready depends on with ``look``, which gives :attr:`Pulse.state`."""

    def __init__(self, pulse: Pulse, look: Callable[[], Awaitable[Dict[str, Any]]]) -> None:
        self._pulse = pulse
        self._look = look
        self._tasks: Tuple["asyncio.Task[None]", ...] = ()

    def start(self) -> None:
        self._tasks = (asyncio.ensure_future(self._beat()), asyncio.ensure_future(self._watch()))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def look_now(self) -> None:
        looking = asyncio.ensure_future(self._look())
        try:
            await asyncio.wait({looking}, timeout=LONGEST_LOOK)  # wait_for of CPython 3.10 may swallow the end of this task
            self._pulse.state = looking.result()
        except Exception as error:  # noqa: BLE001 – whatever Redis does, the truth is that it does not answer
            logger.debug("look: %s", type(error).__name__)
            self._pulse.state = {**self._pulse.state, "ready": False, "why": "redis"}
        finally:
            looking.cancel()

    async def _beat(self) -> None:
        while True:
            self._pulse.beat()
            await asyncio.sleep(BEAT)

    async def _watch(self) -> None:
        while True:
            await self.look_now()
            await asyncio.sleep(LOOK)


class Door:
    """Serves ``GET /healthz`` (200 while the loop beats) and ``GET /readyz`` (200 while a message would be answered now) at
    ``endpoint``. When the loop is lost for good, ``lost`` is called, once: nobody else is left to end the process."""

    def __init__(self, endpoint: Endpoint, pulse: Pulse, lost: Callable[[], None]) -> None:
        self._endpoint = endpoint
        self._pulse = pulse
        self._lost = lost
        self._stop = threading.Event()
        self._server: Optional[socketserver.BaseServer] = None

    def open(self) -> None:
        """Listen; raises OSError."""
        handler = _handler(self._pulse)
        if self._endpoint.path:
            with suppress(FileNotFoundError):
                os.unlink(self._endpoint.path)
            self._server = _UnixServer(self._endpoint.path, handler)
        else:
            family = _TcpServer6 if ":" in self._endpoint.host else _TcpServer
            self._server = family((self._endpoint.host, self._endpoint.port), handler)
        threading.Thread(target=self._server.serve_forever, args=(BEAT,), name="health", daemon=True).start()
        threading.Thread(target=self._guard, name="guard", daemon=True).start()

    def close(self) -> None:
        self._stop.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            if self._endpoint.path:
                with suppress(FileNotFoundError):
                    os.unlink(self._endpoint.path)

    def _guard(self) -> None:
        while not self._stop.wait(LOOK):
            if not self._pulse.alive:
                self._lost()
                return


class _UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64


class _TcpServer6(_TcpServer):
    address_family = socket.AF_INET6


def _handler(pulse: Pulse) -> Type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = _CLIENT_SECONDS
        server_version, sys_version = "gjj", ""

        def do_GET(self) -> None:
            report = pulse.report()
            good = {"/healthz": report["alive"], "/readyz": report["ready"]}.get(self.path)
            body = json.dumps(report if good is not None else {"error": "not_found"}).encode()
            self.send_response(404 if good is None else 200 if good else 503)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """A probe each second is no news."""

    return Handler
