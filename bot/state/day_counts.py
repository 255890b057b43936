"""Counts of a day (``gjj:service:<day>``, see bot.state.service_counts): added to as things happen, read for statistics.

``conversations``, ``messages``, ``hour:<0–23>``, ``hit:<kind>``, ``asked:<home>.<aspect>``, ``topic:<topic>``, ``offered:<rule>``,
``accepted:<rule>``, ``passed:<rule>``, ``handed:<reason>``, ``waited:n``, ``waited:seconds``, ``waited:<within>``, ``cases``, and
those of service levels and ratings. Numbers, no conversation; kept for three years.
"""
from __future__ import annotations

from datetime import date, timedelta
from typing import Dict, List, Mapping

from .client import Client, as_text
from .service_counts import DAYS_KEPT, day_key

AT_ONCE = 100
"""Days read in one pipeline."""
WAITS = ((5, "5"), (15, "15"), (60, "60"), (480, "480"))
"""Minutes a citizen waits for a person, and the name of the count; longer ones count as ``waited:more``."""


async def add(client: Client, days: Mapping[str, Mapping[str, int]]) -> None:
    """Add to the counts of some days (ISO). Raises RedisError."""
    async with client.pipeline(transaction=False) as pipe:
        for day, changes in days.items():
            for name, by in changes.items():
                pipe.hincrby(day_key(day), name, by)
            pipe.expire(day_key(day), DAYS_KEPT * 24 * 3600)
        if days:
            await pipe.execute()


async def read(client: Client, first: date, last: date) -> "Dict[date, Dict[str, int]]":
    """Everything counted from ``first`` to ``last``, both included; a day on which nothing happened is empty. Raises RedisError."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    found: Dict[date, Dict[str, int]] = {}
    for start in range(0, len(days), AT_ONCE):
        some: List[date] = days[start:start + AT_ONCE]
        async with client.pipeline(transaction=False) as pipe:
            for day in some:
                pipe.hgetall(day_key(day.isoformat()))
            stored = await pipe.execute()
        found.update({day: {as_text(name): int(count) for name, count in one.items()} for day, one in zip(some, stored)})
    return found


def waited(seconds: float) -> Dict[str, int]:
    """What one citizen who waited so long for a person adds to the day."""
    within = next((name for minutes, name in WAITS if seconds <= minutes * 60), "more")
    return {"waited:n": 1, "waited:seconds": round(seconds), f"waited:{within}": 1}
