"""A bounded pool of threads that knows how long its jobs have been running.

A thread cannot be ended from outside. A job that never ends must therefore not be joined by more and more others: the pool
does not grow, and the worker that sees an overdue job finishes what it has and is replaced (:mod:`bot.worker.server`).
"""
from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Callable, Dict


class Threads(ThreadPoolExecutor):
    """At most ``size`` jobs at once; more wait their turn, and one given up by its caller while it waits never starts."""

    def __init__(self, size: int, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(size, thread_name_prefix=name)
        self._clock = clock
        self._started: Dict[int, float] = {}

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        return super().submit(self._timed, fn, *args, **kwargs)

    def longest(self) -> float:
        """Seconds the longest job has been running; 0 when none is."""
        return max((self._clock() - since for since in list(self._started.values())), default=0.0)

    def _timed(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        me = threading.get_ident()
        self._started[me] = self._clock()
        try:
            return fn(*args, **kwargs)
        finally:
            del self._started[me]
