"""Rasa tracker store in Redis: events are appended, never rewritten; the state after the last turn lives in a small head.

Works in the worker and as ``tracker_store.type`` of endpoints.yml. A bounded window of events is handed to Rasa; slots,
active form and what comes next are those of the head, so the bound loses none. The replies to a message are recorded in the
same step as its events: a worker killed at any moment has either saved the whole turn, which is then never run again, or
nothing of it. Errors are raised: nothing falls back to an empty conversation.
"""
from __future__ import annotations

import secrets
from typing import Any, Dict, Iterable, List, Optional, Sequence, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from bot import tracing
from bot.settings import Settings

from . import blocks, keys, scripts
from .address import AddressError
from .client import close, connect
from .head import Head, Snapshot, fields
from .tracker import StoredTracker
from .turns import current
from .window import UNDO, WINDOW, window


class NoAddress(RasaException, ValueError):
    """REDIS_URL is missing or wrong. A RasaException, so that plain ``rasa shell`` prints the sentence alone."""


class ConflictingWriters(RuntimeError):
    """Another process saved this conversation in between; the turn must be run again on fresh state."""


class LeaseLost(ConflictingWriters):
    """The turn lasted longer than its lease, or a failover forgot it; another may already be answering."""


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
        try:
            self.redis = connect(host or settings.redis_url, settings.redis_timeout)
        except AddressError as error:
            raise NoAddress(str(error)) from None
        super().__init__(domain, event_broker)

    async def close(self) -> None:
        """Close all connections."""
        await close(self.redis)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append the events that are new and end the turn; raises :class:`ConflictingWriters`, RedisError."""
        mark = _Mark.of(tracker)
        fresh = list(tracker.events)[mark.seen :]
        sender = tracker.sender_id
        turn = current(sender)
        if not fresh and (mark.stored or turn is not None):
            return
        settled = await self._replayed(tracker, fresh) if mark.stored and any(isinstance(e, UNDO) for e in fresh) else tracker
        messages = [e.message_id for e in fresh if isinstance(e, UserUttered) and e.message_id]
        with tracing.span("save", {"gjj.events": len(fresh)}):
            version = await scripts.SAVE(
                self.redis,
                [keys.events(sender), keys.head(sender), keys.replies(sender), keys.lock(sender), keys.queue(sender)],
                mark.version, secrets.token_hex(8), turn.token if turn else "", self._ttl, blocks.pack(fresh) if fresh else b"",
                len(messages), *messages, *fields(settled, mark.session),
            )
        if turn is not None:
            turn.over, turn.snapshot = version != -1, None
        if version < 0:
            raise ConflictingWriters("saved by another process meanwhile") if version == -1 else LeaseLost("the turn's lease is lost")
        _Mark(seen=len(tracker.events), version=version, stored=True, session=mark.session).put(tracker)
        if self.event_broker:
            await self._stream_new_events(self.event_broker, fresh, sender)

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The last session with at most :data:`WINDOW` events and the whole state; None when it does not exist."""
        turn = current(sender_id)
        snapshot = turn.snapshot if turn is not None else None
        if snapshot is None:
            flat, found = await scripts.LOAD(self.redis, [keys.events(sender_id), keys.head(sender_id)], WINDOW)
            snapshot = Snapshot(Head.read(flat), found)
        head = snapshot.head
        if head is None:
            return None
        events = [blocks.event(line) for block in snapshot.blocks for line in blocks.unpack(block)]
        loop = head.loop["name"] if head.loop else None
        shown = window(events, len(snapshot.blocks) == head.version, head.slots, loop, head.paused)
        tracker = StoredTracker.of(sender_id, shown, self.domain.slots)
        head.put(tracker)
        _Mark(len(tracker.events), head.version, True, head.session).put(tracker)
        return tracker

    async def retrieve_full_tracker(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The conversation with every event."""
        flat, found = await scripts.LOAD_ALL(self.redis, [keys.events(sender_id), keys.head(sender_id)])
        head = Head.read(flat)
        if head is None:
            return None
        tracker = self._replay(sender_id, [blocks.event(line) for block in found for line in blocks.unpack(block)])
        _Mark(len(tracker.events), head.version, True, head.session).put(tracker)
        return tracker

    async def exists(self, conversation_id: Text) -> bool:
        return bool(await self.redis.exists(keys.head(conversation_id)))

    async def keys(self) -> Iterable[Text]:
        """Ids of all conversations, found with SCAN (KEYS would block Redis)."""
        found: List[str] = []
        async for key in self.redis.scan_iter(match=f"{keys.PREFIX}*:head", count=500):
            found.append(key.decode()[len(keys.PREFIX) + 1 : -len("}:head")])
        return found

    async def history(self, sender_id: Text) -> List[Dict[Text, Any]]:
        """All stored events, oldest first, as JSON objects."""
        found = await self.redis.lrange(keys.events(sender_id), 0, -1)
        return [line for block in found for line in blocks.unpack(block)]

    async def erase(self, sender_id: Text) -> None:
        """Delete everything of one conversation."""
        await self.redis.delete(*keys.everything(sender_id))

    def init_tracker(self, sender_id: Text) -> StoredTracker:
        """As stock, for a conversation that is new."""
        return StoredTracker(sender_id, self.domain.slots, max_event_history=self.max_event_history)

    def _replay(self, sender_id: Text, events: Sequence[Event]) -> DialogueStateTracker:
        return DialogueStateTracker.from_events(sender_id, evts=list(events), slots=self.domain.slots, domain=self.domain)

    async def _replayed(self, tracker: DialogueStateTracker, fresh: Sequence[Event]) -> DialogueStateTracker:
        """The conversation replayed as a whole: events that take others back may reach behind the window."""
        stored = await self.history(tracker.sender_id)
        return self._replay(tracker.sender_id, [*map(blocks.event, stored), *fresh])


class _Mark:
    """How much of a tracker is already stored; travels on the tracker object from retrieve to save."""

    def __init__(self, seen: int = 0, version: int = 0, stored: bool = False, session: Text = ""):
        self.seen = seen
        self.version = version
        self.stored = stored
        self.session = session

    @staticmethod
    def of(tracker: DialogueStateTracker) -> "_Mark":
        return getattr(tracker, "_stored_mark", None) or _Mark()

    def put(self, tracker: DialogueStateTracker) -> None:
        tracker._stored_mark = self  # type: ignore[attr-defined]
