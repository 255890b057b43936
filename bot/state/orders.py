"""Work orders in Redis: numbered by day, one for each message that led to one, masked, and gone after three months.

All keys share one hash tag, so that an order and its indexes change in one step in a Cluster too:
``gjj:{orders}:seq:<day>`` counts, ``…:<number>`` is the order (hash), ``…:message:<id>`` its number, ``…:of:<conversation>``
the numbers of a conversation, ``…:waiting`` the numbers that nobody has closed, oldest first.
"""
from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, Dict, List, Optional

from actions.handoff import Draft, OrderState
from bot import clock

from .client import Client, Script, as_text
from .keys import PREFIX
from .masking import mask

DAYS_KEPT = 92
_TTL = DAYS_KEPT * 24 * 3600
_BASE = f"{PREFIX}{{orders}}:"
STATES = ("open", "taken", "done")

# KEYS: counter of the day, number by message, numbers of the conversation, waiting. ARGV: prefix, day, ttl, now, conversation, fields.
_OPEN = Script("""
local known = redis.call('GET', KEYS[2])
if known then return known end
local number = ARGV[2] .. '-' .. string.format('%04d', redis.call('INCR', KEYS[1]))
redis.call('EXPIRE', KEYS[1], ARGV[3])
local key = ARGV[1] .. number
for i = 6, #ARGV, 2 do redis.call('HSET', key, ARGV[i], ARGV[i + 1]) end
redis.call('HSET', key, 'number', number, 'conversation', ARGV[5], 'state', 'open')
redis.call('EXPIRE', key, ARGV[3])
redis.call('SET', KEYS[2], number, 'EX', ARGV[3])
redis.call('SADD', KEYS[3], number)
redis.call('EXPIRE', KEYS[3], ARGV[3])
redis.call('ZADD', KEYS[4], ARGV[4], number)
return number
""")
# KEYS: order, waiting. ARGV: number, then field, value, …; an order that is gone stays gone.
_CHANGE = Script("""
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
if redis.call('HGET', KEYS[1], 'state') == 'done' then redis.call('ZREM', KEYS[2], ARGV[1]) end
return 1
""")


class Orders:
    """``client`` answers with text or bytes. All calls raise RedisError."""

    def __init__(self, client: Client):
        self._redis = client

    async def open(self, draft: Draft) -> str:
        """Keep ``draft``; the same message again gets the same number."""
        now = clock.now()
        fields = {
            "at": now.isoformat(timespec="seconds"), "reason": draft.reason, "matter": mask(draft.matter),
            "said": json.dumps([mask(text) for text in draft.said], ensure_ascii=False),
            "profile": json.dumps({k: mask(v) for k, v in draft.profile.items()}, ensure_ascii=False),
        }
        number = await _OPEN(
            self._redis, [f"{_BASE}seq:{now:%y%m%d}", f"{_BASE}message:{draft.message}", f"{_BASE}of:{draft.conversation}", f"{_BASE}waiting"],
            _BASE, f"{now:%y%m%d}", _TTL, now.timestamp(), draft.conversation, *(part for pair in fields.items() for part in pair))
        return as_text(number)

    async def state(self, conversation: str, number: str) -> Optional[OrderState]:
        """The order, for the conversation it belongs to; None for anybody else's number."""
        order = await self.get(number)
        if order is None or order["conversation"] != conversation:
            return None
        return OrderState(number, order["state"], _day(order["at"]), order.get("note", ""))

    async def get(self, number: str) -> Optional[Dict[str, Any]]:
        """Everything staff may see of an order; None when there is none."""
        stored = {as_text(k): as_text(v) for k, v in (await self._redis.hgetall(f"{_BASE}{number}")).items()}
        if not stored:
            return None
        return {**stored, "said": json.loads(stored["said"]), "profile": json.loads(stored["profile"])}

    async def waiting(self, count: int = 100) -> List[Dict[str, Any]]:
        """Orders that are not done, oldest first; numbers whose order has expired are dropped."""
        found = []
        for number in map(as_text, await self._redis.zrange(f"{_BASE}waiting", 0, count - 1)):
            order = await self.get(number)
            if order is None:
                await self._redis.zrem(f"{_BASE}waiting", number)
            else:
                found.append(order)
        return found

    async def change(self, number: str, state: str, staff: str, note: str = "") -> bool:
        """Set the state (ValueError for an unknown one); False when there is no such order. ``note`` is for the citizen."""
        if state not in STATES:
            raise ValueError(state)
        fields = {"state": state, "staff": staff, "changed": clock.now().isoformat(timespec="seconds"), **({"note": mask(note)} if note else {})}
        parts = [part for pair in fields.items() for part in pair]
        return bool(await _CHANGE(self._redis, [f"{_BASE}{number}", f"{_BASE}waiting"], number, *parts))

    async def erase(self, conversation: str) -> None:
        """Forget every order of a conversation that the citizen erases."""
        key = f"{_BASE}of:{conversation}"
        numbers = [as_text(number) for number in await self._redis.smembers(key)]
        for number in numbers:
            await self._redis.zrem(f"{_BASE}waiting", number)
        await self._redis.delete(key, *(f"{_BASE}{number}" for number in numbers))


def _day(at: str) -> date:
    return datetime.fromisoformat(at).date()
