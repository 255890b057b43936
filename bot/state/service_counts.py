"""Service levels and ratings in Redis: one hash per conversation while it lives, one hash of counts per day for three years.

``gjj:{<conversation>}:service`` holds the deeds (bot.knowledge.service_level), the day it began, its level and outcome, and for each
reply ``r:<id>`` the service and rule that a thumb is counted by. ``gjj:service:<day>`` has ``level:<level>``, ``outcome:<outcome>``,
``up:service:<code>``, ``down:rule:<id>``, ``down:reason:<id>``, ``stars:<n>`` and so on: numbers, no conversation.
"""
from __future__ import annotations

import threading
from typing import Any, Dict, List, Mapping, Tuple

from bot import clock
from bot.knowledge.service_level import Deeds, level, outcome

from .client import Client, Script, as_text
from .keys import PREFIX

DAYS_KEPT = 3 * 366
MOST_WAITING = 5000
"""Turns held while Redis is away; further ones push out the oldest."""
FIXED = ("open", "stars", "thumb")
"""Deeds that are set, not added up."""

# KEYS: conversation. ARGV: ttl, day, number of increments × 2, field, by, …, field, value, …
_RECORD = Script("""
redis.call('HSETNX', KEYS[1], 'day', ARGV[2])
local last = 3 + tonumber(ARGV[3])
for i = 4, last, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
for i = last + 1, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return redis.call('HGETALL', KEYS[1])
""")
# KEYS: conversation. ARGV: field (level or outcome), its value before, its value now. Two writers at once: only the one who saw
# the value before moves it.
_MOVE = Script("""
local held = redis.call('HGET', KEYS[1], ARGV[1]) or 'none'
if held ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
""")


def key(conversation: str) -> str:
    return f"{PREFIX}{{{conversation}}}:service"


def day_key(day: str) -> str:
    return f"{PREFIX}service:{day}"


async def record(client: Client, conversation: str, ttl: int, deeds: Mapping[str, int], replies: Mapping[str, str] = {}) -> str:
    """Add ``deeds`` to a conversation, count it under its level, return the level. Raises RedisError."""
    added = [part for name, by in deeds.items() if name not in FIXED and by for part in (name, by)]
    fixed = [part for name, value in deeds.items() if name in FIXED for part in (name, value)]
    told = [part for ident, label in replies.items() for part in (f"r:{ident}", label)]
    flat = await _RECORD(client, [key(conversation)], ttl, clock.today().isoformat(), len(added), *added, *fixed, *told)
    stored = _pairs(flat)
    known = Deeds.of(stored)
    for name, now in (("level", level(known)), ("outcome", outcome(known))):
        before = stored.get(name, "none")
        if now != before and await _MOVE(client, [key(conversation)], name, before, now):
            changes = {f"{name}:{value}": by for value, by in ((now, 1), (before, -1)) if value != "none"}
            await count(client, stored["day"], changes)
    return level(known)


async def count(client: Client, day: str, changes: Mapping[str, int]) -> None:
    """Add to the counts of a day."""
    for name, by in changes.items():
        await client.hincrby(day_key(day), name, by)
    if changes:
        await client.expire(day_key(day), DAYS_KEPT * 24 * 3600)


async def label(client: Client, conversation: str, reply: str) -> Tuple[str, str]:
    """Service and rule of a reply; empty when it is not known (any more)."""
    stored = as_text(await client.hget(key(conversation), f"r:{reply}") or "|")
    service, _, rule = stored.partition("|")
    return service, rule


async def counts(client: Client, day: str) -> Dict[str, int]:
    """Everything counted on ``day`` (ISO)."""
    return {as_text(name): int(value) for name, value in (await client.hgetall(day_key(day))).items()}


class CountKeeper:
    """Implements actions.service_level.ServiceCounts: collects in memory, writes when flushed."""

    def __init__(self, client: Client, ttl: int):
        self._redis = client
        self._ttl = ttl
        self._lock = threading.Lock()  # actions run in threads
        self._waiting: List[Tuple[str, Dict[str, int], Dict[str, str]]] = []

    def add(self, conversation: str, deeds: Dict[str, int], replies: Dict[str, str]) -> None:
        with self._lock:
            self._waiting.append((conversation, deeds, replies))
            del self._waiting[:-MOST_WAITING]

    async def flush(self) -> None:
        """Write what waits; what could not be written stays. Raises RedisError."""
        while self._waiting:
            conversation, deeds, replies = self._waiting[0]
            await record(self._redis, conversation, self._ttl, deeds, replies)
            with self._lock:
                if self._waiting and self._waiting[0] == (conversation, deeds, replies):
                    self._waiting.pop(0)


def _pairs(flat: Any) -> Dict[str, str]:
    if isinstance(flat, dict):
        return {as_text(k): as_text(v) for k, v in flat.items()}
    return {as_text(flat[i]): as_text(flat[i + 1]) for i in range(0, len(flat), 2)}
