"""Waiting after wrong passwords and codes, for each account and for each address, longer with each failure.

An attempt is counted before it is checked, so a thousand at once are no way around. An account that does not exist waits
like one that does. A right password clears its account's count; an address keeps its own, which falls only with time.
A browser in which the account has logged in before is counted by itself: whoever guesses from elsewhere makes the person
at the usual desk wait for nothing.
"""
from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Callable, Tuple

from bot.gateway.admin.keys import PREFIX
from bot.state.client import Script, TextClient

ACCOUNT_FREE = 4
"""Failures of one account before there is a wait."""
ADDRESS_FREE = 20
"""A whole office may share one address."""
FIRST_WAIT = 30
LONGEST_WAIT = 900
FORGOTTEN_AFTER = 86_400
"""Seconds."""

_ATTEMPT = Script("""
local now, token, wait = tonumber(ARGV[1]), ARGV[2], 0
for i, key in ipairs(KEYS) do
  local state = redis.call('HMGET', key, 'until', 'token')
  if state[2] == token then return 0 end
  wait = math.max(wait, tonumber(state[1] or '0') - now)
end
if wait > 0 then return math.ceil(wait) end
for i, key in ipairs(KEYS) do
  local count = redis.call('HINCRBY', key, 'count', 1)
  local over = count - tonumber(ARGV[5 + i])
  local pause = 0
  if over > 0 then pause = math.min(tonumber(ARGV[4]), tonumber(ARGV[3]) * 2 ^ math.min(over - 1, 20)) end
  redis.call('HSET', key, 'until', tostring(now + pause), 'token', token)
  redis.call('EXPIRE', key, ARGV[5])
end
return 0
""")
"""KEYS: counters. ARGV: now, id of this attempt, first wait, longest wait, seconds until forgotten, failures free for each
counter. → 0: go on, it is counted; more: seconds to wait, it is not."""

_UNDO = Script("""
local count = tonumber(redis.call('HGET', KEYS[1], 'count') or '0')
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
if count <= 1 then return redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'count', count - 1, 'until', '0', 'token', '')
return 1
""")
"""KEYS: counter. ARGV: id of the attempt that was right after all."""


@dataclass(frozen=True)
class Who:
    """Whose attempts are counted together. ``device`` is empty for a browser the account never used; ``address`` for one
    that many people share."""

    name: str
    address: str
    device: str = ""


class Lockout:
    """Counts attempts. ``clock`` gives seconds since 1970."""

    def __init__(self, redis: TextClient, clock: Callable[[], float]) -> None:
        self._redis = redis
        self._clock = clock

    async def attempt(self, who: Who) -> Tuple[int, str]:
        """Count one attempt. Returns the seconds to wait (0: go on) and the id for :meth:`right`."""
        token = secrets.token_hex(8)
        counters = [(_account(who.name, who.device), ACCOUNT_FREE)] + [(_address(who.address), ADDRESS_FREE)] * bool(who.address)
        wait = await _ATTEMPT(
            self._redis, [key for key, _ in counters], self._clock(), token, FIRST_WAIT, LONGEST_WAIT, FORGOTTEN_AFTER,
            *(free for _, free in counters))
        return int(wait), token

    async def right(self, who: Who, token: str) -> None:
        """The attempt was right: forget the account's failures, and do not hold it against the address."""
        await self._redis.delete(_account(who.name, who.device))
        if who.address:
            await _UNDO(self._redis, [_address(who.address)], token)

    async def news(self, who: Who, wait: int) -> bool:
        """Whether this is the first attempt turned away during this wait; the others are not worth an entry each."""
        return bool(await self._redis.set(_account(who.name, who.device) + ":told", 1, nx=True, ex=wait))

    async def unlock(self, name: str) -> bool:
        """Forget the account's failures; whether there were any."""
        return bool(await self._redis.delete(_account(name)))

    async def failures(self, name: str) -> Tuple[int, int]:
        """How many failures are counted, and how many seconds the account still waits."""
        count, until = await self._redis.hmget(_account(name), "count", "until")
        return int(count or 0), max(0, round(float(until or 0) - self._clock()))


def _account(name: str, device: str = "") -> str:
    return f"{PREFIX}failures:account:{hashlib.sha256(name.encode()).hexdigest()}" + (f":{device}" if device else "")


def _address(address: str) -> str:
    return f"{PREFIX}failures:address:{address}"
