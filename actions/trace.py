"""What was decided in a turn and why: for ``./gjj shell --explain`` and the log of decisions – only while somebody listens."""
from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.reply import Reply

from .attend.choose import Verdict
from .attend.record import decision
from .memory import Memory
from .message import Message
from .trial import TRIAL

Listener = Callable[[str, Dict[str, Any]], None]


class Trace:
    """Process-wide hooks: the staff shell sets ``listener``, the worker ``log``. Nothing is recorded otherwise.

    ``log`` gets decisions alone, without a word of the conversation; it must neither wait nor raise.
    """

    listener: Optional[Listener] = None
    log: Optional[Callable[[Dict[str, Any]], None]] = None

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
                    "origins": {name: memory.origin(name) for name in memory.profile},
                    "focus": memory.focus,
                    "kinds": [r.kind for r in replies],
                },
            )

    @classmethod
    def attend(
        cls, sender: str, base: KnowledgeBase, memory: Memory, message: Message, verdicts: List[Verdict], silence: str
    ) -> None:
        """Tell every verdict, or why the engine stayed silent."""
        if cls.log is not None and sender != TRIAL:
            cls.log(decision(memory, verdicts, silence))
        if cls.listener is not None:
            cls.listener(sender, {"step": "attend", "verdicts": verdicts, "silence": silence})
