"""What Redis does in one step each: read, take a turn, keep it, save, give it back. Time is the server's own.

A saved turn is appended, recorded under its message id and freed in the same step, so a worker that dies at any moment
leaves either the whole turn or nothing of it. Every script may run twice: an answer lost on the way is asked for again.
"""
from __future__ import annotations

from .client import Script

GONE_MS = 3000
"""A waiting turn that has not asked for so long has died and keeps its place no longer."""

HEAD = ("version", "session", "slots", "loop", "dialogue")
"""Fields of the head in the order in which they are read."""
_HEAD = ", ".join(f"'{field}'" for field in HEAD)

_LOAD = f"""
local function load(events, head, window)
  local blocks, held, at = {{}}, 0, -1
  while held < window do
    local block = redis.call('LINDEX', events, at)
    if not block then break end
    table.insert(blocks, 1, block)
    held = held + string.byte(block, 2)
    at = at - 1
  end
  return redis.call('HMGET', head, {_HEAD}), blocks
end
local function given(events, replies, message)
  local index = redis.call('HGET', replies, message)
  return index and redis.call('LINDEX', events, index)
end
"""

_QUEUE = f"""
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function waiting(queue, token)
  local first, place, mine, last = nil, nil, nil, 0
  local all, time = redis.call('HGETALL', queue), now()
  for i = 1, #all, 2 do
    local at, seen = string.match(all[i + 1], '(%d+) (%d+)')
    at = tonumber(at)
    last = math.max(last, at)
    if all[i] == token then
      mine = at
    elseif time - tonumber(seen) > {GONE_MS} then
      redis.call('HDEL', queue, all[i])
    elseif not place or at < place then
      first, place = all[i], at
    end
  end
  return first, place, mine, last
end
local function free(lock, queue, token)
  if redis.call('GET', lock) == token then redis.call('DEL', lock) end
  redis.call('HDEL', queue, token)
  if redis.call('EXISTS', lock) == 1 then return end
  local first = waiting(queue, token)
  if first then
    redis.call('RPUSH', queue .. ':' .. first, 1)
    redis.call('PEXPIRE', queue .. ':' .. first, {GONE_MS})
  end
end
"""

LOAD = Script(_LOAD + "return {load(KEYS[1], KEYS[2], tonumber(ARGV[1]))}")
"""KEYS: events, head. ARGV: events wanted at least. → head fields, newest blocks that hold so many."""

LOAD_ALL = Script(f"return {{redis.call('HMGET', KEYS[2], {_HEAD}), redis.call('LRANGE', KEYS[1], 0, -1)}}")
"""KEYS: events, head. → head fields, all blocks."""

GIVEN = Script(_LOAD + "return given(KEYS[1], KEYS[2], ARGV[1])")
"""KEYS: events, replies. ARGV: message id. → the block with the replies to it, or nothing."""

ENTER = Script(_LOAD + _QUEUE + """
local token, owner = ARGV[1], redis.call('GET', KEYS[4])
local first, place, mine, last = waiting(KEYS[5], token)
if owner ~= token and (owner or (place and not (mine and mine < place))) then
  redis.call('HSET', KEYS[5], token, (mine or last + 1) .. ' ' .. now())
  redis.call('PEXPIRE', KEYS[5], """ + str(GONE_MS) + """)
  return {0, redis.call('PTTL', KEYS[4])}
end
redis.call('HDEL', KEYS[5], token)
redis.call('DEL', KEYS[5] .. ':' .. token)
redis.call('SET', KEYS[4], token, 'PX', ARGV[2])
local block = given(KEYS[1], KEYS[3], ARGV[3])
if block then return {1, block} end
return {1, false, load(KEYS[1], KEYS[2], tonumber(ARGV[4]))}
""")
"""KEYS: events, head, replies, lock, queue. ARGV: token, lease ms, message id, events wanted.
→ 0 and the ms after which the lock frees itself; or 1, block with the replies given to the message, head fields, blocks."""

KEEP = Script("if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0")
"""KEYS: lock. ARGV: token, lease ms. → 1, or 0 when the lock is lost."""

LEAVE = Script(_QUEUE + "free(KEYS[1], KEYS[2], ARGV[1]) return 1")
"""KEYS: lock, queue. ARGV: token. Frees the lock if it is still ours and wakes the next in the queue."""

SAVE = Script(_QUEUE + """
local token = ARGV[3]
local stored = redis.call('HMGET', KEYS[2], 'version', 'by')
local version = tonumber(stored[1] or '0')
if stored[2] == ARGV[2] then return version end
if token ~= '' and redis.call('GET', KEYS[4]) ~= token then return -2 end
if version ~= tonumber(ARGV[1]) then return -1 end
local fields = 7 + tonumber(ARGV[6])
if ARGV[5] ~= '' then
  redis.call('RPUSH', KEYS[1], ARGV[5])
  for i = 7, fields - 1 do redis.call('HSETNX', KEYS[3], ARGV[i], version) end
  version = version + 1
end
redis.call('HSET', KEYS[2], 'version', version, 'by', ARGV[2], unpack(ARGV, fields))
for i = 1, 3 do redis.call('EXPIRE', KEYS[i], ARGV[4]) end
if token ~= '' then free(KEYS[4], KEYS[5], token) end
return version
""")
"""KEYS: events, head, replies, lock, queue. ARGV: version expected, id of this save, token of the turn or '', TTL s, block,
number of message ids, message ids, head fields. → new version; -1: saved by another; -2: the turn's lease is lost."""
