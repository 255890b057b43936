"""Rate limits as token buckets in memory, per session or address and per route; the table below is the policy."""
from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Callable, Dict, Tuple

from bot.gateway.errors import ApiError


@dataclass(frozen=True)
class Limit:
    """A bucket that holds ``burst`` requests and refills at ``per_minute``."""

    burst: int
    per_minute: float


LIMITS: Dict[Tuple[str, str], Limit] = {
    # A whole service hall or office may share one address, so its limits are wide; one citizen types slowly.
    ("session.create", "address"): Limit(60, 60),
    ("message", "session"): Limit(12, 30),
    ("message", "address"): Limit(300, 1200),
    ("ws.open", "address"): Limit(60, 120),
    ("suggest", "address"): Limit(120, 1200),
    ("feedback", "session"): Limit(20, 30),
    ("rating", "session"): Limit(5, 5),
    ("history", "session"): Limit(20, 60),
    ("erase", "session"): Limit(5, 10),
    ("reminders", "session"): Limit(5, 10),
    ("reminders", "address"): Limit(60, 60),
    # Attack: guessing tokens. Wrong ones count against the address that tries them.
    ("auth.failure", "address"): Limit(60, 30),
}
"""(what, counted by) → limit."""

LARGEST = 50_000
"""Buckets kept; the longest unused are forgotten first, so an attacker cannot fill the memory with addresses."""


class RateLimiter:
    """Counts requests; ``enabled=False`` lets everything pass (tests)."""

    def __init__(self, enabled: bool = True, clock: Callable[[], float] = time.monotonic,
                 limits: Dict[Tuple[str, str], Limit] = LIMITS, largest: int = LARGEST) -> None:
        self._enabled = enabled
        self._clock = clock
        self._limits = limits
        self._largest = largest
        self._buckets: "OrderedDict[Tuple[str, str, str], Tuple[float, float]]" = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def spend(self, what: str, by: str, who: str) -> None:
        """Take one request from the bucket of ``who``; raises :class:`ApiError` 429 with the seconds to wait."""
        if not self._enabled:
            return
        limit = self._limits[(what, by)]
        key, now, rate = (what, by, who), self._clock(), limit.per_minute / 60
        level, seen = self._buckets.pop(key, (float(limit.burst), now))
        level = min(float(limit.burst), level + (now - seen) * rate)
        allowed = level >= 1
        self._buckets[key] = (level - 1 if allowed else level, now)
        if len(self._buckets) > self._largest:
            self._buckets.popitem(last=False)
        if not allowed:
            raise ApiError("rate_limited", retry_after=max(1, math.ceil((1 - level) / rate)))
