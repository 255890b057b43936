"""The learning inbox: messages that were not answered well, masked, each with what was made of it and what staff did about it.

Written together with the index of conversations (bot.state.talks) and erased with the conversation. Keys, all in one slot:
``gjj:{insight}:inbox`` (ids by time), ``…:entries`` (id → JSON), ``…:states`` (id → what was done), ``…:picked`` (id → what the
citizen chose when asked back), ``…:of:<conversation>`` (turn → id), ``…:version`` (changes with every write).
"""
from __future__ import annotations

import json
from typing import Dict, List, Optional, Sequence

import msgspec

from .client import Client, Script, as_text
from .masking import mask
from .talks import BASE

KINDS = ("unanswered", "declined", "clarified", "unsure", "down", "handed", "marked")
STATES = ("similar", "faq", "out_of_scope", "ignored")
"""What can be done about a message; one that nothing was done about is open."""
LONGEST = 300
"""Characters of a message that are kept."""
_INBOX = f"{BASE}inbox"

# KEYS: inbox. ARGV: state (JSON; empty: open again), then ids. Returns how many were there.
_SETTLE = Script("""
local done = 0
for i = 2, #ARGV do
  if redis.call('HEXISTS', KEYS[1] .. ':entries', ARGV[i]) == 1 then
    if ARGV[1] == '' then redis.call('HDEL', KEYS[1] .. ':states', ARGV[i])
    else redis.call('HSET', KEYS[1] .. ':states', ARGV[i], ARGV[1]) end
    done = done + 1
  end
end
if done > 0 then redis.call('INCR', KEYS[1] .. ':version') end
return done
""")


class Guess(msgspec.Struct, array_like=True, frozen=True):
    """One possible meaning: a card, FAQ or ``intent:…``, the aspect, the topic and its probability."""

    home: str
    aspect: str
    topic: str
    score: float


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message as it came in; ``kind`` is one of :data:`KINDS`, ``at`` seconds since 1970, ``guesses`` best first.

    ``answered`` is ``home.aspect`` of what was answered, if anything was; ``reason`` belongs to a thumb down or a handoff.
    """

    conversation: str
    message: str
    at: int
    kind: str
    text: str
    guesses: List[Guess] = []
    answered: str = ""
    reason: str = ""

    @property
    def ident(self) -> str:
        return f"{self.conversation}.{self.message}"

    def stored(self, turn: int) -> Dict[str, str]:
        """For bot.state.talks.Note; masked once more, whoever made it."""
        text = mask(self.text)[:LONGEST]
        return {"id": self.ident, "turn": str(turn), "text": msgspec.json.encode(msgspec.structs.replace(self, text=text)).decode()}


class Done(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done about a message, by whom and when (ISO 8601); ``target`` is the FAQ it was added to."""

    state: str
    by: str
    at: str
    target: str = ""


class Item(msgspec.Struct, frozen=True):
    """A message with everything known about it."""

    entry: Entry
    done: Optional[Done] = None
    picked: str = ""
    """``home.aspect`` the citizen chose when asked back."""


class Inbox:
    """All calls raise RedisError."""

    def __init__(self, client: Client):
        self._redis = client

    async def version(self) -> str:
        """Changes whenever anything in the inbox does."""
        return as_text(await self._redis.get(f"{_INBOX}:version") or "0")

    async def all(self) -> List[Item]:
        """Everything, newest first."""
        entries = await self._redis.hgetall(f"{_INBOX}:entries")
        states = {as_text(k): v for k, v in (await self._redis.hgetall(f"{_INBOX}:states")).items()}
        picked = {as_text(k): as_text(v) for k, v in (await self._redis.hgetall(f"{_INBOX}:picked")).items()}
        items = []
        for ident, text in entries.items():
            ident = as_text(ident)
            done = msgspec.json.decode(states[ident], type=Done) if ident in states else None
            items.append(Item(msgspec.json.decode(text, type=Entry), done, picked.get(ident, "")))
        return sorted(items, key=lambda item: -item.entry.at)

    async def get(self, idents: Sequence[str]) -> List[Entry]:
        """Those of ``idents`` that are still there, in that order."""
        found = await self._redis.hmget(f"{_INBOX}:entries", list(idents)) if idents else []
        return [msgspec.json.decode(text, type=Entry) for text in found if text]

    async def settle(self, idents: Sequence[str], done: Done) -> int:
        """Note what was done; returns about how many messages. ValueError for an unknown state."""
        if done.state not in STATES:
            raise ValueError(done.state)
        return int(await _SETTLE(self._redis, [_INBOX], json.dumps(msgspec.to_builtins(done), ensure_ascii=False), *idents))

    async def reopen(self, idents: Sequence[str]) -> int:
        """Take back what was noted; returns for how many messages."""
        return int(await _SETTLE(self._redis, [_INBOX], "", *idents))
