"""Which events Rasa gets to see: the newest of the last session, with the slots set before them."""
from __future__ import annotations

from typing import Any, List, Mapping, Optional, Sequence, Tuple, Type

from rasa.shared.core.constants import ACTION_SESSION_START_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    ConversationResumed,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)

WINDOW = 16
"""Events handed to Rasa: about two turns. The policies look at one (bot.worker.processor); each event more costs every
message, as Rasa replays them (docs/performance.md)."""

UNDO = (ActionReverted, UserUtteranceReverted)
"""Events that take earlier ones back; Rasa then replays all others, which a window cannot."""


def window(
    events: Sequence[Event], whole: bool, slots: Mapping[str, Any], loop: Optional[str], paused: bool
) -> List[Event]:
    """The last :data:`WINDOW` of ``events`` as Rasa shall replay them: undone ones gone, only the last session.

    ``whole``: ``events`` are the whole conversation. Otherwise events come first that set what was set before: ``slots``
    (those that no event in the window sets), ``loop`` (name of the active form), ``paused``.
    """
    kept, reset = _effective(events)
    cut = max(len(kept) - WINDOW, 0)
    kept = kept[cut:]
    if reset > cut or (whole and not cut):
        return kept
    set_here = {event.key for event in kept if isinstance(event, SlotSet)}
    kinds = {event.type_name for event in kept}
    since = kept[0].timestamp if kept else None
    before: List[Event] = []
    if AllSlotsReset.type_name not in kinds:
        before += [SlotSet(name, value, timestamp=since) for name, value in slots.items() if name not in set_here]
    if loop and ActiveLoop.type_name not in kinds:
        before.append(ActiveLoop(loop, timestamp=since))
    if paused and not {ConversationPaused.type_name, ConversationResumed.type_name} & kinds:
        before.append(ConversationPaused(timestamp=since))
    return before + kept


def _effective(events: Sequence[Event]) -> Tuple[List[Event], int]:
    """Events of the last session that still count, and how many of them an event that resets everything ends."""
    kept: List[Event] = []
    reset = 0
    for event in events:
        if isinstance(event, ActionReverted):
            _undo(kept, reset, ActionExecuted)
        elif isinstance(event, UserUtteranceReverted):
            _undo(kept, reset, UserUttered)
            _undo(kept, reset, ActionExecuted)
        else:
            if isinstance(event, SessionStarted) and kept and _starts_session(kept[-1]):
                kept = kept[-1:]
            kept.append(event)
            if isinstance(event, (SessionStarted, Restarted)):
                reset = len(kept)
    return kept, reset


def _starts_session(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_SESSION_START_NAME


def _undo(kept: List[Event], reset: int, kind: Type[Event]) -> None:
    while len(kept) > reset:
        if isinstance(kept.pop(), kind):
            return
