"""Rasa output channel that hands on structured replies as they are uttered."""
from __future__ import annotations

from typing import Any, Awaitable, Callable, Dict, List, Optional, Text

from rasa.core.channels.channel import OutputChannel

from actions.actions import REPLY

Sink = Callable[[Dict[str, Any]], Awaitable[None]]


class ReplyChannel(OutputChannel):
    """Collects replies in order; ``sink`` (if any) gets each one at once."""

    @classmethod
    def name(cls) -> Text:
        return "counter"

    def __init__(self, sink: Optional[Sink] = None) -> None:
        self.replies: List[Dict[str, Any]] = []
        self._sink = sink

    async def send_response(self, recipient_id: Text, message: Dict[Text, Any]) -> None:
        reply = message.get(REPLY)
        if reply is None:
            return  # nothing but our own actions speaks
        self.replies.append(reply)
        if self._sink is not None:
            await self._sink(reply)
