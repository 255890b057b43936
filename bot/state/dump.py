"""Everything of ours in Redis, out into a file and back in, whatever kind of Redis it is.

Keys of one conversation are read in one step, so that a copy never holds half a turn. Each key keeps the moment at which it
expires: what should be forgotten by now does not come back with a restored copy.
"""
from __future__ import annotations

import re
import struct
import time
from typing import IO, AsyncIterator, Dict, List

from .client import BytesClient, Script
from .keys import PREFIX

PASSING = (":lock", ":queue")
LEFT_OUT = (f"{PREFIX}{{releases}}:", f"{PREFIX}limits:")
"""Releases are kept as files, and pushed again by the trainer; counts of a minute are worth nothing later."""
_TOGETHER = 200
_TAG = re.compile(r"\{([^}]+)\}")
_HEAD = struct.Struct("!IqQ")

_READ = Script("""
local found = {}
for i, key in ipairs(KEYS) do
  local value = redis.call('DUMP', key)
  found[i] = value and {value, redis.call('PTTL', key)} or {}
end
return found
""")


class DumpError(ValueError):
    """The file is not what :func:`write` wrote."""


async def write(client: BytesClient, file: IO[bytes]) -> int:
    """Copy all keys into ``file``; how many. ``client`` must not decode. Raises RedisError."""
    count = 0
    for group in (await _groups(client)).values():
        for start in range(0, len(group), _TOGETHER):
            names = group[start:start + _TOGETHER]
            now = int(time.time() * 1000)
            for name, found in zip(names, await _READ(client, names)):
                if found:
                    value, left = found
                    key = name.encode()
                    file.write(_HEAD.pack(len(key), now + left if left >= 0 else 0, len(value)) + key + value)
                    count += 1
    return count


async def read(client: BytesClient, file: IO[bytes]) -> int:
    """Put all keys of ``file`` into Redis, over what has the same name; how many. Raises :class:`DumpError`, RedisError."""
    count = 0
    while head := file.read(_HEAD.size):
        if len(head) != _HEAD.size:
            raise DumpError("short")
        length, expires, size = _HEAD.unpack(head)
        key, value = file.read(length), file.read(size)
        if len(value) != size or not key.startswith(PREFIX.encode()):
            raise DumpError("short or foreign")
        left = expires - int(time.time() * 1000) if expires else 0
        if left >= 0:
            await client.restore(key.decode(), left or (1 if expires else 0), value, replace=True)
            count += 1
    return count


async def erase(client: BytesClient) -> int:
    """Delete all keys that :func:`write` would copy; how many. Raises RedisError."""
    names = [name for group in (await _groups(client)).values() for name in group]
    for name in names:
        await client.delete(name)
    return len(names)


async def is_empty(client: BytesClient) -> bool:
    """Whether there is nothing that a restored copy would mix with."""
    return not await _groups(client)


async def _groups(client: BytesClient) -> Dict[str, List[str]]:
    """Names of keys by what must be read together: the hash tag, which is also one slot of a Cluster."""
    found: Dict[str, List[str]] = {}
    async for name in _names(client):
        if name.endswith(PASSING) or name.startswith(LEFT_OUT) or ":queue:" in name:
            continue
        tag = _TAG.search(name)
        found.setdefault(tag.group(1) if tag else name, []).append(name)
    return found


async def _names(client: BytesClient) -> AsyncIterator[str]:
    seen = set()
    async for raw in client.scan_iter(match=f"{PREFIX}*", count=1000):
        if raw not in seen:  # SCAN may give a name twice
            seen.add(raw)
            yield raw.decode()
