"""The log of attentive decisions: a capped Redis stream ``gjj:decisions``, one record a turn, without chat text."""
from __future__ import annotations

import json
from collections import deque
from typing import Any, Deque, Dict, List

from .client import BytesClient
from .keys import PREFIX

KEY = f"{PREFIX}decisions"
LONGEST = 20000
"""Records kept; the oldest go first."""
MOST_WAITING = 2000
"""Records held while Redis is away; further ones push out the oldest."""


class DecisionLog:
    """``add`` is called by actions and never waits; ``flush`` writes."""

    def __init__(self, client: BytesClient):
        self._redis = client
        self._waiting: Deque[Dict[str, Any]] = deque(maxlen=MOST_WAITING)

    def add(self, record: Dict[str, Any]) -> None:
        self._waiting.append(record)

    async def flush(self) -> None:
        """Write what waits; raises RedisError and keeps it."""
        records: List[Dict[str, Any]] = []
        while self._waiting:
            records.append(self._waiting.popleft())
        if not records:
            return
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for record in records:
                    pipe.xadd(KEY, {"decision": json.dumps(record, ensure_ascii=False)}, maxlen=LONGEST, approximate=True)
                await pipe.execute()
        except BaseException:
            self._waiting.extendleft(reversed(records))
            raise

    async def latest(self, count: int) -> List[Dict[str, Any]]:
        """The last ``count`` records, newest first; each has its time as ``at`` (milliseconds since 1970)."""
        entries = await self._redis.xrevrange(KEY, count=count)
        return [{"at": int(ident.split(b"-")[0]), **json.loads(fields[b"decision"])} for ident, fields in entries]
