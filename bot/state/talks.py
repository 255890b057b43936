"""The index of conversations for review: when, about what, with which rules and ratings; and what the learning inbox gets of them.

All keys share one hash tag, so that one script writes a batch, also in a Cluster: ``gjj:{insight}:talks`` (newest activity by
conversation), ``…:talks:<facet>`` the same for those with a facet (``topic:…``, ``rule:…``, ``hit:…``, ``stars:…``, ``thumb:…``),
``…:talk:<conversation>`` a small summary with its facets, ``…:erased:<conversation>`` so that what another process still
holds in memory is not written after the citizen has erased it. The inbox's keys are in bot.state.inbox.
"""
from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from .client import Client, Script, as_text
from .keys import PREFIX

BASE = f"{PREFIX}{{insight}}:"
MOST = 50_000
"""Conversations in the index; the oldest go first."""
MOST_ENTRIES = 5_000
"""Messages in the inbox; the oldest go first."""
ENTRY_DAYS = 90
BATCH = 200
"""Notes in one call of the script, so that none holds up Redis for long."""

# KEYS: base. ARGV: now, ttl, most talks, most entries, seconds an entry lives, notes (JSON).
_NOTE = Script("""
local base, now, ttl = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local inbox = base .. 'inbox'
local function drop(ids)
  for _, id in ipairs(ids) do
    redis.call('ZREM', inbox, id)
    redis.call('HDEL', inbox .. ':entries', id)
    redis.call('HDEL', inbox .. ':states', id)
    redis.call('HDEL', inbox .. ':picked', id)
  end
end
local changed = false
for _, note in ipairs(cjson.decode(ARGV[6])) do
  local talk = base .. 'talk:' .. note.conversation
  if redis.call('EXISTS', base .. 'erased:' .. note.conversation) == 0 then
    redis.call('ZADD', base .. 'talks', note.at, note.conversation)
    redis.call('HSETNX', talk, 'begun', note.at)
    for name, value in pairs(note.first) do redis.call('HSETNX', talk, name, value) end
    for name, value in pairs(note.last) do redis.call('HSET', talk, name, value) end
    if note.turns > 0 then redis.call('HINCRBY', talk, 'turns', note.turns) end
    for _, facet in ipairs(note.facets) do redis.call('HSET', talk, 'f:' .. facet, 1) end
    local held = redis.call('HKEYS', talk)
    for _, name in ipairs(held) do
      if string.sub(name, 1, 2) == 'f:' then
        local facet = base .. 'talks:' .. string.sub(name, 3)
        redis.call('ZADD', facet, note.at, note.conversation)
        redis.call('ZREMRANGEBYSCORE', facet, '-inf', now - ttl)
        redis.call('EXPIRE', facet, ttl)
      end
    end
    redis.call('EXPIRE', talk, ttl)
    local of = inbox .. ':of:' .. note.conversation
    if note.entry ~= cjson.null and redis.call('HEXISTS', inbox .. ':entries', note.entry.id) == 0 then
      redis.call('ZADD', inbox, note.at, note.entry.id)
      redis.call('HSET', inbox .. ':entries', note.entry.id, note.entry.text)
      redis.call('HSET', of, note.entry.turn, note.entry.id)
      redis.call('EXPIRE', of, ARGV[5])
      changed = true
    end
    if note.picked ~= cjson.null then
      local id = redis.call('HGET', of, note.picked.turn)
      if id then redis.call('HSET', inbox .. ':picked', id, note.picked.home) changed = true end
    end
  end
end
redis.call('ZREMRANGEBYSCORE', base .. 'talks', '-inf', now - ttl)
redis.call('ZREMRANGEBYRANK', base .. 'talks', 0, -tonumber(ARGV[3]) - 1)
drop(redis.call('ZRANGEBYSCORE', inbox, '-inf', now - tonumber(ARGV[5]), 'LIMIT', 0, 500))
local over = redis.call('ZCARD', inbox) - tonumber(ARGV[4])
if over > 0 then drop(redis.call('ZRANGE', inbox, 0, over - 1)) end
if changed then redis.call('INCR', inbox .. ':version') end
return 1
""")
# KEYS: base. ARGV: conversation, seconds to remember that it is gone.
_ERASE = Script("""
local base, conversation = KEYS[1], ARGV[1]
local inbox, talk = base .. 'inbox', base .. 'talk:' .. conversation
redis.call('SET', base .. 'erased:' .. conversation, 1, 'EX', ARGV[2])
for _, name in ipairs(redis.call('HKEYS', talk)) do
  if string.sub(name, 1, 2) == 'f:' then redis.call('ZREM', base .. 'talks:' .. string.sub(name, 3), conversation) end
end
redis.call('ZREM', base .. 'talks', conversation)
local of = inbox .. ':of:' .. conversation
for _, id in ipairs(redis.call('HVALS', of)) do
  redis.call('ZREM', inbox, id)
  redis.call('HDEL', inbox .. ':entries', id)
  redis.call('HDEL', inbox .. ':states', id)
  redis.call('HDEL', inbox .. ':picked', id)
end
redis.call('DEL', talk, of)
redis.call('INCR', inbox .. ':version')
return 1
""")


@dataclass(frozen=True)
class Note:
    """What happened in one turn. ``at``: seconds since 1970. ``first`` is kept from the first note, ``last`` from the last one.

    ``entry``: ``{"id", "turn", "text"}`` for the inbox (text: JSON of bot.state.inbox.Entry); ``picked``: ``{"turn", "home"}``,
    what the citizen chose when asked back in that turn.
    """

    conversation: str
    at: int
    turns: int = 0
    facets: Sequence[str] = ()
    first: Mapping[str, str] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)
    entry: Optional[Mapping[str, str]] = None
    picked: Optional[Mapping[str, str]] = None


@dataclass(frozen=True)
class Talk:
    """One conversation in a list. ``begun`` and ``at``: seconds since 1970; ``said``: its first question, cut."""

    conversation: str
    at: int
    begun: int
    turns: int
    said: str
    facets: List[str]

    def with_prefix(self, prefix: str) -> List[str]:
        """What its facets ``<prefix>:…`` say."""
        return [facet[len(prefix) + 1:] for facet in self.facets if facet.startswith(prefix + ":")]


class Talks:
    """``ttl``: seconds a conversation is kept, and with it its place in the index. All calls raise RedisError."""

    def __init__(self, client: Client, ttl: int):
        self._redis = client
        self._ttl = ttl

    async def note(self, notes: Sequence[Note], now: int) -> None:
        """Write what happened, in as few calls as possible."""
        for start in range(0, len(notes), BATCH):
            batch = json.dumps([_plain(note) for note in notes[start:start + BATCH]], ensure_ascii=False)
            await _NOTE(self._redis, [BASE], now, self._ttl, MOST, MOST_ENTRIES, ENTRY_DAYS * 24 * 3600, batch)

    async def erase(self, conversation: str) -> None:
        """Forget the conversation and its messages in the inbox; notes that still come are left out."""
        await _ERASE(self._redis, [BASE], conversation, self._ttl)

    async def find(self, facets: Sequence[str], since: int, until: int, start: int = 0, count: int = 50) -> Tuple[List[Talk], int]:
        """Conversations with all ``facets`` last active between ``since`` and ``until``, newest first; and how many there are."""
        found = await self._with(facets[0] if facets else "", since, until)
        for facet in facets[1:]:
            others = {ident for ident, _ in await self._with(facet, since, until)}
            found = [pair for pair in found if pair[0] in others]
        return await self._read(found[start:start + count]), len(found)

    async def facets(self, prefix: str) -> List[str]:
        """What conversations of the newest thousand can be searched by, for the choices of the search form."""
        newest = await self._redis.zrevrange(f"{BASE}talks", 0, 999)
        async with self._redis.pipeline(transaction=False) as pipe:
            for ident in newest:
                pipe.hkeys(f"{BASE}talk:{as_text(ident)}")
            held = await pipe.execute() if newest else []
        start = f"f:{prefix}:"
        return sorted({as_text(name)[len(start):] for names in held for name in names if as_text(name).startswith(start)})

    async def _with(self, facet: str, since: int, until: int) -> List[Tuple[str, int]]:
        key = f"{BASE}talks:{facet}" if facet else f"{BASE}talks"
        pairs = await self._redis.zrevrangebyscore(key, until, since, withscores=True)
        return [(as_text(ident), int(at)) for ident, at in pairs]

    async def _read(self, pairs: Sequence[Tuple[str, int]]) -> List[Talk]:
        if not pairs:
            return []
        async with self._redis.pipeline(transaction=False) as pipe:
            for ident, _ in pairs:
                pipe.hgetall(f"{BASE}talk:{ident}")
            stored = await pipe.execute()
        return [_talk(ident, at, {as_text(k): as_text(v) for k, v in one.items()}) for (ident, at), one in zip(pairs, stored) if one]


def _talk(ident: str, at: int, stored: Dict[str, str]) -> Talk:
    facets = sorted(name[2:] for name in stored if name.startswith("f:"))
    return Talk(ident, at, int(stored.get("begun", at)), int(stored.get("turns", 0)), stored.get("said", ""), facets)


def _plain(note: Note) -> Dict[str, Any]:
    # An empty Lua table is neither list nor map; both are walked the same way.
    return {
        "conversation": note.conversation, "at": note.at, "turns": note.turns, "facets": list(note.facets), "first": dict(note.first),
        "last": dict(note.last), "entry": note.entry, "picked": note.picked,
    }
