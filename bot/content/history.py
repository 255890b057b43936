"""What was changed when by whom: every state a record had, so that any of them can be compared and brought back.

Kept in Redis and not beside the data: all gateways share it, it outlives a container that is replaced, and files stay
as an editor expects them. Each record is one hash ``gjj:content:history:<kind>:<id>`` from revision to JSON; writing an
entry twice changes nothing, so a lost connection may be tried again. The files stay the truth: an entry is written just
before the file, and taken back when the file could not be written. A change made outside the console is noticed at the
next one (its "before" is not the last "after") and becomes an entry of its own.
"""
from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Dict, List, Optional

import msgspec

from bot import clock
from bot.state.client import TextClient

MOST = 100
"""Entries kept per record, the newest."""
OUTSIDE = "控制台以外"


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One change. ``before`` is None for a new record, ``after`` the full record; ``reason`` is what the administrator wrote."""

    id: str
    at: str
    """ISO 8601."""
    by: str
    action: str
    before: Optional[Dict[str, Any]]
    after: Dict[str, Any]
    reason: str = ""

    @property
    def when(self) -> datetime:
        return datetime.fromisoformat(self.at)


class History:
    """Of all records of one kind (``faq``, ``card``, ``figure``, ``fact``)."""

    def __init__(self, client: TextClient, kind: str):
        self._client = client
        self._kind = kind

    def _key(self, ident: str) -> str:
        return f"gjj:content:history:{self._kind}:{ident}"

    async def list(self, ident: str) -> List[Revision]:
        """Newest first."""
        entries = await self._client.hgetall(self._key(ident))
        return [msgspec.json.decode(entries[name], type=Revision) for name in sorted(entries, reverse=True)]

    async def get(self, ident: str, revision: str) -> Optional[Revision]:
        found = await self._client.hget(self._key(ident), revision)
        return msgspec.json.decode(found, type=Revision) if found else None

    async def add(self, ident: str, by: str, action: str, before: Optional[Dict[str, Any]], after: Dict[str, Any], reason: str = "") -> Revision:
        """Note a change that is about to be made."""
        names = sorted(await self._client.hkeys(self._key(ident)))
        last = await self.get(ident, names[-1]) if names else None
        entries = []
        if before is not None and last is not None and last.after != before:
            entries.append(self._entry(OUTSIDE, "outside", last.after, before, ""))
        entries.append(self._entry(by, action, before, after, reason))
        await self._client.hset(self._key(ident), mapping={entry.id: msgspec.json.encode(entry).decode() for entry in entries})
        surplus = names[: max(0, len(names) + len(entries) - MOST)]
        if surplus:
            await self._client.hdel(self._key(ident), *surplus)
        return entries[-1]

    async def take_back(self, ident: str, revision: Revision) -> None:
        """The change was not made after all."""
        await self._client.hdel(self._key(ident), revision.id)

    def _entry(self, by: str, action: str, before: Optional[Dict[str, Any]], after: Dict[str, Any], reason: str) -> Revision:
        return Revision(id=_new_id(), at=clock.now().isoformat(timespec="seconds"), by=by, action=action, before=before, after=after, reason=reason)


_last = 0


def _new_id() -> str:
    """Sorts by time, also within one process and one microsecond; two gateways never draw the same."""
    global _last
    _last = max(_last + 1, int(datetime.now().timestamp() * 1_000_000))
    return f"{_last:017d}-{secrets.token_hex(3)}"
