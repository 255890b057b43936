"""The head of a conversation: its state after the last save, so that nothing depends on how many events are read back.

Fields: ``version`` (number of saves), ``by`` (id of the last save), ``session`` (when the session began, seconds since
1970), ``slots`` (JSON; the assistant's memory and in it the matter in focus), ``loop`` (JSON; the active form), ``dialogue``
(JSON; what Rasa does next).
"""
from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence

from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker, TrackerActiveLoop


@dataclass
class Head:
    """One head, read. ``slots``: those that differ from their initial values."""

    version: int
    session: str
    slots: Dict[str, Any] = field(default_factory=dict)
    loop: Optional[Dict[str, Any]] = None
    dialogue: Dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, flat: Sequence[bytes]) -> Optional["Head"]:
        """The head in Redis' field, value, field, value …; None when there is none."""
        if not flat:
            return None
        found = {name.decode(): value for name, value in zip(flat[::2], flat[1::2])}
        slots, loop, dialogue = (json.loads(found[name].decode("utf-8", "surrogatepass")) for name in ("slots", "loop", "dialogue"))
        return cls(int(found["version"]), found["session"].decode(), slots, loop, dialogue)

    @property
    def paused(self) -> bool:
        """Whether the assistant was told to be silent."""
        return bool(self.dialogue.get("paused"))

    def put(self, tracker: DialogueStateTracker) -> None:
        """Give ``tracker`` exactly this state, whatever its events say."""
        for name, slot in tracker.slots.items():
            value = self.slots.get(name, slot.initial_value)
            if slot.value != value:
                slot.value = value
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
    return ["session", began, "slots", _json(slots), "loop", _json(loop), "dialogue", _json(dialogue)]


def _loop(active: TrackerActiveLoop) -> Dict[str, Any]:
    found = dataclasses.asdict(active)
    trigger = found["trigger_message"] or {}
    found["trigger_message"] = {name: trigger[name] for name in ("intent", "entities", "text") if name in trigger}
    return found


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
