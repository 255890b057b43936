"""A citizen's message on its way into Rasa: masked, and never a command."""
from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, Dict, Optional

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.trackers import DialogueStateTracker

from actions.memory import SLOT, Memory
from bot.state.masking import mask

from .channel import ReplyChannel

_SLASHES = "/／\\＼"
_DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Bidirectional controls: they can make a stored text look like another one to the staff who read it."""


class UnknownChoice(KeyError):
    """The pressed button does not belong to this conversation (any more)."""


@dataclass(frozen=True)
class Incoming:
    """One message of a citizen: exactly one of ``text`` and ``choice`` is given."""

    conversation: str
    id: str
    text: Optional[str] = None
    choice: Optional[str] = None


def user_message(incoming: Incoming, channel: ReplyChannel, tracker: Optional[DialogueStateTracker]) -> UserMessage:
    """Rasa's message for ``incoming``; ``tracker`` is needed for a button. Raises :class:`UnknownChoice`."""
    common: Dict[str, Any] = {
        "output_channel": channel,
        "sender_id": incoming.conversation,
        "input_channel": channel.name(),
        "message_id": incoming.id,
    }
    if incoming.choice is None:
        return UserMessage(text=clean(incoming.text or "") or "…", **common)
    memory = Memory.from_slots({SLOT: tracker.get_slot(SLOT)} if tracker else {})
    choice = memory.choices.get(incoming.choice)
    if choice is None:
        raise UnknownChoice(incoming.choice)
    parsed = {"text": choice.title, "intent": {"name": "choose", "confidence": 1.0}, "entities": []}
    return UserMessage(text=choice.title, metadata={"choice": incoming.choice}, parse_data=parsed, **common)


def clean(text: str) -> str:
    """What may reach Rasa, Redis and logs: personal numbers masked, no broken or direction-changing characters.

    Rasa executes "/restart" or "/intent{...}" from anybody, also behind white space, which it strips itself: without
    all that stands before its first real character such a message is plain text.
    """
    whole = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") and c not in _DIRECTIONS)
    start = 0
    while start < len(whole) and (whole[start].isspace() or whole[start] in _SLASHES or unicodedata.category(whole[start]) == "Cf"):
        start += 1
    return mask(whole[start:].rstrip())
