"""Rasa's tracker, read and copied without working out its state anew.

Rasa's own makes each copy (one for each action of each message) by replaying all events, and each event of a stored
conversation passes the checks meant for a new one. That was most of what made a long conversation slower than a new one.
"""
from __future__ import annotations

import copy
import dataclasses
from collections import deque
from typing import Iterable, Sequence, Text

from rasa.shared.core.events import Event
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker


class StoredTracker(DialogueStateTracker):
    """A tracker of :class:`bot.state.tracker_store.RedisTrackerStore`."""

    @classmethod
    def of(cls, sender_id: Text, events: Sequence[Event], slots: Iterable[Slot]) -> "StoredTracker":
        """The tracker after ``events``, none of which takes others back (those would be replayed too early)."""
        tracker = cls(sender_id, slots)
        tracker.events.extend(events)
        for event in events:
            event.apply_to(tracker)
        return tracker

    def copy(self) -> "StoredTracker":
        """As stock: the same state and events, to be changed without changing these, without model and assistant ids."""
        same = copy.copy(self)
        same.events = deque(self.events, self.events.maxlen)
        same.slots = {name: copy.copy(slot) for name, slot in self.slots.items()}
        same.active_loop = dataclasses.replace(self.active_loop) if self.active_loop else None
        same.model_id = same.assistant_id = None
        return same
