"""Rate limits as token buckets in memory, per session or address and per route; the table below is the policy.

Several gateways share what they counted (:mod:`bot.gateway.shared_limits`); no request waits for that.
"""
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
    ("any", "address"): Limit(3000, 12000),
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

Bucket = Tuple[str, str, str]
"""What, counted by, who."""


class RateLimiter:
    """Counts requests; ``enabled=False`` lets everything pass (tests)."""

    def __init__(self, enabled: bool = True, clock: Callable[[], float] = time.monotonic,
                 limits: Dict[Tuple[str, str], Limit] = LIMITS, largest: int = LARGEST) -> None:
        self.enabled = enabled
        self._clock = clock
        self._limits = limits
        self._largest = largest
        self._buckets: "OrderedDict[Bucket, Tuple[float, float]]" = OrderedDict()
        self._spent: Dict[Bucket, int] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def spend(self, what: str, by: str, who: str) -> None:
        """Take one request from the bucket of ``who``; raises :class:`ApiError` 429 with the seconds to wait."""
        if not self.enabled:
            return
        bucket = (what, by, who)
        level, rate = self._level(bucket), self._limits[(what, by)].per_minute / 60
        if level < 1:
            raise ApiError("rate_limited", retry_after=max(1, math.ceil((1 - level) / rate)))
        self._keep(bucket, level - 1)
        if len(self._spent) < self._largest:
            self._spent[bucket] = self._spent.get(bucket, 0) + 1

    def charge(self, bucket: Bucket, number: int) -> None:
        """Take what was spent elsewhere. A debt is never larger than the burst, so the wait stays honest and short."""
        self._keep(bucket, max(self._level(bucket) - number, -float(self._limits[bucket[:2]].burst)))

    def take_spent(self) -> Dict[Bucket, int]:
        """What was spent here since the last call, by bucket."""
        spent, self._spent = self._spent, {}
        return spent

    def _level(self, bucket: Bucket) -> float:
        limit = self._limits[bucket[:2]]
        level, seen = self._buckets.get(bucket, (float(limit.burst), self._clock()))
        return min(float(limit.burst), level + (self._clock() - seen) * limit.per_minute / 60)

    def _keep(self, bucket: Bucket, level: float) -> None:
        self._buckets[bucket] = (level, self._clock())
        self._buckets.move_to_end(bucket)
        if len(self._buckets) > self._largest:
            self._buckets.popitem(last=False)
