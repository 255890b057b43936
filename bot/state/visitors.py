"""Open dated reminders of a browser that agreed to be remembered: title, date and service, never what was said.

One key ``gjj:visitor:<hash>`` per visitor. The hash means that whoever reads Redis cannot come back as that visitor. It
expires some time after its last date; every visit with nothing due leaves it as it is.
"""
from __future__ import annotations

import hashlib
from datetime import date
from typing import Dict, List, Sequence

import msgspec

from actions.memory import Dated

from .client import Client
from .keys import PREFIX

MOST = 20
"""Reminders kept for one visitor; those due first stay."""
DAYS_AFTER = 60
MOST_DAYS = 400


class Visitors:
    """What is kept under visitor keys. Raises RedisError."""

    def __init__(self, client: Client):
        self._redis = client

    async def remember(self, visitor: str, dates: Sequence[Dated], today: date) -> int:
        """Add open reminders (a known one is kept once); returns how many are kept now."""
        kept: Dict[str, Dated] = {d.key: d for d in await self._read(visitor)}
        kept.update({d.key: d for d in dates if d.title and date.fromisoformat(d.due) > today})
        await self._write(visitor, list(kept.values()), today)
        return len(kept)

    async def take_due(self, visitor: str, today: date) -> List[Dated]:
        """Reminders whose day has come, earliest first; each is given once."""
        kept = await self._read(visitor)
        due = [d for d in kept if date.fromisoformat(d.due) <= today]
        if due:
            await self._write(visitor, [d for d in kept if d not in due], today)
        return sorted(due, key=lambda d: d.due)

    async def forget(self, visitor: str) -> None:
        await self._redis.delete(_key(visitor))

    async def _read(self, visitor: str) -> List[Dated]:
        stored = await self._redis.get(_key(visitor))
        return msgspec.json.decode(stored, type=List[Dated]) if stored else []

    async def _write(self, visitor: str, dates: List[Dated], today: date) -> None:
        if not dates:
            await self.forget(visitor)
            return
        dates = sorted(dates, key=lambda d: d.due)[:MOST]
        days = min(MOST_DAYS, (date.fromisoformat(dates[-1].due) - today).days + DAYS_AFTER)
        await self._redis.set(_key(visitor), msgspec.json.encode(dates), ex=max(1, days) * 24 * 3600)


def _key(visitor: str) -> str:
    return f"{PREFIX}visitor:{hashlib.sha256(visitor.encode()).hexdigest()[:40]}"
