"""How often citizens accepted what was offered: counts in Redis, shared by all workers, with a copy in each for reading.

One hash ``gjj:experience``; a field is ``rule|situation|accepted`` or ``rule|situation|passed``. No conversation, no
person and no time is stored. A worker killed between two flushes loses the counts of those seconds: they are statistics.
"""
from __future__ import annotations

import threading
from collections import Counter
from typing import Dict, Tuple

from actions.attend.usefulness import Counts

from .client import BytesClient
from .keys import PREFIX

KEY = f"{PREFIX}experience"
Field = Tuple[str, str, str]


class RedisExperience:
    """Implements actions.attend.usefulness.Experience: reading and recording never touch the network."""

    def __init__(self, client: BytesClient):
        self._redis = client
        self._lock = threading.Lock()  # actions run in threads
        self._stored: "Counter[Field]" = Counter()
        self._every: "Counter[Tuple[str, str]]" = Counter()
        self._fresh: "Counter[Field]" = Counter()

    def counts(self, rule: str, situation: str) -> Tuple[Counts, Counts]:
        """Outcomes of ``rule`` in every situation, and in this one, as of the last flush."""
        with self._lock:
            return (
                Counts(self._every[rule, "accepted"], self._every[rule, "passed"]),
                Counts(self._stored[rule, situation, "accepted"], self._stored[rule, situation, "passed"]),
            )

    def record(self, rule: str, situation: str, accepted: bool) -> None:
        with self._lock:
            self._fresh[rule, situation, "accepted" if accepted else "passed"] += 1

    async def flush(self) -> None:
        """Add what was recorded to Redis and read everybody's counts; raises RedisError and keeps what was recorded."""
        with self._lock:
            fresh, self._fresh = self._fresh, Counter()
        try:
            if fresh:
                async with self._redis.pipeline(transaction=False) as pipe:
                    for field, count in fresh.items():
                        pipe.hincrby(KEY, "|".join(field), count)
                    await pipe.execute()
        except BaseException:
            with self._lock:
                self._fresh.update(fresh)
            raise
        self._read(await self._redis.hgetall(KEY))

    def _read(self, stored: Dict[bytes, bytes]) -> None:
        found: "Counter[Field]" = Counter()
        every: "Counter[Tuple[str, str]]" = Counter()
        for name, count in stored.items():
            rule, situation, outcome = name.decode().split("|")
            found[rule, situation, outcome] += int(count)
            every[rule, outcome] += int(count)
        with self._lock:
            self._stored, self._every = found, every
