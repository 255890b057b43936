"""Made-up turns of a conversation, as Rasa events."""
from __future__ import annotations

from typing import Any, List, Optional

from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered


def start() -> List[Event]:
    return [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def turn(text: str, memory: Any, message_id: Optional[str] = None) -> List[Event]:
    """A citizen's message, the answer, what was remembered, and listening again."""
    candidates = [{"home": f"wd_{i}", "aspect": "steps", "score": 0.1} for i in range(8)]
    parse = {
        "intent": {"name": "ask", "confidence": 0.9},
        "intent_ranking": [{"name": "ask", "confidence": 0.9}],
        "entities": [],
        "text": text,
        "understanding": {"text": text, "candidates": candidates, "clauses": [{"text": text, "candidates": candidates}]},
    }
    number = message_id or text
    return [
        UserUttered(text, parse["intent"], [], parse, message_id=message_id),
        ActionExecuted("action_respond"),
        BotUttered(f"答：{text}", metadata={"reply": {"id": f"{number}.1", "kind": "answer", "text": f"答：{text}"}}),
        SlotSet("memory", memory),
        ActionExecuted("action_listen"),
    ]
