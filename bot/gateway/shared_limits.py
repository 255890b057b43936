"""Rate limits across several gateways: each tells Redis what it counted, and takes what the others counted from its own.

Deciding in Redis would cost every message a round trip, and the limits would fail with Redis. So each gateway decides by
its own buckets, at once, and all meet once a second in one atomic script. Whoever spreads requests over gateways gains at
most one second. Without Redis every gateway's own limits go on.

``gjj:limits:<window>`` is a hash: digest of a bucket → requests of all gateways in that window of ten seconds. The digest
is keyed, so that no address or session is kept.
"""
from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from typing import Callable, Dict, List

from redis.exceptions import RedisError

from bot.gateway.limits import Bucket, RateLimiter
from bot.gateway.logs import LOGGER
from bot.state.client import Script, TextClient

EVERY_SECONDS = 1.0
WINDOW_SECONDS = 10
MOST_SHARED = 5_000
"""Buckets told in one round, the busiest first; the others stay this gateway's own business."""

# KEYS: window. ARGV: ttl, then digest and number of requests, again and again. Answers the totals, in order.
_ADD = Script("""
local totals = {}
for i = 2, #ARGV, 2 do totals[#totals + 1] = redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return totals
""")


class SharedLimits:
    """``clock`` gives seconds since 1970: the gateways' clocks may differ by a few seconds."""

    def __init__(self, limiter: RateLimiter, redis: TextClient, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self._limiter = limiter
        self._redis = redis
        self._key = hmac.new(secret, b"gjj shared limits v1", hashlib.sha256).digest()
        self._clock = clock
        self._window = 0
        self._known: Dict[Bucket, int] = {}
        self._away = False

    async def run(self) -> None:
        """Meet the other gateways until cancelled."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.exchange()
                self._away = False
            except (RedisError, OSError):
                if not self._away:
                    LOGGER.warning("limits are not shared")
                self._away = True

    async def exchange(self) -> None:
        """Tell what was counted here and charge what was counted elsewhere. Raises RedisError; then nothing is charged."""
        spent = self._limiter.take_spent()
        if not spent:
            return
        window = int(self._clock()) // WINDOW_SECONDS
        if window != self._window:
            self._window, self._known = window, {}
        buckets = sorted(spent, key=spent.__getitem__, reverse=True)[:MOST_SHARED]
        flat = [part for bucket in buckets for part in (self._digest(bucket), spent[bucket])]
        totals: List[int] = await _ADD(self._redis, [f"gjj:limits:{window}"], 3 * WINDOW_SECONDS, *flat)
        for bucket, total in zip(buckets, totals):
            elsewhere = int(total) - self._known.get(bucket, 0) - spent[bucket]
            self._known[bucket] = int(total)
            if elsewhere > 0:
                self._limiter.charge(bucket, elsewhere)

    def _digest(self, bucket: Bucket) -> str:
        return hmac.new(self._key, "|".join(bucket).encode(), hashlib.sha256).hexdigest()[:24]
