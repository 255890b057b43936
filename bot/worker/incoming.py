"""A citizen's message on its way into Rasa: masked, and never a command."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.trackers import DialogueStateTracker

from actions.memory import SLOT, Memory
from bot.state.masking import mask

from .channel import ReplyChannel


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
    common = {
        "output_channel": channel,
        "sender_id": incoming.conversation,
        "input_channel": channel.name(),
        "message_id": incoming.id,
    }
    if incoming.choice is None:
        # Masked before Rasa, Redis and logs see it. Rasa executes "/restart" or "/intent{...}" from anybody:
        # without its leading slash (half or full width) such a message is plain text.
        text = mask(incoming.text or "").lstrip("/／\\ \u3000")
        return UserMessage(text=text or "…", **common)
    memory = Memory.from_slots({SLOT: tracker.get_slot(SLOT)} if tracker else {})
    choice = memory.choices.get(incoming.choice)
    if choice is None:
        raise UnknownChoice(incoming.choice)
    parsed = {"text": choice.title, "intent": {"name": "choose", "confidence": 1.0}, "entities": []}
    return UserMessage(text=choice.title, metadata={"choice": incoming.choice}, parse_data=parsed, **common)
