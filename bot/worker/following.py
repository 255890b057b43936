"""Reloading when another release is put in service: one worker after another on all machines, the old agent answering meanwhile."""
from __future__ import annotations

import asyncio
import fcntl
import logging
import time
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import AsyncIterator, Iterator, Optional, Protocol

from bot.quiet import place
from bot.state.client import RedisError
from bot.training.releases import ReleaseError, Releases
from bot.training.shared_releases import TURN, Serving, SharedReleases, settled

from . import heap

logger = logging.getLogger(__name__)
INTERVAL = 1.0
REPORT = 10.0
"""Seconds between two reports of what is served when nothing changes."""
_WAITING = 0.3


class Served(Protocol):
    """The assistant as far as it matters here."""

    release: Optional[str]

    @property
    def standby(self) -> Optional[str]:
        """The release that could be served at once."""

    async def load(self) -> None:
        """Serve the release that is in service on this machine; raises when it cannot be used."""


class Following:
    """Keeps one worker on the release in service.

    What is in service is told in Redis, and on disk for a machine by itself; the later switch counts. A release that is
    not on this machine's disk is fetched. Loading takes seconds of CPU, so all workers take turns; one that still has the
    release loaded (a rollback) needs no turn. A release that cannot be used is refused once, and the old one goes on.
    """

    def __init__(self, name: str, releases: Releases, shared: SharedReleases, lock: Path, served: Served):
        self._name = name
        self._releases = releases
        self._shared = shared
        self._lock = lock
        self._served = served
        self._refused: Optional[str] = None
        self._trouble = ""
        self._reported = ""
        self._at = 0.0

    async def follow(self) -> None:
        """For ever."""
        while True:
            try:
                await self.look()
            except (RedisError, OSError, asyncio.TimeoutError) as error:
                logger.warning("releases: %s", type(error).__name__)  # Redis is away: the next look may find it
            await asyncio.sleep(INTERVAL)

    async def look(self) -> None:
        """Once: catch up with what is in service, report."""
        await self.catch_up()
        wanted = self._releases.current_id()
        if wanted not in (None, self._served.release, self._refused):
            if wanted == self._served.standby:
                await self._load(wanted)
            else:
                async with self._turn() as mine:
                    if mine and self._releases.current_id() == wanted:
                        await self._report("loading", wanted)
                        await self._load(wanted)
                        heap.settle()
        await self._report("serving")

    async def catch_up(self) -> None:
        """Bring the release in service to this machine when it was put in service elsewhere."""
        shared = await self._shared.in_service()
        if shared is None or not settled(self._releases.in_service(), shared)["fetch"] or shared.id == self._refused:
            return
        with _alone(self._lock.with_name("fetching.lock")) as mine:
            if not mine:
                return
            try:
                await self._shared.fetch(shared.id, self._releases)
                await asyncio.to_thread(self._releases.switch, shared.id, shared.by, shared.reason, shared.at)
            except (ReleaseError, ValueError) as error:
                self._refuse(shared.id, error)

    async def _load(self, ident: str) -> None:
        try:
            await self._served.load()
            self._refused, self._trouble = None, ""
            logger.info("release %s in service", self._served.release)
        except Exception as error:  # noqa: BLE001 – a bad release must not stop the worker
            self._refuse(ident, error)

    def _refuse(self, ident: str, error: Exception) -> None:
        self._refused = ident
        self._trouble = str(error) if isinstance(error, ReleaseError) else f"版本 {ident} 装不上"
        logger.error("release %s refused: %s", ident, place(error))

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[bool]:
        """Whether this worker may load now: the only one on this machine, and the only one of all machines."""
        with _alone(self._lock) as here:
            if not here or not await self._shared.take_turn(self._name):
                await asyncio.sleep(_WAITING)
                yield False
                return
            holding = asyncio.ensure_future(self._hold())
            try:
                yield True
            finally:
                holding.cancel()
                await self._shared.give_turn_back(self._name)

    async def _hold(self) -> None:
        while True:
            await asyncio.sleep(TURN / 3)
            try:
                await self._shared.take_turn(self._name)
            except (RedisError, OSError, asyncio.TimeoutError):
                continue

    async def _report(self, state: str, loading: str = "") -> None:
        serving = Serving(
            self._name, self._served.release or "", state, 0.0, loading, self._served.standby or "", self._trouble if state == "serving" else "")
        if repr(serving) != self._reported or time.monotonic() - self._at > REPORT:
            await self._shared.report(serving)
            self._reported, self._at = repr(serving), time.monotonic()


@contextmanager
def _alone(lock: Path) -> Iterator[bool]:
    """Whether this process has the file ``lock``; one that dies gives it back."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
