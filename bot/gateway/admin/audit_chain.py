"""The audit log in Redis and its copy in a file: one chain, also when several gateways write at the same time.

``gjj:{admin}:audit`` is a stream with ids ``<number>-0``; ``…:head`` is ``<number>:<mac>`` of the newest entry, and an entry
is added only onto the head it was signed for. ``…:start`` says, signed, where the chain begins since old entries were dropped.
"""
from __future__ import annotations

import asyncio
import json
import logging
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, AsyncIterator, Dict, List, Mapping, Optional, Sequence, Tuple

from bot.clock import SHANGHAI
from bot.gateway.admin.audit_entry import Entry, canonical, sign, signed
from bot.gateway.admin.audit_file import AuditFile
from bot.gateway.admin.keys import PREFIX
from bot.state.client import Script, TextClient

STREAM, HEAD, START = PREFIX + "audit", PREFIX + "audit:head", PREFIX + "audit:start"
_TRIES = 200
_PAGE = 500
_LOGGER = logging.getLogger("gjj.gateway")

_APPEND = Script("""
local head = redis.call('GET', KEYS[2]) or ''
if head == ARGV[2] then return 1 end
if head ~= ARGV[1] then return 0 end
redis.call('XADD', KEYS[1], ARGV[3] .. '-0', 'body', ARGV[4], 'mac', ARGV[5])
redis.call('SET', KEYS[2], ARGV[2])
return 1
""")
"""KEYS: stream, head. ARGV: head expected ('' for none), new head, number, body, mac. → 1, or 0: somebody was first."""


class AuditChain:
    """``keys``: what signs now, then what signed earlier. ``days`` is how long entries are kept."""

    def __init__(self, redis: TextClient, keys: Sequence[bytes], path: Path, days: int) -> None:
        self.keys = keys
        self.file = AuditFile(path)
        self._redis = redis
        self._days = days
        self._turn = asyncio.Lock()
        self._pruned_on = ""

    async def append(self, fields: Mapping[str, Any]) -> Entry:
        """Add what happened; the time is put in here. Raises the Redis client's errors."""
        async with self._turn:
            entry = await self._add({"at": _now(), **fields})
            await self._copy_to_file()
            if entry.fields["at"][:10] != self._pruned_on:
                self._pruned_on = entry.fields["at"][:10]
                await self._prune()
            return entry

    async def newest(self, before: Optional[int] = None) -> AsyncIterator[Entry]:
        """Entries from the newest (or the one before number ``before``) back to the oldest."""
        end = "+" if before is None else f"({before}-0"
        while True:
            found = await self._redis.xrevrange(STREAM, end, "-", count=_PAGE)
            for one in found:
                yield _entry(one)
            if len(found) < _PAGE:
                return
            end = f"({found[-1][0]}"

    async def oldest(self, after: int = 0) -> AsyncIterator[Entry]:
        """Entries following number ``after``, oldest first."""
        begin = f"({after}-0"
        while True:
            found = await self._redis.xrange(STREAM, begin, "+", count=_PAGE)
            for one in found:
                yield _entry(one)
            if len(found) < _PAGE:
                return
            begin = f"({found[-1][0]}"

    async def is_ours(self) -> bool:
        """Whether the newest entry was signed with a key of ours; yes when there is none to tell by."""
        newest = [_entry(one) for one in await self._redis.xrevrange(STREAM, "+", "-", count=2)]
        if not newest:
            return True
        before = newest[1].mac if len(newest) > 1 else (await self.start())[1]
        return signed(self.keys, before, newest[0].body, newest[0].mac)

    async def head(self) -> Tuple[int, str]:
        """Number and mac of the newest entry; (0, "") for none."""
        number, _, mac = (await self._redis.get(HEAD) or "0:").partition(":")
        return int(number), mac

    async def start(self) -> Tuple[int, str]:
        """Number and mac of the last entry dropped by retention; (0, "") for none. Raises ValueError when it is forged."""
        record = await self._redis.get(START)
        if not record:
            return 0, ""
        found: Dict[str, Any] = json.loads(record)
        signature = found.pop("signature")
        if not signed(self.keys, "start", canonical(found), signature):
            raise ValueError("forged start")
        return found["number"], found["mac"]

    async def _add(self, fields: Mapping[str, Any]) -> Entry:
        for _ in range(_TRIES):
            head = await self._redis.get(HEAD) or ""
            number, _, mac = head.partition(":") if head else ("0", "", "")
            last = await asyncio.to_thread(self.file.last)
            if last is not None and last.number > int(number):  # Redis has lost its newest entries; the chain goes on
                number, mac = str(last.number), last.mac
            entry = Entry.make(self.keys[0], int(number) + 1, mac, fields)
            done = await _APPEND(self._redis, [STREAM, HEAD], head, entry.head, entry.number, entry.body, entry.mac)
            if done == 1:
                return entry
        raise RuntimeError("the audit log is written faster than it can be read")

    async def _copy_to_file(self) -> None:
        """Bring the file up to the stream. What cannot be written now is caught up next time, and found by a check."""
        held = self.file.locked()
        try:
            await asyncio.to_thread(held.__enter__)
            try:
                last = await asyncio.to_thread(self.file.last)
                missing: List[Entry] = [entry async for entry in self.oldest(last.number if last else 0)]
                await asyncio.to_thread(self.file.append, missing)
            finally:
                held.__exit__(None, None, None)
        except OSError:
            _LOGGER.error("audit file not written", exc_info=True)

    async def _prune(self) -> None:
        oldest = (datetime.now(SHANGHAI) - timedelta(days=self._days)).isoformat(timespec="seconds")
        last: Optional[Entry] = None
        async for entry in self.oldest():
            if entry.fields["at"] >= oldest:
                break
            last = entry
        if last is None:
            return
        record = {"number": last.number, "mac": last.mac}
        await self._redis.set(START, canonical({**record, "signature": sign(self.keys[0], "start", canonical(record))}))
        await self._redis.xtrim(STREAM, minid=f"{last.number + 1}-0", approximate=False)
        await asyncio.to_thread(self._drop_from_file, last.number)

    def _drop_from_file(self, through: int) -> None:
        with self.file.locked():
            self.file.drop(through)


def _entry(one: "Tuple[str, Dict[str, str]]") -> Entry:
    identity, fields = one
    return Entry(int(identity.partition("-")[0]), fields.get("body", ""), fields.get("mac", ""))


def _now() -> str:
    return datetime.now(timezone.utc).astimezone(SHANGHAI).isoformat(timespec="seconds")
