"""Who is served next: messages of one conversation in the order they came, each by the least busy healthy worker.

The queue is bounded by time, not only by number: a message that would have to wait longer than a citizen does is refused at
once, with the seconds after which it is worth trying again.
"""
from __future__ import annotations

import asyncio
import math
import random
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import AsyncIterator, Callable, Collection, Deque, Dict, Generic, List, Optional, Sequence, TypeVar

from bot import tracing
from bot.gateway.errors import ApiError
from bot.gateway.metrics import Metrics

PLACES = 8
"""Messages in one worker's hands at once. Enough to keep it busy while some wait for Redis; the rest wait here, where they
can still go to any worker, and few are cut off when a worker dies."""
MOST_WAITING = 1000
LONGEST_RETRY = 60
MISJUDGED = 2.5
"""When workers suddenly answer much slower than before, nobody waits longer than so many times the patience."""
CROWDED = "现在咨询的人比较多，请稍等几秒再试，急事请拨打 12329。"
_FIRST_GUESS = 0.2
_MEMORY = 0.05
"""Share of the newest message in the running mean of seconds per message."""


class NoWorkers(RuntimeError):
    """There is nobody who could be asked: none has been found yet, or all are gone."""


class Served:
    """What the queue knows of one worker."""

    def __init__(self) -> None:
        self.busy = 0
        self.healthy = True


W = TypeVar("W", bound=Served)


class Queue(Generic[W]):
    """``workers`` take :data:`PLACES` messages each; ``patience`` is how many seconds a message may wait for a place."""

    def __init__(self, patience: float, metrics: Metrics, workers: Sequence[W] = ()) -> None:
        self.workers: List[W] = list(workers)
        self._patience = patience
        self._metrics = metrics
        self._lines: Dict[str, _Line] = {}
        self._waiting: "Deque[_Wish[W]]" = deque()
        self._inside = 0
        self._seconds = _FIRST_GUESS

    def __len__(self) -> int:
        """Messages here, being served or waiting."""
        return self._inside

    def staff(self, workers: Sequence[W]) -> None:
        """These serve from now on; what another one has in hand is still finished."""
        self.workers = list(workers)
        self.serve()

    def expected_wait(self) -> float:
        """Seconds until a message that comes now gets a place, as far as can be told from the last ones."""
        healthy = sum(worker.healthy for worker in self.workers) or 1
        return max(0, self._inside - healthy * PLACES + 1) * self._seconds / (healthy * PLACES)

    @asynccontextmanager
    async def line(self, conversation: str) -> AsyncIterator[None]:
        """Hold the conversation's turn; raises :class:`ApiError` 503 when there is no hope of being served in time."""
        expected = self.expected_wait()
        if self._inside >= MOST_WAITING or expected > self._patience:
            raise self._refusal(expected)
        line = self._lines.setdefault(conversation, _Line())
        line.length += 1
        self._count(1)
        try:
            async with line.lock:
                yield
        finally:
            self._count(-1)
            line.length -= 1
            if not line.length:
                del self._lines[conversation]

    @asynccontextmanager
    async def place(self, preferred: Callable[[W], bytes], tried: Collection[W] = ()) -> AsyncIterator[W]:
        """The least busy healthy worker with a free place, not one of ``tried`` while there is another; among equals the
        one with the smallest ``preferred``. First come, first served. Raises :class:`NoWorkers`, :class:`ApiError` 503 when
        the wait was misjudged."""
        if not self.workers:
            raise NoWorkers
        asked = asyncio.get_running_loop().time()
        wish = _Wish(preferred, tried, asyncio.get_running_loop().create_future())
        self._waiting.append(wish)
        self.serve()
        self._metrics.waiting.set(len(self._waiting))
        try:
            with tracing.span("queue"):
                async with asyncio.timeout(MISJUDGED * self._patience):
                    worker = await wish.granted
        except TimeoutError:
            self._withdraw(wish)
            raise self._refusal(self._patience) from None
        except asyncio.CancelledError:
            self._withdraw(wish)
            raise
        started = asyncio.get_running_loop().time()
        self._metrics.timed({"queue": started - asked})
        answered = True
        try:
            yield worker
        except GeneratorExit:  # who asked has all that was wanted
            raise
        except BaseException:
            answered = False  # a refusal or a broken connection is quick and says nothing of how long a message takes
            raise
        finally:
            if answered:
                self._seconds += _MEMORY * (asyncio.get_running_loop().time() - started - self._seconds)
            self._free(worker)

    def serve(self) -> None:
        """Give free places to those who wait; call it when a worker's health has changed."""
        while self._waiting and (worker := self._choose(self._waiting[0])) is not None:
            wish = self._waiting.popleft()
            if not wish.granted.done():
                worker.busy += 1
                wish.granted.set_result(worker)
        self._metrics.waiting.set(len(self._waiting))

    def _refusal(self, seconds: float) -> ApiError:
        """Come again in about so many seconds; not all at the same moment: everybody gets a time of their own."""
        self._metrics.refused.inc()
        return ApiError("unavailable", CROWDED, min(LONGEST_RETRY, math.ceil(max(1.0, seconds) * (1 + random.random()))))

    def _withdraw(self, wish: "_Wish[W]") -> None:
        if wish in self._waiting:
            self._waiting.remove(wish)
            self._metrics.waiting.set(len(self._waiting))
        elif wish.granted.done() and not wish.granted.cancelled():
            self._free(wish.granted.result())

    def _free(self, worker: W) -> None:
        worker.busy -= 1
        self.serve()

    def _choose(self, wish: "_Wish[W]") -> Optional[W]:
        healthy = [worker for worker in self.workers if worker.healthy] or self.workers  # none: the attempt tells the truth
        fresh = [worker for worker in healthy if worker not in wish.tried] or healthy
        free = [worker for worker in fresh if worker.busy < PLACES]
        return min(free, key=lambda worker: (worker.busy, wish.preferred(worker)), default=None)

    def _count(self, step: int) -> None:
        self._inside += step
        self._metrics.in_flight.set(self._inside)


class _Line:
    """Messages of one conversation; asyncio's lock is first come, first served."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.length = 0


@dataclass(eq=False)
class _Wish(Generic[W]):
    """Somebody who waits for a place."""

    preferred: Callable[[W], bytes]
    tried: Collection[W]
    granted: "asyncio.Future[W]"
