"""What was decided in a turn and why, kept for ``./gjj shell --explain`` – only while somebody listens."""
from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.reply import Reply

from .attend.choose import Verdict
from .memory import Memory
from .message import Message

Listener = Callable[[str, Dict[str, Any]], None]


class Trace:
    """Process-wide hook; the staff shell sets ``listener``. Nothing is recorded or logged otherwise."""

    listener: Optional[Listener] = None

    @classmethod
    def respond(cls, sender: str, base: KnowledgeBase, memory: Memory, message: Message, replies: List[Reply]) -> None:
        """Tell the listener how the message was understood."""
        if cls.listener is not None:
            cls.listener(
                sender,
                {
                    "step": "respond",
                    "text": message.text,
                    "readings": message.understanding.readings,
                    "clauses": message.understanding.clauses,
                    "facts": message.facts,
                    "moods": message.moods,
                    "profile": dict(memory.profile),
                    "focus": memory.focus,
                    "kinds": [r.kind for r in replies],
                },
            )

    @classmethod
    def attend(
        cls, sender: str, base: KnowledgeBase, memory: Memory, message: Message, verdicts: List[Verdict], silence: str
    ) -> None:
        """Tell the listener every verdict, or why the engine stayed silent."""
        if cls.listener is not None:
            cls.listener(sender, {"step": "attend", "verdicts": verdicts, "silence": silence})
