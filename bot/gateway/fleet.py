"""The workers there are: found where the settings say, watched every second, forgotten when they are gone.

A host name stands for all of its addresses, so that workers can be added and taken away while the gateway runs (a headless
Service of Kubernetes, or a name with several addresses in the center's own DNS).
"""
from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any, Dict, List, Sequence

import aiohttp

from bot.endpoint import Endpoint
from bot.gateway.logs import LOGGER
from bot.gateway.metrics import Metrics
from bot.gateway.queue import Queue, Served

MOST_CONNECTIONS = 64
"""Open connections per worker for messages and histories."""
PROBE_SECONDS = 2.0
PROBE_EVERY = 1.0
SILENT = 2
"""Probes in a row without any answer, after which a worker is taken for frozen or cut off. Its health door is served by a
thread of its own, so that work alone never makes it silent."""
FIND_EVERY = 5
"""Rounds of probes between two questions to the name service."""


class Worker(Served):
    """One worker process. ``name`` is what logs and metrics call it."""

    def __init__(self, name: str, endpoint: Endpoint, timeout: aiohttp.ClientTimeout, secret: bytes) -> None:
        super().__init__()
        self.name = name
        self.endpoint = endpoint
        self.probed = False
        self._timeout = timeout
        self._shown = {"Authorization": f"Bearer {secret.decode()}"} if secret and not endpoint.path else {}
        self._silences = 0
        self.session = self._new_session()
        # The health door is another server, on which nobody must wait for a connection behind messages.
        self._door = aiohttp.ClientSession(
            connector=_connector(endpoint.health, 2), timeout=aiohttp.ClientTimeout(total=PROBE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar())

    def _new_session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=_connector(self.endpoint, MOST_CONNECTIONS), timeout=self._timeout, headers=self._shown, cookie_jar=aiohttp.DummyCookieJar())

    async def hang_up(self) -> None:
        """Cut off every call to it: what it has in hand is asked of another worker, and its own answer, should it ever
        wake up, comes too late to be stored (the lease of a conversation ends, :mod:`bot.state.turns`)."""
        cut, self.session = self.session, self._new_session()
        await cut.close()

    async def probe(self) -> Dict[str, Any]:
        """What it says of itself (:mod:`bot.worker.health`); ``{"ready": False}`` when it says nothing."""
        try:
            async with self._door.get(self.endpoint.health.base + "/readyz") as response:
                self._silences = 0
                report = await response.json()
                return {**report, "ready": response.status == 200} if isinstance(report, dict) else {"ready": False}
        except ValueError:
            return {"ready": False}
        except (aiohttp.ClientError, OSError, TimeoutError):
            self._silences += 1
            if self._silences == SILENT:
                await self.hang_up()
            return {"ready": False}

    async def close(self) -> None:
        await self.session.close()
        await self._door.close()


class Fleet:
    """Keeps ``queue`` supplied with the workers at ``places``; ``timeout`` limits one call to one of them."""

    def __init__(
            self, places: Sequence[str], secret: bytes, timeout: aiohttp.ClientTimeout, queue: "Queue[Worker]", metrics: Metrics,
    ) -> None:
        self._places = [Endpoint.parse(place) for place in places]
        self._secret = secret
        self._timeout = timeout
        self._queue = queue
        self._metrics = metrics
        self._found: Dict[Endpoint, List[Endpoint]] = {}
        self._workers: Dict[Endpoint, Worker] = {}
        self._leaving: List[Worker] = []
        self._watching: "asyncio.Task[None] | None" = None

    async def open(self) -> None:
        await self.find()
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        for worker in [*self._workers.values(), *self._leaving]:
            await worker.close()

    async def find(self) -> None:
        """Ask the name service, greet who is new, let go of who is gone; what it has in hand is still finished."""
        for place in self._places:
            self._found[place] = await _addresses(place) or self._found.get(place, [])
        wanted = list(dict.fromkeys(endpoint for place in self._places for endpoint in self._found[place]))
        for endpoint in wanted:
            if endpoint not in self._workers:
                self._workers[endpoint] = Worker(self._name(endpoint), endpoint, self._timeout, self._secret)
        for endpoint in [endpoint for endpoint in self._workers if endpoint not in wanted]:
            worker = self._workers.pop(endpoint)
            self._leaving.append(worker)
            self._metrics.forget_worker(worker.name)
        for worker in [worker for worker in self._leaving if not worker.busy]:
            self._leaving.remove(worker)
            await worker.close()
        self._queue.staff(list(self._workers.values()))

    async def probe(self) -> bool:
        """Look at all of them; whether at least one can answer now."""
        workers = list(self._workers.values())
        for worker, report in zip(workers, await asyncio.gather(*(worker.probe() for worker in workers))):
            if worker.probed and worker.healthy != report["ready"]:
                LOGGER.info("worker ready" if report["ready"] else "worker not ready", extra={"worker": worker.name})
            worker.healthy, worker.probed = report["ready"], True
            if self._workers.get(worker.endpoint) is worker:
                self._metrics.saw_worker(worker.name, report)
        self._queue.serve()
        return any(worker.healthy for worker in workers)

    async def _watch(self) -> None:
        rounds = 0
        while True:
            try:
                await self.probe()
                rounds += 1
                if rounds % FIND_EVERY == 0:
                    await self.find()
            except Exception:  # noqa: BLE001
                LOGGER.error("looking after the workers failed", exc_info=True)  # the next round may succeed
            await asyncio.sleep(PROBE_EVERY)

    def _name(self, endpoint: Endpoint) -> str:
        """Its number in the settings on this machine, its address elsewhere."""
        return str(self._places.index(endpoint) + 1) if endpoint.path else str(endpoint)


async def _addresses(place: Endpoint) -> List[Endpoint]:
    """Every address behind ``place``, in a steady order; none when the name service does not answer."""
    if place.path:
        return [place]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [Endpoint(host=host, port=place.port) for host in sorted({str(entry[4][0]) for entry in found})]


def _connector(endpoint: Endpoint, limit: int) -> aiohttp.BaseConnector:
    return aiohttp.UnixConnector(endpoint.path, limit=limit) if endpoint.path else aiohttp.TCPConnector(limit=limit)
