"""The head of a conversation: its state after the last save, so that nothing depends on how many events are read back.

Fields: ``version`` (number of saves), ``by`` (id of the last save), ``session`` (when the session began, seconds since
1970) and, as :mod:`bot.state.packing` writes them, ``slots`` (the assistant's memory and in it the matter in focus), ``loop``
(the active form), ``dialogue`` (what Rasa does next).
"""
from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence

from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker, TrackerActiveLoop

from . import packing


@dataclass
class Head:
    """One head, read. ``slots``: those that differ from their initial values."""

    version: int
    session: str
    slots: Dict[str, Any] = field(default_factory=dict)
    loop: Optional[Dict[str, Any]] = None
    dialogue: Dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, values: Sequence[Optional[bytes]]) -> Optional["Head"]:
        """The head in Redis' values of :data:`bot.state.scripts.HEAD`; None when there is none."""
        found = [value for value in values if value is not None]
        if not found:
            return None
        version, session, slots, loop, dialogue = found
        return cls(int(version), session.decode(), *map(packing.unpack, (slots, loop, dialogue)))

    @property
    def paused(self) -> bool:
        """Whether the assistant was told to be silent."""
        return bool(self.dialogue.get("paused"))

    def put(self, tracker: DialogueStateTracker) -> None:
        """Give ``tracker`` exactly this state, whatever its events say."""
        for name, slot in tracker.slots.items():
            if name in self.slots:
                slot.value = self.slots[name]
            elif slot.value != slot.initial_value:
                slot.value = slot.initial_value
        tracker.active_loop = TrackerActiveLoop(**self.loop) if self.loop else None
        tracker.followup_action = self.dialogue["followup"]
        tracker.latest_action = self.dialogue["latest_action"]
        tracker._paused = self.paused


@dataclass
class Snapshot:
    """Head and newest blocks of a conversation as read in one step; ``head`` is None when it does not exist."""

    head: Optional[Head]
    blocks: List[bytes]


def fields(tracker: DialogueStateTracker, session: str) -> List[Any]:
    """Names and values to store for ``tracker``; ``session`` is the stored one, used when no session began since."""
    began = next((str(e.timestamp) for e in reversed(tracker.events) if isinstance(e, SessionStarted)), session)
    slots = {name: slot.value for name, slot in tracker.slots.items() if slot.value != slot.initial_value}
    dialogue = {"followup": tracker.followup_action, "paused": tracker.is_paused(), "latest_action": tracker.latest_action}
    loop = _loop(tracker.active_loop) if tracker.active_loop else None
    return ["session", began, "slots", packing.pack(slots), "loop", packing.pack(loop), "dialogue", packing.pack(dialogue)]


def _loop(active: TrackerActiveLoop) -> Dict[str, Any]:
    found = dataclasses.asdict(active)
    trigger = found["trigger_message"] or {}
    found["trigger_message"] = {name: trigger[name] for name in ("intent", "entities", "text") if name in trigger}
    return found
