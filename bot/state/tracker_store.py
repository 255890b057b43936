"""Rasa tracker store in Redis: events are appended, never rewritten; slots live in a small head.

Works in the worker and as ``tracker_store.type`` of endpoints.yml. A bounded window of events is handed to Rasa;
slots come from the head, so the bound loses none. The replies to a message are kept in the same step as its events: a
worker killed at any moment has either saved the whole turn, which is then never run again, or nothing of it.
Errors are raised: nothing falls back to an empty conversation.
"""
from __future__ import annotations

import json
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import AllSlotsReset, BotUttered, Event, Restarted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.settings import Settings

from . import keys
from .client import connect

WINDOW = 60
"""Events handed to Rasa: far more than any policy looks back, few enough that long conversations stay fast."""
_KEPT_CANDIDATES = 3

_RESETS = (SessionStarted, Restarted, AllSlotsReset)
"""Events that empty all slots when Rasa replays them."""
_REPLY = "reply"
"""Key of a structured reply in a bot event's metadata (the same as actions.actions.REPLY; a test compares them)."""

# KEYS: events, head, replies.
# ARGV: expected version, TTL seconds, slots JSON, length of the next part, message id and replies JSON by turns, events.
_APPEND = """
local version = tonumber(redis.call('HGET', KEYS[2], 'version') or '0')
if version ~= tonumber(ARGV[1]) then return -1 end
local last = 4 + tonumber(ARGV[4])
for i = 5, last, 2 do redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
for i = last + 1, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
version = version + #ARGV - last
redis.call('HSET', KEYS[2], 'version', version, 'slots', ARGV[3])
for i = 1, 3 do redis.call('EXPIRE', KEYS[i], ARGV[2]) end
return version
"""


class ConflictingWriters(RuntimeError):
    """Another process saved this conversation in between; the turn must be run again on fresh state."""


class RedisTrackerStore(TrackerStore):
    """See module docstring. ``host`` is the Redis URL (Rasa passes ``url`` of endpoints.yml under that name)."""

    def __init__(
        self,
        domain: Optional[Domain] = None,
        host: Optional[Text] = None,
        event_broker: Optional[EventBroker] = None,
        **kwargs: Any,
    ) -> None:
        settings = Settings.from_env()
        self._ttl = int(kwargs.pop("ttl", settings.conversation_ttl))
        self.redis = connect(host or settings.redis_url, settings.redis_timeout)
        self._append = self.redis.register_script(_APPEND)
        super().__init__(domain, event_broker)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append the events that are new; raises :class:`ConflictingWriters` or RedisError."""
        if self.event_broker:
            await self.stream_events(tracker)
        mark = _Mark.of(tracker)
        fresh = list(tracker.events)[mark.seen :]
        lines = [json.dumps(line, ensure_ascii=False) for line in map(_stored, fresh) if line is not None]
        slots = json.dumps(
            {n: s.value for n, s in tracker.slots.items() if s.value != s.initial_value}, ensure_ascii=False
        )
        replies = [part for pair in _replies(fresh).items() for part in pair]
        sender = tracker.sender_id
        version = await self._append(
            keys=[keys.events(sender), keys.head(sender), keys.replies(sender)],
            args=[mark.version, self._ttl, slots, len(replies), *replies, *lines],
        )
        if int(version) < 0:
            raise ConflictingWriters(sender)
        _Mark(seen=len(tracker.events), version=int(version)).put(tracker)

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The conversation with its last :data:`WINDOW` events and all slots; None when it does not exist."""
        return await self._load(sender_id, -WINDOW)

    async def retrieve_full_tracker(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The conversation with every event."""
        return await self._load(sender_id, 0)

    async def exists(self, conversation_id: Text) -> bool:
        return bool(await self.redis.exists(keys.head(conversation_id)))

    async def keys(self) -> Iterable[Text]:
        """Ids of all conversations, found with SCAN (KEYS would block Redis)."""
        found: List[str] = []
        async for key in self.redis.scan_iter(match=f"{keys.PREFIX}*:head", count=500):
            found.append(key[len(keys.PREFIX) + 1 : -len("}:head")])
        return found

    async def history(self, sender_id: Text) -> List[Dict[Text, Any]]:
        """All stored events, oldest first, as JSON objects."""
        return [json.loads(line) for line in await self.redis.lrange(keys.events(sender_id), 0, -1)]

    async def erase(self, sender_id: Text) -> None:
        """Delete everything of one conversation."""
        await self.redis.delete(*keys.everything(sender_id))

    async def _load(self, sender_id: Text, start: int) -> Optional[DialogueStateTracker]:
        async with self.redis.pipeline(transaction=True) as pipe:
            pipe.hgetall(keys.head(sender_id))
            pipe.lrange(keys.events(sender_id), start, -1)
            head, lines = await pipe.execute()
        if not head:
            return None
        stored = [Event.from_parameters(json.loads(line)) for line in lines]
        events = _with_slots([e for e in stored if e is not None], json.loads(head["slots"]))
        tracker = DialogueStateTracker.from_events(
            sender_id, evts=events, slots=self.domain.slots, domain=self.domain
        )
        _Mark(seen=len(tracker.events), version=int(head["version"])).put(tracker)
        return tracker


class _Mark:
    """How much of a tracker is already stored; travels on the tracker object from retrieve to save."""

    def __init__(self, seen: int = 0, version: int = 0):
        self.seen = seen
        self.version = version

    @staticmethod
    def of(tracker: DialogueStateTracker) -> "_Mark":
        return getattr(tracker, "_stored_mark", None) or _Mark()

    def put(self, tracker: DialogueStateTracker) -> None:
        tracker._stored_mark = self  # type: ignore[attr-defined]


def _with_slots(events: List[Event], slots: Mapping[Text, Any]) -> List[Event]:
    """``events`` with ``slots`` set where Rasa's replay cannot lose them: behind the last event that empties all slots."""
    start = max((i + 1 for i, event in enumerate(events) if isinstance(event, _RESETS)), default=0)
    since = events[max(start - 1, 0)].timestamp if events else None
    return [*events[:start], *(SlotSet(name, value, timestamp=since) for name, value in slots.items()), *events[start:]]


def _replies(events: Sequence[Event]) -> Dict[Text, Text]:
    """Message id → JSON list of the structured replies given to it."""
    found: Dict[Text, List[Any]] = {}
    current: Optional[List[Any]] = None
    for event in events:
        if isinstance(event, UserUttered):
            current = found.setdefault(event.message_id, []) if event.message_id else None
        elif isinstance(event, BotUttered) and current is not None and _REPLY in event.metadata:
            current.append(event.metadata[_REPLY])
    return {message: json.dumps(replies, ensure_ascii=False) for message, replies in found.items()}


def _stored(event: Event) -> Optional[Dict[Text, Any]]:
    """An event as stored: without what can be rebuilt (slots live in the head, rankings are cut)."""
    if isinstance(event, SlotSet):
        return None
    line = event.as_dict()
    if isinstance(event, UserUttered):
        parse = line.get("parse_data") or {}
        understanding = parse.get("understanding") or {}
        line["parse_data"] = {
            "intent": parse.get("intent", {}),
            "entities": parse.get("entities", []),
            "text": line.get("text"),
            "understanding": {
                "text": understanding.get("text", ""),
                "candidates": understanding.get("candidates", [])[:_KEPT_CANDIDATES],
                "clauses": [],
            },
        }
    return line
