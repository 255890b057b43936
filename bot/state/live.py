"""What has just changed, for pages that show it at once: a short stream ``gjj:live`` without a word of what was said.

A stream rather than publish and subscribe: the same on one server, Sentinel and Cluster, and nothing is missed between two
reads. Whoever hears of a change fetches what he may see.
"""
from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import List, Set, Tuple

from .client import Client, RedisError, as_text
from .keys import PREFIX

logger = logging.getLogger(__name__)
KEY = f"{PREFIX}live"
LONGEST = 500
WAIT_MS = 500
"""How long one read waits: shorter than every time limit of a connection, which is at least a second."""
KINDS = ("order", "person", "staff", "citizen")
"""A work order came or changed; a person took or left a conversation; staff spoke; a citizen spoke to staff."""


@dataclass(frozen=True)
class Change:
    conversation: str
    kind: str


class Live:
    """Tells and hears changes. A change that cannot be told is lost: pages look again by themselves after a while."""

    def __init__(self, client: Client):
        self._redis = client
        self._telling: Set["asyncio.Task[None]"] = set()

    def tell(self, conversation: str, kind: str) -> None:
        """Without waiting; only inside an event loop."""
        task = asyncio.ensure_future(self._tell(conversation, kind))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, conversation: str, kind: str) -> None:
        try:
            await self._redis.xadd(KEY, {"conversation": conversation, "kind": kind}, maxlen=LONGEST, approximate=True)
        except (RedisError, OSError) as error:
            logger.warning("a change is not told: %s", type(error).__name__)

    async def now(self) -> str:
        """The place from which :meth:`since` hears everything new. Raises RedisError."""
        newest = await self._redis.xrevrange(KEY, count=1)
        return as_text(newest[0][0]) if newest else "0-0"

    async def since(self, place: str) -> Tuple[str, List[Change]]:
        """Changes after ``place`` and the new place; waits a moment when there are none. Raises RedisError."""
        answer = await self._redis.xread({KEY: place}, block=WAIT_MS)
        entries = list(answer.values())[0] if isinstance(answer, dict) and answer else answer[0][1] if answer else []
        while entries and isinstance(entries[0], list):  # one more level in the newer protocol
            entries = entries[0]
        if not entries:
            return place, []
        found = [{as_text(k): as_text(v) for k, v in fields.items()} for _, fields in entries]
        return as_text(entries[-1][0]), [Change(one["conversation"], one["kind"]) for one in found]
