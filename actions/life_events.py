"""Life events (我要结婚了, 父亲去世了): which one is told, and whether it outweighs what the sentence was read as."""
from __future__ import annotations

from typing import Optional

from bot.knowledge.dialogue import Event, events
from bot.nlu.clauses import asks

from .memory import Memory
from .profile import matches
from .understanding import ANSWER_SCORE, SURE_SCORE, Reading


def told_event(text: str, own: str) -> Optional[Event]:
    """The life event told in ``text``, if any; ``own`` is the part about the person whose matter it is."""
    for event in events():
        words = text if event.anyone else own
        if matches(event.words, words) and not matches(event.unless, words):
            return event
    return None


def decides(memory: Memory, event: Event, text: str, best: Reading) -> bool:
    """Whether the event outweighs the reading: a statement that only sounds like small talk (我要结婚了), or an unsure reading
    that is not one of the event's further services by itself."""
    if best.intent == "human":
        return False
    if best.intent is not None and not asks(text):
        return memory.pending is None
    if best.intent not in (None, "out_of_scope"):
        return False
    sure = ANSWER_SCORE if best.home in event.also or event.mild and asks(text) else SURE_SCORE
    return best.score < sure


def follows(memory: Memory, event: Event) -> bool:
    """Whether the event's service is being talked about already."""
    return memory.focus is not None and memory.focus.home in (event.service, *event.also)
